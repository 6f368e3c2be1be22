internal import Causality
internal import Columns
internal import Crypto
internal import Replication

/// Bytes allowed to come out: small, so that many inputs fit into a second.
private let limitBytes = 1 << 16
private let replica = ReplicaID(0x51)
private let origin = PushOrigin(
    replica: replica, firstSeq: 7, hashBefore: Hash256(hashing: [2]))

/// A stranger's batch gives no more than is allowed, and what comes out of it is carried by our own
/// batch; any bytes at all are carried.
func checkColumns(_ input: [UInt8]) {
    let changes = accepted { try rebuilt(input) }
    if let changes {
        expect(changes.count <= limitBytes, "no more comes out than allowed")
        checkCarried(changes)
    }
    let items = accepted {
        try ColumnarBatch.items(of: input, for: replica, within: ColumnBudget(bytesMax: limitBytes))
    }
    if let items {
        expect(items.count <= limitBytes, "no more comes out than allowed")
        checkCarried(items)
    }
    checkCarried(input)
}

/// Of changes that lie about their record something else comes out; the chain's hash tells.
private func rebuilt(_ batch: [UInt8]) throws -> [UInt8] {
    try ColumnarBatch.changes(of: batch, from: origin, within: ColumnBudget(bytesMax: limitBytes)) {
        dot in
        dot.seq.isMultiple(of: 2) ? RecordID(derivedFrom: Hash256(hashing: [1])) : nil
    }
}

private func checkCarried(_ sequence: [UInt8]) {
    let items = ColumnarBatch(items: sequence, for: replica) { dot in
        dot.seq.isMultiple(of: 2) ? Hash256(hashing: [2]) : nil
    }
    let again = required("our own batch of items is read") {
        try ColumnarBatch.items(
            of: items.bytes, for: replica, within: ColumnBudget(bytesMax: sequence.count))
    }
    expect(again == sequence, "columns carry any bytes")
    let batch = ColumnarBatch(changes: sequence, from: origin)
    do {
        let again = try ColumnarBatch.changes(
            of: batch.bytes, from: origin, within: ColumnBudget(bytesMax: sequence.count)
        ) { _ in nil }
        expect(again == sequence, "columns carry any bytes as changes")
    } catch ColumnError.unknownChange {
        // They name a change that is not in the batch.
    } catch {
        expect(false, "our own batch of changes is read: \(error)")
    }
}
