extension CentralNode {
    /// Pieces of work that wait for the next transaction.
    public var queuedWrites: Int { writer.queuedCount }

    /// Where its file is.
    public var databasePath: String { path }
}
