// What can be said of a push without the store: its bytes are canonical changes, each the next one
// of a chain, and whether the device signed the chain's end. It is worked out before the push waits
// for the writer, on as many cores as there are, so that the one writer only writes.

internal import CBOR
internal import Causality
internal import Crypto
internal import Dossiers
internal import Editing
internal import Replication
internal import Wire

extension VerifiedPush {
    /// Checks a push.
    ///
    /// - Parameter count: how many changes there are.
    /// - Throws: `SyncFailure.malformed`.
    init(
        _ changes: [UInt8], count: Int, after seqBefore: UInt64, _ hashBefore: Hash256,
        signature: [UInt8],
        from replica: ReplicaID, key: PublicKey, within limits: CentralLimits
    ) async throws(SyncFailure) {
        var chain = HashChain(seq: seqBefore, hash: hashBefore)
        var pushed: [PushedChange] = []
        pushed.reserveCapacity(count)
        for change in try await Self.parse(changes, limits).joined() {
            chain.append(innerHash: change.innerHash)
            guard change.change.dot == Dot(replica, chain.seq) else {
                throw .malformed(
                    what: "push", reason: "a change is not the next one of this replica")
            }
            pushed.append(
                PushedChange(
                    change: change.change, bytes: change.bytes, chain: chain, fault: change.fault))
        }
        self.init(
            firstSeq: seqBefore + 1, hashBefore: hashBefore, changes: pushed,
            isSigned: key.isValid(signature: signature, of: chain.hash.bytes),
            signature: signature)
    }
}

/// A change that was read, hashed and checked by itself.
private struct ParsedChange: Sendable {
    var change: Change
    var bytes: [UInt8]
    var innerHash = Hash256.zero
    var fault: DossierError?

    mutating func hashAndCheck() {
        innerHash = change.erasedContent?.innerHash ?? Hash256(hashing: bytes)
        do throws(DossierError) {
            try DossierRules.validate(change: change, encodedBytes: bytes.count)
        } catch {
            fault = error
        }
    }
}

extension VerifiedPush {
    /// The changes, in batches.
    private static func parse(
        _ sequence: [UInt8], _ limits: CentralLimits
    ) async throws(SyncFailure) -> [[ParsedChange]] {
        do {
            return try await withThrowingTaskGroup(of: (Int, [ParsedChange]).self) { group in
                var start = 0
                var batches = 0
                while start < sequence.count {
                    let batch = try read(sequence, from: &start, limits)
                    let index = batches
                    batches += 1
                    group.addTask {
                        var batch = batch
                        for place in batch.indices { batch[place].hashAndCheck() }
                        return (index, batch)
                    }
                }
                var parsed = [[ParsedChange]](repeating: [], count: batches)
                for try await (index, batch) in group { parsed[index] = batch }
                return parsed
            }
        } catch {
            throw .malformed(what: "push", reason: "\(error)")
        }
    }

    /// Reads some changes and moves `start` behind them.
    private static func read(
        _ sequence: [UInt8], from start: inout Int, _ limits: CentralLimits
    ) throws(FormatError) -> [ParsedChange] {
        let budget = limits.decoding.request.format
        var batch: [ParsedChange] = []
        let result = sequence.withUnsafeBytes { buffer -> Result<Int, FormatError> in
            var reader = CBORReader(
                UnsafeRawBufferPointer(rebasing: buffer[start...]), within: budget.cbor)
            do throws(FormatError) {
                while !reader.isAtEnd, batch.count < limits.checkedChangesPerTask {
                    let begin = reader.offset
                    let change = try Change(from: &reader, within: budget)
                    let bytes = buffer[(start + begin)..<(start + reader.offset)]
                    batch.append(ParsedChange(change: change, bytes: Array(bytes)))
                }
                return .success(start + reader.offset)
            } catch {
                return .failure(error)
            }
        }
        start = try result.get()
        return batch
    }
}
