extension CentralNode {
    /// Pieces of work that wait for the next transaction.
    public var queuedWrites: Int { writer.queuedCount }
}

extension CentralNode where Store.Place == String {
    /// Where its file is.
    public var databasePath: String { place }
}
