// Changes that no `RecordEdit` would write: what a faulty or hostile program could leave in a
// replica's log, or send without having a replica at all.

import Causality
import CentralEngine
import Columns
import CounterEngine
import Crypto
import Dossiers
import Editing
import Replication
import SQLite
import TestSupport
import Wire

@testable import SQLiteStore
@testable import Store

/// A change that was planted.
struct Planted {
    var dot: Dot
    var record: RecordID
}

extension TestCounter {
    /// Writes a change past every rule, in its proper place of the chain. The record's own context
    /// is taken when none is given; a change that does not follow from the record is only logged.
    @discardableResult
    func plant(
        _ kind: RecordKind, record: RecordID? = nil, context: VersionVector? = nil,
        writes: [FieldWrite], additions: [FieldWrite] = [], at: Timestamp? = nil
    ) throws -> Planted {
        let database = try open()
        defer { database.close() }
        return try database.write(now: clock.now()) { transaction in
            let found = try record.flatMap { id in
                database.table(of: kind) == nil ? nil : try transaction.open(kind, id)
            }
            return try transaction.withAuthor { author in
                let change = Change(
                    dot: Dot(author.replica, author.chain.seq + 1),
                    clock: author.clock.tick(now: transaction.now), kind: kind, record: record,
                    context: context ?? found?.state.vv ?? VersionVector(), writes: writes,
                    additions: additions, at: at)
                let bytes = change.canonicalBytes
                author.chain.append(bytes)
                let id = record ?? RecordID(derivedFrom: author.chain.hash)
                let entry = LogEntry(
                    form: .change, dot: change.dot, isMaking: record == nil,
                    hash: author.chain.hash, bytes: bytes)
                let before = found ?? OpenRecord(RecordState(kind: kind, id: id), row: nil)
                var after = before.state
                if database.table(of: kind) != nil, after.apply(change) == .applied {
                    try transaction.store(after, over: before, log: entry)
                } else {
                    _ = try database.changeLog.append(
                        entry, replicaKey: database.interning.key(of: author.replica), kind: kind,
                        recordKey: 0,
                        now: transaction.now)
                }
                return Planted(dot: change.dot, record: id)
            }
        }
    }

    /// Takes a record's row away and its part of the digest with it, as if it had never come.
    func dropRow(of id: RecordID, _ kind: RecordKind = .dossier) throws {
        let database = try open()
        defer { database.close() }
        try database.write(now: clock.now()) { transaction in
            let record = try transaction.open(kind, id)
            try transaction.store(
                RecordState(kind: kind, id: id), over: record, log: nil)
            let statement = try database.connection.statement(
                "DELETE FROM dossiers WHERE id = ?1")
            try statement.bind(1, id.bytes)
            try statement.run()
        }
    }
}

/// A device without a replica: it sends whatever a test likes, signed with its own key.
struct RawDevice {
    let replica: ReplicaID
    let node: NodeSlot
    let key: SigningKey
    var chain = HashChain()

    /// Enrols one.
    init(_ fleet: Fleet, office: String) async throws {
        let counter = try await fleet.enrol(office)
        replica = counter.replica
        node = fleet.slot
        let seed = try counter.read { try $0.identity()?.signingSeed ?? [] }
        guard let key = SigningKey(seed: seed) else { throw StoreError.notEnrolled }
        self.key = key
    }

    /// A request that asks for everything and pushes nothing.
    func request() -> SyncRequest {
        SyncRequest(
            replica: replica, cursor: nil, chain: ChainEnd(seq: chain.seq, hash: chain.hash),
            time: Timestamp(milliseconds: 1_614_560_400_000))
    }

    /// The next change of this device.
    func change(
        _ kind: RecordKind = .dossier, record: RecordID? = nil,
        context: VersionVector = VersionVector(), writes: [FieldWrite], ahead: UInt64 = 0
    ) -> Change {
        Change(
            dot: Dot(replica, chain.seq + 1 + ahead), clock: HybridTimestamp(rawValue: 1 << 40),
            kind: kind, record: record, context: context, writes: writes)
    }

    /// A request that pushes changes. The chain moves on.
    mutating func push(_ changes: [Change]) -> SyncRequest {
        let before = chain
        var bytes: [UInt8] = []
        for change in changes {
            chain.append(change.canonicalBytes)
            bytes += change.canonicalBytes
        }
        var request = request()
        request.push = Push(
            firstSeq: before.seq + 1, hashBefore: before.hash, changes: bytes,
            signature: key.signature(of: chain.hash.bytes))
        return request
    }

    /// Sends a request.
    func send(_ request: SyncRequest) async throws(SyncFailure) -> SyncReply {
        try await node.node.exchange(request, from: replica)
    }
}

extension SyncReply {
    /// The items, decoded.
    ///
    /// - Parameter reader: the replica that they are for.
    func decodedItems(for reader: ReplicaID = ReplicaID(0)) throws -> [FeedItem] {
        var decoded: [FeedItem] = []
        let sequence =
            itemsForm == .sequence
            ? items
            : try ColumnarBatch.items(
                of: items, for: reader, within: ColumnBudget(bytesMax: WireLimits.decodedBytesMax))
        try FeedItem.forEach(in: sequence) { decoded.append($0) }
        return decoded
    }

    /// The states among the items, by record.
    func states() throws -> [RecordID: RecordState] {
        var states: [RecordID: RecordState] = [:]
        for case .state(let state) in try decodedItems() { states[state.id] = state }
        return states
    }
}
