// Where a counter's batches go into columns: at the end of the exchange, so that all between works on
// sequences.

internal import Causality
internal import Columns
internal import Wire

extension SyncRequest {
    /// The request with its push in columns; `nil` when it has none, or columns are not shorter.
    var withPushInColumns: SyncRequest? {
        guard var push, push.form == .sequence, let hashBefore = push.hashBefore else { return nil }
        let origin = PushOrigin(
            replica: replica, firstSeq: push.firstSeq, hashBefore: hashBefore)
        let columns = ColumnarBatch(changes: push.changes, from: origin).bytes
        guard columns.count < push.changes.count else { return nil }
        push.changes = columns
        push.form = .columns
        var request = self
        request.push = push
        return request
    }
}
