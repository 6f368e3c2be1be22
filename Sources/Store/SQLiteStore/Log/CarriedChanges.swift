// The rows of changes that came in a file (`CarriedChange`).

public import Causality
public import Replication
internal import SQLite
public import Store

enum CarriedSchema {
    /// `bytes` while the change waits; `new_replica` and `new_seq` once it was issued; none of them
    /// when it is known or nothing of it could stand.
    static let counter = """
        CREATE TABLE carried(
            replica INTEGER NOT NULL, seq INTEGER NOT NULL, record BLOB NOT NULL,
            kept_seq INTEGER NOT NULL, new_replica INTEGER, new_seq INTEGER, bytes BLOB,
            PRIMARY KEY (replica, seq)) STRICT;
        CREATE INDEX carried_waiting ON carried(seq) WHERE bytes IS NOT NULL;
        """
}

extension CounterDatabase {
    /// Carried changes that wait for what this device has not seen, in their writers' order.
    ///
    /// - Throws: `StoreError`.
    public func waitingCarried() throws -> [CarriedChange] {
        let statement = try connection.statement(
            """
            SELECT record, kept_seq, bytes, seq FROM carried WHERE bytes IS NOT NULL
            ORDER BY replica, seq
            """)
        defer { statement.reset() }
        var waiting: [CarriedChange] = []
        while try statement.step() {
            let seq = UInt64(clamping: statement.int64(3))
            guard let record = RecordID(bytes: statement.bytes(0)) else {
                throw StoreError.damaged(table: "carried", key: statement.int64(3))
            }
            waiting.append(
                CarriedChange(
                    try Self.change(statement.bytes(2), at: seq), of: record,
                    keptSeq: UInt64(clamping: statement.int64(1))))
        }
        return waiting
    }

    /// How many carried changes wait.
    ///
    /// - Throws: `StoreError.sqlite`.
    public func waitingCarriedCount() throws -> Int {
        let statement = try connection.statement(
            "SELECT count(*) FROM carried WHERE bytes IS NOT NULL")
        defer { statement.reset() }
        return try statement.step() ? Int(statement.int64(0)) : 0
    }

    /// Whether a carried change needs nothing more.
    ///
    /// - Throws: `StoreError.sqlite`.
    public func isCarriedSettled(_ dot: Dot) throws -> Bool {
        let statement = try connection.statement(
            "SELECT 1 FROM carried WHERE replica = ?1 AND seq = ?2 AND bytes IS NULL")
        try statement.bind(1, Int64(bitPattern: dot.replica.rawValue))
        try statement.bind(2, Int64(clamping: dot.seq))
        defer { statement.reset() }
        return try statement.step()
    }

    /// What a writer's changes to a record are called here, in a range of seqs, in their order.
    ///
    /// - Throws: `StoreError.sqlite`.
    public func carriedNames(
        of writer: ReplicaID, to record: RecordID, seqs: ClosedRange<UInt64>
    ) throws -> [CarriedName] {
        let statement = try connection.statement(
            """
            SELECT new_replica, new_seq, bytes IS NOT NULL, seq FROM carried
            WHERE replica = ?1 AND seq BETWEEN ?2 AND ?3 AND record = ?4 ORDER BY seq
            """)
        try statement.bind(1, Int64(bitPattern: writer.rawValue))
        try statement.bind(2, Int64(clamping: seqs.lowerBound))
        try statement.bind(3, Int64(clamping: seqs.upperBound))
        try record.withBytes { try statement.bind(4, bytes: $0) }
        defer { statement.reset() }
        var names: [CarriedName] = []
        while try statement.step() {
            var standing = CarriedStanding.settled
            if statement.int64(2) != 0 {
                standing = .waits
            } else if let replica = statement.int64OrNil(0) {
                standing = .issued(
                    Dot(
                        ReplicaID(UInt64(bitPattern: replica)), UInt64(clamping: statement.int64(1))
                    ))
            }
            names.append(
                CarriedName(Dot(writer, UInt64(clamping: statement.int64(3))), standing))
        }
        return names
    }

    /// The carried changes that were issued here under an identity, by the seq that they have. O(carried).
    ///
    /// - Throws: `StoreError.sqlite`.
    public func carriedDots(issuedBy replica: ReplicaID) throws -> [UInt64: [Dot]] {
        let statement = try connection.statement(
            "SELECT new_seq, replica, seq FROM carried WHERE new_replica = ?1")
        try statement.bind(1, Int64(bitPattern: replica.rawValue))
        defer { statement.reset() }
        var dots: [UInt64: [Dot]] = [:]
        while try statement.step() {
            dots[UInt64(clamping: statement.int64(0)), default: []].append(
                Dot(
                    ReplicaID(UInt64(bitPattern: statement.int64(1))),
                    UInt64(clamping: statement.int64(2))))
        }
        return dots
    }

    private static func change(_ bytes: [UInt8], at seq: UInt64) throws -> Change {
        do throws(FormatError) {
            return try Change(canonicalBytes: bytes)
        } catch {
            throw StoreError.damaged(table: "changes", key: Int64(clamping: seq))
        }
    }
}

extension CounterWriteTransaction {
    /// Carried changes that were issued here have another name since; and what this replica wrote itself
    /// is known when an export from before its new identity comes back. O(dots).
    ///
    /// - Throws: `StoreError.sqlite`.
    public func renameCarried(
        _ dots: [Dot], from old: Dot, to new: Dot, of record: RecordID
    ) throws {
        func bind(_ dot: Dot, to statement: Statement) throws {
            try statement.bind(1, Int64(bitPattern: dot.replica.rawValue))
            try statement.bind(2, Int64(clamping: dot.seq))
            try statement.bind(3, Int64(bitPattern: new.replica.rawValue))
            try statement.bind(4, Int64(clamping: new.seq))
        }
        for dot in dots {
            let renaming = try database.connection.statement(
                """
                UPDATE carried SET new_replica = ?3, new_seq = ?4
                WHERE replica = ?1 AND seq = ?2
                """)
            try bind(dot, to: renaming)
            try renaming.run()
        }
        let naming = try database.connection.statement(
            """
            INSERT OR IGNORE INTO carried(replica, seq, new_replica, new_seq, record, kept_seq)
            VALUES (?1, ?2, ?3, ?4, ?5, 0)
            """)
        try bind(old, to: naming)
        try record.withBytes { try naming.bind(5, bytes: $0) }
        try naming.run()
    }

    /// Remembers a carried change.
    ///
    /// - Throws: `StoreError.sqlite`.
    public func keep(_ carried: CarriedChange, _ standing: CarriedStanding) throws {
        let statement = try database.connection.statement(
            """
            INSERT OR REPLACE INTO carried(
                replica, seq, record, kept_seq, new_replica, new_seq, bytes)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
            """)
        var issued: Dot?
        if case .issued(let dot) = standing { issued = dot }
        let dot = carried.change.dot
        try statement.bind(1, Int64(bitPattern: dot.replica.rawValue))
        try statement.bind(2, Int64(clamping: dot.seq))
        try carried.record.withBytes { try statement.bind(3, bytes: $0) }
        try statement.bind(4, Int64(clamping: carried.keptSeq))
        try statement.bind(5, issued.map { Int64(bitPattern: $0.replica.rawValue) })
        try statement.bind(6, issued.map { Int64(clamping: $0.seq) })
        try statement.bind(7, standing == .waits ? carried.change.canonicalBytes : nil)
        try statement.run()
    }
}
