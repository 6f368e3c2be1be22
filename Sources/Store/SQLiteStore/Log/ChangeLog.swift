// The log of changes: own ones and, for history, those of others, in order of arrival. At central
// the order is the feed's, and a row's position is the feed position. Nothing else reads or writes
// the log's tables.

internal import Causality
internal import Crypto
internal import Editing
internal import Replication
internal import SQLite
internal import Store

final class ChangeLog {
    let connection: Connection
    private let insertion = HeldStatement(
        """
        INSERT INTO changes(form, replica, seq, kind, record, made, hash, bytes, arrived)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
        """)

    private let lookUp = HeldStatement(
        "SELECT 1 FROM changes WHERE replica = ?1 AND seq = ?2 AND form < 3")

    init(_ connection: Connection) {
        self.connection = connection
    }

    /// Appends a row and returns its position.
    func append(
        _ entry: LogEntry, replicaKey: Int64, kind: RecordKind, recordKey: Int64, now: Timestamp
    ) throws -> Int64 {
        let statement = try insertion.prepared(on: connection)
        try statement.bind(1, entry.form.rawValue)
        try statement.bind(2, replicaKey)
        try statement.bind(3, Int64(clamping: entry.dot?.seq ?? 0))
        try statement.bind(4, Int64(kind.rawValue))
        try statement.bind(5, recordKey)
        try statement.bind(6, entry.isMaking ? 1 : 0)
        if let hash = entry.hash {
            try hash.withBytes { try statement.bind(7, bytes: $0) }
        } else {
            try statement.bindNull(7)
        }
        try statement.bind(8, entry.bytes)
        try statement.bind(9, now.milliseconds)
        try statement.run()
        return connection.lastInsertedRowID
    }

    /// Whether the log has a replica's change, refused or not.
    func holds(replicaKey: Int64, seq: UInt64) throws -> Bool {
        let statement = try lookUp.prepared(on: connection)
        try statement.bind(1, replicaKey)
        try statement.bind(2, Int64(clamping: seq))
        defer { statement.reset() }
        return try statement.step()
    }

    // MARK: Single rows

    /// The row at a position.
    func row(at position: Int64, _ parts: LogParts = []) throws -> LogRow? {
        try firstRawRow("WHERE position = ?1", parts) { try $0.bind(1, position) }
    }

    /// A replica's change, refused or not.
    func row(replicaKey: Int64, seq: UInt64, _ parts: LogParts = []) throws -> LogRow? {
        try firstRawRow("WHERE replica = ?1 AND seq = ?2 AND form < 3", parts) {
            try $0.bind(1, replicaKey)
            try $0.bind(2, Int64(clamping: seq))
        }
    }

    /// The chain hash after a replica's change; zero before the first, `nil` when not known.
    func chainHash(replicaKey: Int64, seq: UInt64) throws -> Hash256? {
        guard seq > 0 else { return .zero }
        return try row(replicaKey: replicaKey, seq: seq, .hash)?.hash
    }

    /// A replica's change; `nil` when the log does not have it.
    func change(replicaKey: Int64, seq: UInt64) throws -> Change? {
        let row = try row(replicaKey: replicaKey, seq: seq, .bytes)
        return try row?.hasBytes == true ? row?.change() : nil
    }

    /// The last of a replica's changes, refused or not.
    func lastRow(replicaKey: Int64, _ parts: LogParts = []) throws -> LogRow? {
        try firstRawRow("WHERE replica = ?1 AND form < 3 ORDER BY seq DESC LIMIT 1", parts) {
            try $0.bind(1, replicaKey)
        }
    }

    /// The row that came last.
    func lastRow() throws -> LogRow? {
        try firstRawRow("ORDER BY position DESC LIMIT 1", []) { _ in }
    }

    // MARK: Rows in their order

    /// Calls `body` with the rows after a position, in their order, until it says `false`.
    func forEachRow(
        after position: Int64, through last: Int64 = .max, _ parts: LogParts = [],
        _ body: (LogRow) throws -> Bool
    ) throws {
        try forEachRawRow(
            "WHERE position > ?1 AND position <= ?2 ORDER BY position", parts,
            bind: {
                try $0.bind(1, position)
                try $0.bind(2, last)
            }, body)
    }

    /// Calls `body` with the rows at positions, which ascend, until it says `false`; those that are not
    /// there are left out, and those of a writer.
    func forEachRow(
        at positions: [Int64], except writer: Int64?, _ parts: LogParts,
        _ body: (LogRow) throws -> Bool
    ) throws {
        for position in positions {
            guard let row = try row(at: position, parts), row.replica != writer else { continue }
            guard try body(row) else { return }
        }
    }

    /// Calls `body` with a replica's changes from a seq on, refused or not, in order of seq, until it says
    /// `false`.
    func forEachRow(
        replicaKey: Int64, from seq: UInt64, through last: UInt64 = .max, _ parts: LogParts = [],
        _ body: (LogRow) throws -> Bool
    ) throws {
        try forEachRawRow(
            "WHERE replica = ?1 AND seq BETWEEN ?2 AND ?3 AND form < 3 ORDER BY seq", parts,
            bind: {
                try $0.bind(1, replicaKey)
                try $0.bind(2, Int64(clamping: seq))
                try $0.bind(3, Int64(clamping: last))
            }, body)
    }

    /// Calls `body` with the canonical bytes of a replica's changes from a seq on, in order of
    /// seq, until it says `false`.
    ///
    /// - Throws: `StoreError.damaged` for one whose hash is not known.
    func forEachChange(
        replicaKey: Int64, from seq: UInt64,
        _ body: (_ seq: UInt64, _ hash: Hash256, _ bytes: [UInt8]) throws -> Bool
    ) throws {
        try forEachRow(replicaKey: replicaKey, from: seq, [.hash, .bytes]) { row in
            guard let bytes = row.bytes else { return true }
            guard let hash = row.hash else { throw row.damage }
            return try body(row.seq, hash, bytes)
        }
    }

    /// Bytes of a replica's changes after a seq.
    func byteCount(replicaKey: Int64, after seq: UInt64) throws -> Int64 {
        let statement = try connection.statement(
            """
            SELECT coalesce(sum(length(bytes)), 0) FROM changes
            WHERE form < 3 AND replica = ?1 AND seq > ?2
            """)
        defer { statement.reset() }
        try statement.bind(1, replicaKey)
        try statement.bind(2, Int64(clamping: seq))
        return try statement.step() ? statement.int64(0) : 0
    }

    // MARK: Rows of a record

    /// The rows of a record, in order of arrival.
    func rows(of place: LogPlace, _ parts: LogParts = []) throws -> [LogRow] {
        var rows: [LogRow] = []
        try forEachRawRow(
            "WHERE kind = ?1 AND record = ?2 ORDER BY position", parts,
            bind: { try Self.bind(place, to: $0) }
        ) {
            rows.append($0)
            return true
        }
        return rows
    }

    /// The rows of records of a kind whose keys are within a range, by record, in order of arrival.
    func rows(
        of kind: RecordKind, keys: ClosedRange<Int64>, _ parts: LogParts
    ) throws -> [Int64: [LogRow]] {
        var rows: [Int64: [LogRow]] = [:]
        try forEachRawRow(
            "WHERE kind = ?1 AND record BETWEEN ?2 AND ?3 ORDER BY record, position", parts,
            bind: {
                try $0.bind(1, Int64(kind.rawValue))
                try $0.bind(2, keys.lowerBound)
                try $0.bind(3, keys.upperBound)
            }
        ) {
            rows[$0.place.record, default: []].append($0)
            return true
        }
        return rows
    }

    /// The changes to a record, in order of arrival.
    func history(kind: RecordKind, recordKey: Int64) throws -> [LoggedChange] {
        try rows(of: LogPlace(kind: kind, record: recordKey), .bytes).history()
    }

    /// The values of a record that own changes replaced here and that no logged change holds, and those
    /// that came in states beside own changes; at central the states by which offices were told of it.
    func states(of place: LogPlace) throws -> [LogRow] {
        var rows: [LogRow] = []
        try forEachRawRow(
            """
            WHERE kind = ?1 AND record = ?2 AND form = 3 AND bytes IS NOT NULL ORDER BY position
            """, .bytes, bind: { try Self.bind(place, to: $0) }
        ) {
            rows.append($0)
            return true
        }
        return rows
    }

    /// Whether a state of a record was joined, so that it holds more than its changes here give; or, with
    /// `orLacks`, a change to it has no content.
    func wasJoined(_ place: LogPlace, orLacksContent lacks: Bool = false) throws -> Bool {
        let joined = "form = 3 AND made = 1"
        let condition = lacks ? "(\(joined) OR form < 3 AND bytes IS NULL)" : joined
        return try firstRawRow("WHERE kind = ?1 AND record = ?2 AND \(condition) LIMIT 1", []) {
            try Self.bind(place, to: $0)
        } != nil
    }

    private static func bind(_ place: LogPlace, to statement: Statement) throws {
        try statement.bind(1, Int64(place.kind.rawValue))
        try statement.bind(2, place.record)
    }

    // MARK: Changing rows

    /// Marks a replica's change as refused, or takes that back.
    func mark(replicaKey: Int64, seq: UInt64, from old: LogForm, to new: LogForm) throws {
        let statement = try connection.statement(
            "UPDATE changes SET form = ?4 WHERE replica = ?1 AND seq = ?2 AND form = ?3")
        try statement.bind(1, replicaKey)
        try statement.bind(2, Int64(clamping: seq))
        try statement.bind(3, old.rawValue)
        try statement.bind(4, new.rawValue)
        try statement.run()
    }

    /// Gives rows other bytes, by their positions.
    func replaceBytes(_ bytes: [Int64: [UInt8]]) throws {
        let statement = try connection.statement(
            "UPDATE changes SET bytes = ?2 WHERE position = ?1")
        for (position, bytes) in bytes {
            try statement.bind(1, position)
            try statement.bind(2, bytes)
            try statement.run()
        }
    }

    /// Gives a change another name, hash and bytes.
    func rename(
        at position: Int64, replicaKey: Int64, seq: UInt64, hash: Hash256, bytes: [UInt8]
    ) throws {
        let statement = try connection.statement(
            """
            UPDATE changes SET replica = ?2, seq = ?3, made = 0, hash = ?4, bytes = ?5
            WHERE position = ?1
            """)
        try statement.bind(1, position)
        try statement.bind(2, replicaKey)
        try statement.bind(3, Int64(clamping: seq))
        try hash.withBytes { try statement.bind(4, bytes: $0) }
        try statement.bind(5, bytes)
        try statement.run()
    }

    /// Takes a row out.
    func remove(at position: Int64) throws {
        let statement = try connection.statement("DELETE FROM changes WHERE position = ?1")
        try statement.bind(1, position)
        try statement.run()
    }
}

extension Sequence<LogRow> {
    /// The changes among the rows of a record.
    ///
    /// - Throws: `StoreError.damaged`.
    func history() throws -> [LoggedChange] {
        try filter { $0.isChange && $0.hasBytes }.map {
            LoggedChange(
                position: UInt64($0.position), change: try $0.change(),
                arrived: Timestamp(milliseconds: $0.arrived), isVoid: $0.form == .void)
        }
    }
}
