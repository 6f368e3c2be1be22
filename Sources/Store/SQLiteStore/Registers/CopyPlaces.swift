// Where records went of which an office keeps a copy. Central notes each move for every office that had the
// record before, and tells it with the replies that go past the move; a counter keeps the last that it heard.

internal import Editing
public import Replication
internal import SQLite

enum CopyPlaceSchema {
    static let central = """
        CREATE TABLE moved_copies(
            scope INTEGER NOT NULL, position INTEGER NOT NULL, record BLOB NOT NULL,
            office TEXT NOT NULL,
            PRIMARY KEY (scope, position, record)) STRICT, WITHOUT ROWID;
        """
    static let counter = """
        CREATE TABLE copy_places(
            record BLOB PRIMARY KEY, office TEXT NOT NULL) STRICT, WITHOUT ROWID;
        """
}

extension CounterDatabase {
    /// The office that has a record now, as central told it last; `nil` when it did not.
    ///
    /// - Throws: `StoreError`.
    public func placeOfCopy(_ record: RecordID) throws -> String? {
        let statement = try connection.statement(
            "SELECT office FROM copy_places WHERE record = ?1")
        try record.withBytes { try statement.bind(1, bytes: $0) }
        defer { statement.reset() }
        return try statement.step() ? statement.text(0) : nil
    }
}

extension CentralWriteTransaction {
    /// Notes for the offices that had a record before where it is now.
    func noteMove(of record: RecordID, to move: LoggedRow.Move, at position: Int64) throws {
        let statement = try database.connection.statement(
            """
            INSERT OR REPLACE INTO moved_copies(scope, position, record, office)
            VALUES (?1, ?2, ?3, ?4)
            """)
        for office in move.former {
            try statement.bind(1, try database.interning.key(ofOffice: office))
            try statement.bind(2, position)
            try record.withBytes { try statement.bind(3, bytes: $0) }
            try statement.bind(4, move.office)
            try statement.run()
        }
    }
}

extension CentralDatabase {
    /// The moves of what an office had, in a span of the feed, in its order; the records and the codes
    /// of the offices that took them.
    ///
    /// - Parameter countMax: moves at most; of more the latest.
    /// - Throws: `StoreError`.
    public func moves(
        forOffice office: String, after: UInt64, through last: UInt64, countMax: Int
    ) throws -> [(record: RecordID, office: String)] {
        guard let scope = try interning.knownKey(ofOffice: office) else { return [] }
        let statement = try connection.statement(
            """
            SELECT record, office FROM moved_copies
            WHERE scope = ?1 AND position > ?2 AND position <= ?3
            ORDER BY position DESC LIMIT ?4
            """)
        try statement.bind(1, scope)
        try statement.bind(2, Int64(clamping: after))
        try statement.bind(3, Int64(clamping: last))
        try statement.bind(4, Int64(countMax))
        defer { statement.reset() }
        var moves: [(record: RecordID, office: String)] = []
        while try statement.step() {
            guard let record = RecordID(bytes: statement.bytes(0)) else { continue }
            moves.append((record, statement.text(1)))
        }
        return moves.reversed()
    }
}

extension CounterWriteTransaction {
    /// Keeps where a record is now, of which it has a copy.
    ///
    /// - Throws: `StoreError`.
    public func keepPlace(of record: RecordID, at office: String) throws {
        let statement = try database.connection.statement(
            "INSERT OR REPLACE INTO copy_places(record, office) VALUES (?1, ?2)")
        try record.withBytes { try statement.bind(1, bytes: $0) }
        try statement.bind(2, office)
        try statement.run()
    }
}
