// The log of changes: own ones and, for history, those of others, in order of arrival. At central
// the order is the feed's, and a row's position is the feed position.

internal import Causality
internal import Crypto
internal import Editing
internal import Replication
internal import SQLite

final class ChangeLog {
    private let connection: Connection
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

    /// The chain hash after a replica's change; zero before the first, `nil` when not known.
    func chainHash(replicaKey: Int64, seq: UInt64) throws -> Hash256? {
        guard seq > 0 else { return .zero }
        let statement = try connection.statement(
            "SELECT hash FROM changes WHERE replica = ?1 AND seq = ?2 AND form < 3")
        try statement.bind(1, replicaKey)
        try statement.bind(2, Int64(clamping: seq))
        defer { statement.reset() }
        guard try statement.step() else { return nil }
        return Hash256(bytes: statement.bytes(0))
    }

    /// Whether the log has a replica's change, refused or not.
    func holds(replicaKey: Int64, seq: UInt64) throws -> Bool {
        let statement = try lookUp.prepared(on: connection)
        try statement.bind(1, replicaKey)
        try statement.bind(2, Int64(clamping: seq))
        defer { statement.reset() }
        return try statement.step()
    }

    /// Calls `body` with the canonical bytes of a replica's changes from a seq on, in order of
    /// seq, until it says `false`.
    func forEachChange(
        replicaKey: Int64, from seq: UInt64,
        _ body: (_ seq: UInt64, _ hash: Hash256, _ bytes: [UInt8]) throws -> Bool
    ) throws {
        let statement = try connection.statement(
            """
            SELECT seq, hash, bytes FROM changes
            WHERE replica = ?1 AND seq >= ?2 AND form < 3 AND bytes IS NOT NULL ORDER BY seq
            """)
        try statement.bind(1, replicaKey)
        try statement.bind(2, Int64(clamping: seq))
        defer { statement.reset() }
        while try statement.step() {
            guard let hash = Hash256(bytes: statement.bytes(1)) else {
                throw StoreError.damaged(table: "changes", key: statement.int64(0))
            }
            let isWanted = try body(UInt64(statement.int64(0)), hash, statement.bytes(2))
            guard isWanted else { return }
        }
    }

    /// A replica's change; `nil` when the log does not have it.
    func change(replicaKey: Int64, seq: UInt64) throws -> Change? {
        var found: [UInt8]?
        try forEachChange(replicaKey: replicaKey, from: seq) {
            if $0 == seq { found = $2 }
            return false
        }
        do throws(FormatError) {
            return try found.map { bytes throws(FormatError) in try Change(canonicalBytes: bytes) }
        } catch {
            throw StoreError.damaged(table: "changes", key: Int64(clamping: seq))
        }
    }

    /// The changes to a record, in order of arrival.
    func history(kind: RecordKind, recordKey: Int64) throws -> [LoggedChange] {
        let statement = try connection.statement(
            """
            SELECT position, form, bytes, arrived FROM changes
            WHERE kind = ?1 AND record = ?2 AND form < 3 AND bytes IS NOT NULL ORDER BY position
            """)
        try statement.bind(1, Int64(kind.rawValue))
        try statement.bind(2, recordKey)
        defer { statement.reset() }
        var history: [LoggedChange] = []
        while try statement.step() {
            let position = statement.int64(0)
            do throws(FormatError) {
                history.append(
                    LoggedChange(
                        position: UInt64(position),
                        change: try Change(canonicalBytes: statement.bytes(2)),
                        arrived: Timestamp(milliseconds: statement.int64(3)),
                        isVoid: statement.int64(1) == LogForm.void.rawValue))
            } catch {
                throw StoreError.damaged(table: "changes", key: position)
            }
        }
        return history
    }

    /// The values of a record that own changes replaced here and that no logged change holds, and those
    /// that came in states beside own changes.
    func replaced(kind: RecordKind, recordKey: Int64) throws -> [RecordState] {
        let statement = try connection.statement(
            """
            SELECT bytes, position FROM changes
            WHERE kind = ?1 AND record = ?2 AND form = 3 AND bytes IS NOT NULL ORDER BY position
            """)
        try statement.bind(1, Int64(kind.rawValue))
        try statement.bind(2, recordKey)
        defer { statement.reset() }
        var states: [RecordState] = []
        while try statement.step() {
            do throws(FormatError) {
                states.append(try RecordState(canonicalBytes: statement.bytes(0)))
            } catch {
                throw StoreError.damaged(table: "changes", key: statement.int64(1))
            }
        }
        return states
    }
}
