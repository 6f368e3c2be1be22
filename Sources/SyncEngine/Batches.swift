// Where batches go into columns and come out of them again: at the ends of the exchange, so that all
// between works on sequences.

internal import Causality
internal import Columns
internal import Crypto
internal import ReplicaStore
internal import Replication
internal import SyncProtocol

extension Push {
    fileprivate func origin(_ replica: ReplicaID) -> PushOrigin {
        PushOrigin(replica: replica, firstSeq: firstSeq, hashBefore: hashBefore)
    }
}

extension SyncRequest {
    /// The request with its push in columns; `nil` when it has none, or columns are not shorter.
    var withPushInColumns: SyncRequest? {
        guard var push, push.form == .sequence else { return nil }
        let columns = ColumnarBatch(changes: push.changes, from: push.origin(replica)).bytes
        guard columns.count < push.changes.count else { return nil }
        push.changes = columns
        push.form = .columns
        var request = self
        request.push = push
        return request
    }
}

extension ReplicaDatabase {
    /// A push with its changes as a sequence; `nil` when its columns name changes that are not here.
    ///
    /// - Throws: `SyncFailure.malformed`; `StoreError.sqlite`.
    func sequence(of push: Push, from replica: ReplicaID) throws -> Push? {
        guard push.form == .columns else { return push }
        var sequence = push
        sequence.form = .sequence
        do {
            sequence.changes = try ColumnarBatch.changes(
                of: push.changes, from: push.origin(replica),
                limitBytes: WireLimits.decodedBytesMax, record: record(ofChange:))
        } catch ColumnError.unknownChange {
            return nil
        } catch let error as ColumnError {
            throw SyncFailure.malformed(what: "push", reason: "\(error)")
        }
        return sequence
    }
}

extension SyncReply {
    /// Puts the items into columns for a device that reads them, if they are shorter so.
    ///
    /// - Throws: `StoreError.sqlite`.
    mutating func putItemsIntoColumns(
        for request: SyncRequest, in database: ReplicaDatabase
    ) throws {
        guard request.batches?.readsColumns == true, itemsForm == .sequence, !items.isEmpty else {
            return
        }
        let columns = try ColumnarBatch(items: items, for: request.replica) { dot in
            try database.chainHash(of: dot.replica, seq: dot.seq)
        }
        guard columns.bytes.count < items.count else { return }
        items = columns.bytes
        itemsForm = .columns
    }

    /// The items as a sequence.
    ///
    /// - Throws: `SyncFailure.malformed`.
    func itemSequence(for replica: ReplicaID) throws -> [UInt8] {
        guard itemsForm == .columns else { return items }
        do {
            return try ColumnarBatch.items(
                of: items, for: replica, limitBytes: WireLimits.decodedBytesMax)
        } catch {
            throw SyncFailure.malformed(what: "reply", reason: "\(error)")
        }
    }
}
