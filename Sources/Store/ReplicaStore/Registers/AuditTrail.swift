// What admins did at central: who enrolled, revoked, resolved, exported. Entries are only ever added,
// each chained to the one before by a hash, so that one that is altered or taken out shows
// (`central verify --audit`). None holds anything of a citizen.

internal import CBOR
public import Causality
internal import Crypto
internal import SQLite

/// One entry of the trail.
public struct TrailEntry: Hashable, Sendable {
    /// Its number, from 1.
    public var number: Int64
    /// When it was done, by central's clock.
    public var at: Timestamp
    /// Who did it: `local:` and a user of central's machine, `admin:` and an
    /// account (`?` when there is none), or `device:` and a replica.
    public var actor: String
    /// What was done, in a word.
    public var action: String
    /// To what: an office, a device, a dossier's id. Empty when there is nothing to name.
    public var subject: String
    /// How many, for what is done to many at once.
    public var count: Int64?
}

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

extension TrailEntry {
    /// The hash of the entry after the one with `hash`.
    func hash(after hash: Hash256) -> Hash256 {
        var writer = CBORWriter()
        writer.writeInteger(number)
        writer.writeInteger(at.milliseconds)
        for text in [actor, action, subject] { writer.writeText(text) }
        if let count { writer.writeInteger(count) } else { writer.writeNull() }
        return hash.chained(with: Hash256(hashing: writer.bytes))
    }
}

extension ReplicaDatabase {
    /// The trail, oldest first.
    ///
    /// - Throws: `StoreError.sqlite`.
    public func trail() throws -> [TrailEntry] { try hashedTrail().map(\.entry) }

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

extension WriteTransaction {
    /// Adds an entry to the trail, in the transaction of what it tells of.
    ///
    /// - Throws: `StoreError.sqlite`.
    public func note(
        _ action: String, _ subject: String = "", by actor: String, count: Int? = nil
    ) throws {
        let last = try database.connection.statement(
            "SELECT number, hash FROM trail ORDER BY number DESC LIMIT 1")
        var (number, hash) = (Int64(0), Hash256.zero)
        if try last.step() {
            number = last.int64(0)
            hash = Hash256(bytes: last.bytes(1)) ?? .zero
        }
        last.reset()
        let entry = TrailEntry(
            number: number + 1, at: now, actor: actor, action: action, subject: subject,
            count: count.map(Int64.init))
        let statement = try database.connection.statement(
            """
            INSERT INTO trail(number, at, actor, action, subject, count, hash)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
            """)
        try statement.bind(1, entry.number)
        try statement.bind(2, entry.at.milliseconds)
        try statement.bind(3, actor)
        try statement.bind(4, action)
        try statement.bind(5, subject)
        try statement.bind(6, entry.count)
        try entry.hash(after: hash).withBytes { try statement.bind(7, bytes: $0) }
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
