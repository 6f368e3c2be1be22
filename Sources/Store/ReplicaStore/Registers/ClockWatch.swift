// What a file remembers of right time, and which of its records were written under a wrong clock and
// not set right since (`ClockFault`, `TimesFix`). The list of records follows each that is stored, so
// that a status looks at no others.

public import Causality
internal import Dossiers
public import Replication
internal import SQLite

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

/// What is known of a machine's clock, and whether a person was asked.
struct ClockWatch: Hashable {
    var witness = ClockWitness()
    var askedMilliseconds: Int64?
}

extension ReplicaDatabase {
    /// What is wrong with a clock that says `now`, by what this file has seen; `nil` for nothing.
    ///
    /// - Throws: `StoreError.sqlite`.
    public func clockFault(at now: Timestamp) throws -> ClockFault? {
        ClockFault(of: now, try clockWatch().witness)
    }

    /// Whether a person was asked about this wrong clock already.
    ///
    /// - Throws: `StoreError.sqlite`.
    public func wasAsked(about fault: ClockFault) throws -> Bool {
        try clockWatch().askedMilliseconds.map { fault.isLike(offMilliseconds: $0) } ?? false
    }

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

    func clockWatch() throws -> ClockWatch {
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
    /// Notes what central's clock said, and this machine's, at an exchange. A clock that central finds right
    /// is asked about anew when it goes wrong again.
    ///
    /// - Parameter isNow: whether central said it now; a bundle was on its way for nobody knows how long.
    /// - Throws: `StoreError.sqlite`.
    public func noteCentral(_ time: Timestamp, isNow: Bool) throws {
        var watch = try database.clockWatch()
        if isNow {
            watch.witness.noteExchange(central: time, wall: now)
        } else {
            watch.witness.noteBundle(central: time)
        }
        if ClockFault(of: now, watch.witness) == nil { watch.askedMilliseconds = nil }
        try save(watch)
    }

    /// Notes that a person was asked about a wrong clock, and writes all the same.
    ///
    /// - Throws: `StoreError.sqlite`.
    public func noteAsked(about fault: ClockFault) throws {
        var watch = try database.clockWatch()
        watch.askedMilliseconds = fault.offMilliseconds
        try save(watch)
    }

    /// Notes a change under this transaction's clock, unless that is wrong.
    func noteChange() throws {
        let before = try database.clockWatch()
        var watch = before
        guard ClockFault(of: now, watch.witness) == nil else { return }
        watch.witness.noteChange(at: now)
        watch.askedMilliseconds = nil
        if watch != before { try save(watch) }
    }

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

    private func save(_ watch: ClockWatch) throws {
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
