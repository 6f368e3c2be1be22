import Causality
import Crypto
import Dossiers
import Editing
import Replication

/// A device that pushes, and what it wrote so far.
struct Pushing {
    let replica: ReplicaID
    let office: String
    var chain = HashChain()
    var changes: [PushedChange] = []

    init(_ replica: UInt64, office: String) {
        self.replica = ReplicaID(replica)
        self.office = office
    }

    /// Writes a change; the record that it is to.
    @discardableResult
    mutating func write(
        _ writes: [FieldWrite], adding additions: [FieldWrite] = [], to record: RecordID? = nil,
        _ kind: RecordKind = .dossier, seen context: VersionVector = VersionVector()
    ) -> RecordID {
        let seq = chain.seq + 1
        let change = Change(
            dot: Dot(replica, seq), clock: HybridTimestamp(rawValue: seq << 16), kind: kind,
            record: record, context: context, writes: writes, additions: additions, at: nil,
            by: nil)
        let bytes = change.canonicalBytes
        chain.append(bytes)
        let pushed = PushedChange(change: change, bytes: bytes, chain: chain, fault: nil)
        changes.append(pushed)
        return pushed.record
    }

    /// Makes a dossier of the device's own office.
    mutating func make(_ writes: [FieldWrite] = []) -> RecordID {
        write(
            [
                FieldWrite(RecordSchema.officeField, .text(office)),
                FieldWrite(RecordSchema.statusField, .text("new")),
            ] + writes)
    }

    /// The whole of it, to a central that has nothing of the device.
    func delivery(after known: HashChain = HashChain()) -> Delivery {
        let push = VerifiedPush(
            firstSeq: known.seq + 1, hashBefore: known.hash,
            changes: changes.filter { $0.chain.seq > known.seq }, isSigned: true, signature: [1])
        return Delivery(
            from: PushingDevice(replica: replica, office: office, chain: known), push: push,
            states: nil, now: Timestamp(milliseconds: 1_790_000_000_000))
    }
}

extension CentralReadSet {
    /// What a central reads that has nothing but these records.
    init(for delivery: Delivery, having states: [RecordState] = []) {
        self.init()
        let reads = CentralReads(for: delivery)
        hashBefore = .zero
        for name in reads.records.union(reads.newRecords) {
            records[name] = FoundRecord(RecordState(kind: name.kind, id: name.id), exists: false)
        }
        for state in states {
            records[RecordName(state.kind, state.id)] = FoundRecord(state, exists: true)
        }
    }
}
