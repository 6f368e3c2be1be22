// Where batches come out of columns and go into them at central: at the end of the exchange, so that all
// between works on sequences.

internal import Causality
internal import Columns
internal import Crypto
internal import Store
internal import Replication
internal import Wire

/// What central makes of a push's bytes.
enum PushReading {
    /// The changes as a sequence, and the chain's hash before them.
    case sequence([UInt8], hashBefore: Hash256)
    /// Central lacks the change before the first: it was restored from a backup.
    case beginsLater
    /// Its columns name changes that are not here.
    case namesUnknownChanges
}

extension CentralNodeView {
    /// Reads the changes of a push.
    ///
    /// - Throws: `SyncFailure.malformed`; what the store throws.
    func reading(
        of push: Push, from replica: ReplicaID, within budget: ColumnBudget
    ) throws -> PushReading {
        if push.form == .sequence, let hashBefore = push.hashBefore {
            return .sequence(push.changes, hashBefore: hashBefore)
        }
        guard let hashBefore = try chainHash(of: replica, seq: push.firstSeq - 1) else {
            return .beginsLater
        }
        let origin = PushOrigin(replica: replica, firstSeq: push.firstSeq, hashBefore: hashBefore)
        do {
            let changes = try ColumnarBatch.changes(
                of: push.changes, from: origin, within: budget,
                record: record(ofChange:))
            return .sequence(changes, hashBefore: hashBefore)
        } catch ColumnError.unknownChange {
            return .namesUnknownChanges
        } catch let error as ColumnError {
            throw SyncFailure.malformed(what: "push", reason: "\(error)")
        }
    }
}

extension SyncReply {
    /// Says what this central reads.
    mutating func answerBatches(_ answer: BatchAnswer) {
        batches = answer
        dictionary = CompressionDictionary.newest.number
    }

    /// Puts the items into columns for a device that reads them, if they are shorter so.
    ///
    /// - Throws: what the store throws.
    mutating func putItemsIntoColumns(
        for request: SyncRequest, in database: some CentralNodeView
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
}
