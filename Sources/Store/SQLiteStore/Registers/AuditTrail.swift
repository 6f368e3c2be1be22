// The rows of the trail and of devices' signatures, as `CentralTrailView` wants them.

public import Causality
public import Crypto
internal import SQLite
public import Store

enum AuditSchema {
    static let central = """
        CREATE TABLE trail(
            number INTEGER PRIMARY KEY, at INTEGER NOT NULL, actor TEXT NOT NULL,
            action TEXT NOT NULL, subject TEXT NOT NULL, count INTEGER, hash BLOB NOT NULL) STRICT;
        CREATE TABLE signatures(
            replica INTEGER NOT NULL, seq INTEGER NOT NULL, signature BLOB NOT NULL,
            PRIMARY KEY (replica, seq)) STRICT, WITHOUT ROWID;
        """
}

extension CentralDatabase {
    /// The trail, oldest first.
    ///
    /// - Throws: `StoreError.sqlite`.
    public func trail() throws -> [TrailEntry] { try hashedTrail().map(\.entry) }

    /// As in `CentralTrailView`.
    public func trailEnd() throws -> TrailEnd {
        let last = try connection.statement(
            "SELECT number, hash FROM trail ORDER BY number DESC LIMIT 1")
        defer { last.reset() }
        guard try last.step() else { return TrailEnd() }
        return TrailEnd(number: last.int64(0), hash: Hash256(bytes: last.bytes(1)) ?? .zero)
    }

    func hashedTrail() throws -> [(entry: TrailEntry, hash: Hash256?)] {
        let statement = try connection.statement(
            "SELECT number, at, actor, action, subject, count, hash FROM trail ORDER BY number")
        defer { statement.reset() }
        var entries: [(TrailEntry, Hash256?)] = []
        while try statement.step() {
            entries.append(
                (
                    TrailEntry(
                        number: statement.int64(0),
                        at: Timestamp(milliseconds: statement.int64(1)), actor: statement.text(2),
                        action: statement.text(3), subject: statement.text(4),
                        count: statement.int64OrNil(5)),
                    Hash256(bytes: statement.bytes(6))
                ))
        }
        return entries
    }
}

extension CentralWriteTransaction {
    /// As in `CentralTrailTransaction`.
    public func append(_ entry: TrailEntry, hash: Hash256) throws {
        let statement = try database.connection.statement(
            """
            INSERT INTO trail(number, at, actor, action, subject, count, hash)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
            """)
        try statement.bind(1, entry.number)
        try statement.bind(2, entry.at.milliseconds)
        try statement.bind(3, entry.actor)
        try statement.bind(4, entry.action)
        try statement.bind(5, entry.subject)
        try statement.bind(6, entry.count)
        try hash.withBytes { try statement.bind(7, bytes: $0) }
        try statement.run()
    }

    /// Keeps what a device signed: the hash of its chain through a change.
    ///
    /// - Throws: `StoreError.sqlite`.
    public func keepSignature(
        _ signature: [UInt8], of replica: ReplicaID, through seq: UInt64
    ) throws {
        let statement = try database.connection.statement(
            "INSERT OR REPLACE INTO signatures(replica, seq, signature) VALUES (?1, ?2, ?3)")
        try statement.bind(1, try database.interning.key(of: replica))
        try statement.bind(2, Int64(clamping: seq))
        try statement.bind(3, signature)
        try statement.run()
    }
}
