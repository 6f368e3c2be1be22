extension CentralNode {
    /// To be called every few seconds: what was written is moved to where it rests once nobody writes, so
    /// that a copy of a database file alone holds it.
    ///
    /// - Returns: whether all rests there.
    /// - Throws: what the store throws.
    @discardableResult
    public func checkpointWhenIdle() async throws -> Bool {
        try await writer.settleWhenIdle()
    }
}
