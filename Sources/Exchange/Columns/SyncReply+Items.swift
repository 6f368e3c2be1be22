public import Causality
public import Wire

extension SyncReply {
    /// The items as a sequence.
    ///
    /// - Parameter replica: the device that the reply is for.
    /// - Throws: `SyncFailure.malformed`.
    public func itemSequence(for replica: ReplicaID) throws -> [UInt8] {
        guard itemsForm == .columns else { return items }
        do {
            return try ColumnarBatch.items(
                of: items, for: replica, within: ColumnBudget(bytesMax: WireBudget.reply.bytesMax))
        } catch {
            throw SyncFailure.malformed(what: "reply", reason: "\(error)")
        }
    }
}
