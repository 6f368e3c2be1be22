// Who a counter's replica is, and how far it has come with central. One row, read at the start of
// every transaction that needs it, so that several processes may use the file at once.

public import Causality
public import Crypto
public import Replication
internal import SQLite

/// What syncs have learned of the link to central.
public struct MeasuredLink: Sendable, Hashable {
    /// Bytes that one exchange carries best.
    public var chunkBytes: Int
    /// Bytes a second; `nil` when not measured.
    public var bytesPerSecond: Int?
    /// The newest dictionary that central reads, by its last word.
    public var dictionary: UInt32

    /// What was measured.
    public init(chunkBytes: Int, bytesPerSecond: Int?, dictionary: UInt32) {
        self.chunkBytes = chunkBytes
        self.bytesPerSecond = bytesPerSecond
        self.dictionary = dictionary
    }
}

/// A counter's identity and its progress with central.
public struct ReplicaIdentity: Sendable {
    /// Where enrolment stands.
    public enum State: String, Sendable {
        /// A key was made; central has not answered yet.
        case enrolling
        /// Enrolled.
        case active
        /// Central has revoked the device.
        case revoked
    }

    /// Where enrolment stands.
    public var state: State
    /// Central's address, as given at enrolment.
    public var centralURL: String
    /// The seed of the device's Ed25519 key; secret.
    public var signingSeed: [UInt8]
    /// The replica; `nil` before enrolment.
    public var replica: ReplicaID?
    /// The device's number within its office.
    public var desk: Int64
    /// The office's code.
    public var office: String
    /// The bearer token; secret.
    public var token: String
    /// The last own change.
    public var seq: UInt64
    /// The chain hash after it.
    public var chainHash: Hash256
    /// The latest reading of the hybrid clock.
    public var clock: HybridTimestamp
    /// Central has all own changes through this one on disk, by its own word.
    public var pushedSeq: UInt64
    /// The highest own change that central had on disk in its present epoch, by its own word: more
    /// than `pushedSeq` once central was restored from a backup.
    public var acknowledgedSeq: UInt64
    /// The epoch of central that this identity belongs to; `nil` before central has told it.
    public var epoch: UInt64?
    /// Changes after this one are not to be pushed under this identity: central was restored from
    /// a backup, and may have had others of these numbers from a copy of this device.
    public var pushLimit: UInt64?
    /// The epoch in which central was given the copies that it lacked of records that have left the
    /// office.
    public var copiesGivenIn: UInt64?
    /// The place in the feed; `nil` when states are wanted.
    public var cursor: (position: UInt64, hash: ShortHash)?
    /// Where the states go on.
    public var resumeMark: [UInt8]?
    /// When central last answered.
    public var lastExchange: Timestamp?
    /// When a sync was last complete: all pushed, all pulled, digests equal.
    public var lastComplete: Timestamp?
    /// What came of the last sync, in a word.
    public var lastOutcome: String?
    /// What syncs have learned of the link; `nil` before the first.
    public var link: MeasuredLink?
    /// The seed of the key for the identity that the device is asking for, once it has found that
    /// another copy of it syncs too; secret.
    public var nextSigningSeed: [UInt8]?

    /// An identity that asks for enrolment: it has a key and nothing else.
    public init(enrollingAt centralURL: String, signingSeed: [UInt8]) {
        state = .enrolling
        self.centralURL = centralURL
        self.signingSeed = signingSeed
        desk = 0
        office = ""
        token = ""
        seq = 0
        chainHash = .zero
        clock = HybridTimestamp(rawValue: 0)
        pushedSeq = 0
        acknowledgedSeq = 0
    }

    /// The highest own change that central ever had, by its own word: others may have read it.
    public var onceAcknowledgedSeq: UInt64 { max(pushedSeq, acknowledgedSeq, pushLimit ?? 0) }

    /// Own changes that central does not have yet.
    public var pendingCount: UInt64 { seq - min(pushedSeq, seq) }
}

extension ReplicaDatabase {
    private static let identityColumns = """
        state, central_url, signing_seed, replica, desk, office, token, seq, hash, clock,
        pushed_seq, cursor_position, cursor_hash, resume_mark, last_exchange, last_complete,
        last_outcome, next_seed, acknowledged_seq, epoch, push_limit, copies_given_in,
        chunk_bytes, bytes_per_second, dictionary
        """

    /// The identity; `nil` in a file that has none yet.
    ///
    /// - Throws: `StoreError`.
    public func identity() throws -> ReplicaIdentity? {
        let statement = try connection.statement("SELECT \(Self.identityColumns) FROM identity")
        defer { statement.reset() }
        guard try statement.step() else { return nil }
        guard let state = ReplicaIdentity.State(rawValue: statement.text(0)),
            let hash = Hash256(bytes: statement.bytes(8))
        else { throw StoreError.damaged(table: "identity", key: 1) }
        var identity = ReplicaIdentity(
            enrollingAt: statement.text(1), signingSeed: statement.bytes(2))
        identity.state = state
        identity.replica = statement.int64OrNil(3).map { ReplicaID(UInt64(bitPattern: $0)) }
        identity.desk = statement.int64(4)
        identity.office = statement.text(5)
        identity.token = statement.text(6)
        identity.seq = UInt64(clamping: statement.int64(7))
        identity.chainHash = hash
        identity.clock = HybridTimestamp(rawValue: UInt64(bitPattern: statement.int64(9)))
        identity.pushedSeq = UInt64(clamping: statement.int64(10))
        if let position = statement.int64OrNil(11), let hash = ShortHash(bytes: statement.bytes(12))
        {
            identity.cursor = (UInt64(clamping: position), hash)
        }
        identity.resumeMark = statement.bytesOrNil(13)
        identity.lastExchange = statement.int64OrNil(14).map(Timestamp.init(milliseconds:))
        identity.lastComplete = statement.int64OrNil(15).map(Timestamp.init(milliseconds:))
        identity.lastOutcome = statement.textOrNil(16)
        identity.nextSigningSeed = statement.bytesOrNil(17)
        identity.acknowledgedSeq = UInt64(clamping: statement.int64(18))
        identity.epoch = statement.int64OrNil(19).map { UInt64(clamping: $0) }
        identity.pushLimit = statement.int64OrNil(20).map { UInt64(clamping: $0) }
        identity.copiesGivenIn = statement.int64OrNil(21).map { UInt64(clamping: $0) }
        identity.link = statement.int64OrNil(22).map {
            MeasuredLink(
                chunkBytes: Int(clamping: $0),
                bytesPerSecond: statement.int64OrNil(23).map(Int.init(clamping:)),
                dictionary: UInt32(clamping: statement.int64OrNil(24) ?? 0))
        }
        return identity
    }

    /// The identity of an enrolled replica.
    ///
    /// - Throws: `StoreError.notEnrolled` before enrolment.
    public func enrolledIdentity() throws -> (identity: ReplicaIdentity, replica: ReplicaID) {
        guard let identity = try identity(), let replica = identity.replica else {
            throw StoreError.notEnrolled
        }
        return (identity, replica)
    }
}

extension ReplicaDatabase {
    /// Whether all values of this replica that stand in a state were written here: a copy of it gives
    /// the same dots to others.
    ///
    /// - Throws: `StoreError`.
    public func hasWritten(whatIsOf replica: ReplicaID, in state: RecordState) throws -> Bool {
        guard state.vv[replica] > 0, let key = try interning.knownKey(of: replica) else {
            return true
        }
        return try state.stamps.filter { $0.dot.replica == replica }.allSatisfy { stamped in
            guard let change = try changeLog.change(replicaKey: key, seq: stamped.dot.seq) else {
                return true
            }
            let written = Set(change.writes + change.additions)
            // Central may hold what was erased here: restored, it has lost the order.
            let gone = change.erasedContent?.fields ?? []
            let standing = state.fields.filter { !gone.contains($0.name) }.flatMap { field in
                field.entries.filter { $0.dot == stamped.dot }
                    .map { FieldWrite(field.name, $0.value) }
            }
            return change.stamp == stamped.stamp && written.isSuperset(of: standing)
        }
    }
}

extension WriteTransaction {
    /// Stores the identity whole.
    ///
    /// - Throws: `StoreError`.
    public func save(_ identity: ReplicaIdentity) throws {
        precondition(author == nil, "the author's chain would be overwritten")
        let statement = try database.connection.statement(
            """
            INSERT OR REPLACE INTO identity(only, state, central_url, signing_seed, replica, desk,
                office, token, seq, hash, clock, pushed_seq, cursor_position, cursor_hash,
                resume_mark, last_exchange, last_complete, last_outcome, next_seed,
                acknowledged_seq, epoch, push_limit, copies_given_in, chunk_bytes,
                bytes_per_second, dictionary)
            VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17,
                ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25)
            """)
        try statement.bind(1, identity.state.rawValue)
        try statement.bind(2, identity.centralURL)
        try statement.bind(3, identity.signingSeed)
        try statement.bind(4, identity.replica.map { Int64(bitPattern: $0.rawValue) })
        try statement.bind(5, identity.desk)
        try statement.bind(6, identity.office)
        try statement.bind(7, identity.token)
        try statement.bind(8, Int64(clamping: identity.seq))
        try identity.chainHash.withBytes { try statement.bind(9, bytes: $0) }
        try statement.bind(10, Int64(bitPattern: identity.clock.rawValue))
        try statement.bind(11, Int64(clamping: identity.pushedSeq))
        try statement.bind(12, identity.cursor.map { Int64(clamping: $0.position) })
        try statement.bind(13, identity.cursor?.hash.bytes)
        try statement.bind(14, identity.resumeMark)
        try statement.bind(15, identity.lastExchange?.milliseconds)
        try statement.bind(16, identity.lastComplete?.milliseconds)
        try statement.bind(17, identity.lastOutcome)
        try statement.bind(18, identity.nextSigningSeed)
        try statement.bind(19, Int64(clamping: identity.acknowledgedSeq))
        try statement.bind(20, identity.epoch.map { Int64(clamping: $0) })
        try statement.bind(21, identity.pushLimit.map { Int64(clamping: $0) })
        try statement.bind(22, identity.copiesGivenIn.map { Int64(clamping: $0) })
        try statement.bind(23, identity.link.map { Int64($0.chunkBytes) })
        try statement.bind(24, identity.link?.bytesPerSecond.map { Int64($0) })
        try statement.bind(25, identity.link.map { Int64($0.dictionary) })
        try statement.run()
    }

    /// Stores how far the replica has come with central, and nothing of its chain and clock.
    ///
    /// - Throws: `StoreError`.
    public func saveProgress(_ identity: ReplicaIdentity) throws {
        let statement = try database.connection.statement(
            """
            UPDATE identity SET state = ?1, pushed_seq = ?2, cursor_position = ?3, cursor_hash = ?4,
                resume_mark = ?5, last_exchange = ?6, last_complete = ?7, last_outcome = ?8,
                acknowledged_seq = ?9, epoch = ?10, push_limit = ?11, copies_given_in = ?12,
                next_seed = ?13, chunk_bytes = ?14, bytes_per_second = ?15, dictionary = ?16
            """)
        try statement.bind(1, identity.state.rawValue)
        try statement.bind(2, Int64(clamping: identity.pushedSeq))
        try statement.bind(3, identity.cursor.map { Int64(clamping: $0.position) })
        try statement.bind(4, identity.cursor?.hash.bytes)
        try statement.bind(5, identity.resumeMark)
        try statement.bind(6, identity.lastExchange?.milliseconds)
        try statement.bind(7, identity.lastComplete?.milliseconds)
        try statement.bind(8, identity.lastOutcome)
        try statement.bind(9, Int64(clamping: identity.acknowledgedSeq))
        try statement.bind(10, identity.epoch.map { Int64(clamping: $0) })
        try statement.bind(11, identity.pushLimit.map { Int64(clamping: $0) })
        try statement.bind(12, identity.copiesGivenIn.map { Int64(clamping: $0) })
        try statement.bind(13, identity.nextSigningSeed)
        try statement.bind(14, identity.link.map { Int64($0.chunkBytes) })
        try statement.bind(15, identity.link?.bytesPerSecond.map { Int64($0) })
        try statement.bind(16, identity.link.map { Int64($0.dictionary) })
        try statement.run()
    }

    /// Lends the author of local edits, loading it from the identity at first use.
    func withAuthor<R>(_ body: (inout Author) throws -> R) throws -> R {
        if author == nil {
            let (identity, replica) = try database.enrolledIdentity()
            author = Author(
                replica: replica, replicaKey: try database.interning.key(of: replica),
                chain: HashChain(seq: identity.seq, hash: identity.chainHash),
                clock: HybridClock(latest: identity.clock), office: identity.office,
                desk: identity.desk)
        }
        guard var current = author else { throw StoreError.notEnrolled }
        // What `body` throws leaves the chain where it was: nothing was logged.
        let result = try body(&current)
        author = current
        return result
    }

    func saveIdentity(of author: Author) throws {
        let statement = try database.connection.statement(
            "UPDATE identity SET seq = ?1, hash = ?2, clock = ?3 WHERE replica = ?4")
        try statement.bind(1, Int64(clamping: author.chain.seq))
        try author.chain.hash.withBytes { try statement.bind(2, bytes: $0) }
        try statement.bind(3, Int64(bitPattern: author.clock.latest.rawValue))
        try statement.bind(4, Int64(bitPattern: author.replica.rawValue))
        try statement.run()
    }
}
