// What carried changes are called here: the table `carried` by their first names.

internal import Causality
internal import Editing
internal import Replication
internal import SQLite

/// What carried changes are called here.
struct CarriedNames {
    private let transaction: WriteTransaction

    init(_ transaction: WriteTransaction) {
        self.transaction = transaction
    }

    private var database: ReplicaDatabase { transaction.database }

    /// Whether a change needs nothing more.
    func isSettled(_ dot: Dot) throws -> Bool {
        let statement = try database.connection.statement(
            "SELECT 1 FROM carried WHERE replica = ?1 AND seq = ?2 AND bytes IS NULL")
        try bind(dot, to: statement)
        defer { statement.reset() }
        return try statement.step()
    }

    /// What the writer had seen, in the names of here; `nil` when this device has not seen all of it.
    func context(of carried: CarriedChange, in state: RecordState) throws -> SeenDots? {
        guard try database.enrolledIdentity().identity.lastComplete != nil else { return nil }
        let (change, writer) = (carried.change, carried.change.dot.replica)
        let own = change.context[writer]
        let kept = min(own, carried.keptSeq)
        let others = VersionVector(change.context.entries.filter { $0.replica != writer })
        guard state.vv[writer] >= kept, state.vv.covers(others) else { return nil }
        var seen = SeenDots(vector: others, unseen: Set(change.unseen), issued: [])
        // What has come from central of the writer's earlier changes, the writer had seen itself. An
        // older copy of this very replica may have written others of these numbers.
        let replica = try database.enrolledIdentity().replica
        let seq = writer == replica ? kept : min(own, state.vv[writer])
        if seq > 0 { seen.vector.insert(Dot(writer, seq)) }
        if own > kept {
            guard let issued = try issued(carried, through: own) else { return nil }
            seen.issued = issued
        }
        return seen
    }

    /// Whether the change is here under its first name.
    func isHere(_ change: Change, in state: RecordState) throws -> Bool {
        guard change.dot.replica == (try database.enrolledIdentity().replica) else {
            return state.vv.covers(change.dot)
        }
        let key = try database.interning.key(of: change.dot.replica)
        return try database.changeLog.change(replicaKey: key, seq: change.dot.seq) == change
    }

    /// What the writer's earlier changes to the record are called here; `nil` while one waits.
    private func issued(_ carried: CarriedChange, through seq: UInt64) throws -> Set<Dot>? {
        let statement = try database.connection.statement(
            """
            SELECT new_replica, new_seq, bytes IS NOT NULL, seq FROM carried
            WHERE replica = ?1 AND seq <= ?2 AND seq > ?3 AND record = ?4 ORDER BY seq
            """)
        try bind(Dot(carried.change.dot.replica, seq), to: statement)
        try statement.bind(3, Int64(clamping: carried.keptSeq))
        try carried.record.withBytes { try statement.bind(4, bytes: $0) }
        defer { statement.reset() }
        var dots = Set<Dot>()
        while try statement.step() {
            if statement.int64(2) != 0 { return nil }
            let first = Dot(carried.change.dot.replica, UInt64(clamping: statement.int64(3)))
            guard let replica = statement.int64OrNil(0), !carried.change.unseen.contains(first)
            else { continue }
            dots.insert(
                Dot(
                    ReplicaID(UInt64(bitPattern: replica)),
                    UInt64(clamping: statement.int64(1))))
        }
        return dots
    }

    func note(_ carried: CarriedChange, as dot: Dot?) throws {
        try save(carried, as: dot, bytes: nil)
    }

    func await(_ carried: CarriedChange) throws {
        try save(carried, as: nil, bytes: carried.change.canonicalBytes)
    }

    private func save(_ carried: CarriedChange, as dot: Dot?, bytes: [UInt8]?) throws {
        let statement = try database.connection.statement(
            """
            INSERT OR REPLACE INTO carried(
                replica, seq, record, kept_seq, new_replica, new_seq, bytes)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
            """)
        try bind(carried.change.dot, to: statement)
        try carried.record.withBytes { try statement.bind(3, bytes: $0) }
        try statement.bind(4, Int64(clamping: carried.keptSeq))
        try statement.bind(5, dot.map { Int64(bitPattern: $0.replica.rawValue) })
        try statement.bind(6, dot.map { Int64(clamping: $0.seq) })
        try statement.bind(7, bytes)
        try statement.run()
    }

    private func bind(_ dot: Dot, to statement: Statement) throws {
        try statement.bind(1, Int64(bitPattern: dot.replica.rawValue))
        try statement.bind(2, Int64(clamping: dot.seq))
    }
}
