// The row of what a file remembers of right time (`ClockWatch`), and which of its records were written under a
// wrong clock and not set right since (`TimesFix`). The list of records follows each that is stored, so
// that a status looks at no others.

internal import Causality
internal import Dossiers
public import Replication
internal import SQLite
public import Store

enum ClockWatchSchema {
    /// The same at a counter and at central, which has no exchanges of its own. `asked` is how far the clock
    /// was off that a person was asked about.
    static let both = """
        CREATE TABLE clock_watch(
            only INTEGER PRIMARY KEY CHECK (only = 1),
            central INTEGER, wall INTEGER, last_change INTEGER, asked INTEGER) STRICT;
        CREATE TABLE wrong_clock(
            kind INTEGER NOT NULL, record INTEGER NOT NULL,
            PRIMARY KEY (kind, record)) STRICT, WITHOUT ROWID;
        """
}

extension ReplicaDatabase {
    /// How many records hold what was written under a wrong clock and was not set right since. O(those).
    ///
    /// - Throws: `StoreError.sqlite`.
    public func wrongClockCount() throws -> Int {
        let statement = try connection.statement("SELECT count(*) FROM wrong_clock")
        defer { statement.reset() }
        return try statement.step() ? Int(statement.int64(0)) : 0
    }

    /// The records that hold what was written under a wrong clock and was not set right since.
    ///
    /// - Throws: `StoreError`.
    public func wrongClockRecords() throws -> [RecordState] {
        let statement = try connection.statement(
            "SELECT kind, record FROM wrong_clock ORDER BY kind, record")
        defer { statement.reset() }
        var states: [RecordState] = []
        while try statement.step() {
            let kind = RecordKind(rawValue: UInt8(clamping: statement.int64(0)))
            if let stored = try table(of: kind)?.load(key: statement.int64(1)) {
                states.append(stored.state)
            }
        }
        return states
    }

    /// What is known of this machine's clock.
    ///
    /// - Throws: `StoreError.sqlite`.
    public func clockWatch() throws -> ClockWatch {
        let statement = try connection.statement(
            "SELECT central, wall, last_change, asked FROM clock_watch")
        defer { statement.reset() }
        guard try statement.step() else { return ClockWatch() }
        func time(_ column: Int) -> Timestamp? {
            statement.int64OrNil(column).map(Timestamp.init(milliseconds:))
        }
        return ClockWatch(
            witness: ClockWitness(central: time(0), wall: time(1), lastChange: time(2)),
            askedMilliseconds: statement.int64OrNil(3))
    }
}

extension WriteTransaction {
    /// Keeps the list of records that were written under a wrong clock.
    func noteWrongClock(_ after: RecordState, over before: RecordState, key: Int64) throws {
        let field = RecordSchema.clockOffField
        guard !after[field].isEmpty || !before[field].isEmpty else { return }
        let statement = try database.connection.statement(
            after.wrongClockMarks.isEmpty
                ? "DELETE FROM wrong_clock WHERE kind = ?1 AND record = ?2"
                : "INSERT OR IGNORE INTO wrong_clock(kind, record) VALUES (?1, ?2)")
        try statement.bind(1, Int64(after.kind.rawValue))
        try statement.bind(2, key)
        try statement.run()
    }

    /// Keeps what is known of this machine's clock.
    ///
    /// - Throws: `StoreError.sqlite`.
    public func save(_ watch: ClockWatch) throws {
        let statement = try database.connection.statement(
            """
            INSERT OR REPLACE INTO clock_watch(only, central, wall, last_change, asked)
            VALUES (1, ?1, ?2, ?3, ?4)
            """)
        try statement.bind(1, watch.witness.central?.milliseconds)
        try statement.bind(2, watch.witness.wall?.milliseconds)
        try statement.bind(3, watch.witness.lastChange?.milliseconds)
        try statement.bind(4, watch.askedMilliseconds)
        try statement.run()
    }
}
