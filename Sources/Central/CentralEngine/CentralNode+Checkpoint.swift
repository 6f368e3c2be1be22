extension CentralNode {
    /// To be called every few seconds: what was written is moved into the database file once nobody
    /// writes, so that a copy of the file alone holds it.
    ///
    /// - Returns: whether the file is whole without its write-ahead log.
    /// - Throws: `StoreError.sqlite`.
    @discardableResult
    public func checkpointWhenIdle() async throws -> Bool {
        try await writer.checkpointWhenIdle()
    }
}
