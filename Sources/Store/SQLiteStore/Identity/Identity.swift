// The row of who a counter's replica is, and how far it has come with central (`ReplicaIdentity`). Each column is
// written out once, in one of two lists: who the replica is, with its chain and clock, and its progress.

internal import Causality
internal import Crypto
internal import Replication
internal import SQLite
public import Store

enum IdentityRow {
    private typealias Column = RowColumn<ReplicaIdentity>

    /// Who the replica is, with its chain and its clock.
    private static let own: [RowColumn<ReplicaIdentity>] = [
        .text("central_url", \.centralURL),
        .bytes("signing_seed", \.signingSeed),
        .replica("replica", \.replica),
        .number("desk", \.desk),
        .text("office", \.office),
        .text("token", \.token),
        .count("seq", \.seq),
        .hash("hash", \.chainHash, of: "identity"),
        Column("clock") {
            try $1.bind($2, Int64(bitPattern: $0.clock.rawValue))
        } read: {
            $0.clock = HybridTimestamp(rawValue: UInt64(bitPattern: $1.int64($2)))
        },
    ]

    /// How far it has come with central.
    static let progress: [RowColumn<ReplicaIdentity>] = [
        Column("state") {
            try $1.bind($2, $0.state.rawValue)
        } read: {
            guard let state = ReplicaIdentity.State(rawValue: $1.text($2)) else {
                throw StoreError.damaged(table: "identity", key: 1)
            }
            $0.state = state
        },
        .count("pushed_seq", \.pushedSeq),
        Column("cursor_position") {
            try $1.bind($2, $0.cursor.map { Int64(clamping: $0.position) })
        } read: {
            $0.cursor = $1.int64OrNil($2).map { (UInt64(clamping: $0), ShortHash(.zero)) }
        },
        // A place without its hash is none.
        Column("cursor_hash") {
            try $1.bind($2, $0.cursor?.hash.bytes)
        } read: { identity, statement, place in
            let hash = ShortHash(bytes: statement.bytes(place))
            identity.cursor = identity.cursor.flatMap { cursor in
                hash.map { (cursor.position, $0) }
            }
        },
        .bytes("resume_mark", \.resumeMark),
        .time("last_exchange", \.lastExchange),
        .time("last_complete", \.lastComplete),
        .text("last_outcome", \.lastOutcome),
        .bytes("next_seed", \.nextSigningSeed),
        .count("acknowledged_seq", \.acknowledgedSeq),
        .count("epoch", \.epoch),
        .count("push_limit", \.pushLimit),
        .count("copies_given_in", \.copiesGivenIn),
        Column("chunk_bytes") {
            try $1.bind($2, $0.link.map { Int64($0.chunkBytes) })
        } read: {
            $0.link = $1.int64OrNil($2).map {
                MeasuredLink(
                    chunkBytes: Int(clamping: $0), bytesPerSecond: nil, dictionary: 0)
            }
        },
        Column("bytes_per_second") {
            try $1.bind($2, $0.link?.bytesPerSecond.map { Int64($0) })
        } read: {
            $0.link?.bytesPerSecond = $1.int64OrNil($2).map(Int.init(clamping:))
        },
        Column("dictionary") {
            try $1.bind($2, $0.link.map { Int64($0.dictionary) })
        } read: {
            $0.link?.dictionary = UInt32(clamping: $1.int64OrNil($2) ?? 0)
        },
    ]

    static let all = own + progress
    static let selection = "SELECT \(all.names()) FROM identity"
    static let insertion = """
        INSERT OR REPLACE INTO identity(\(all.names()), only) VALUES (\(all.places()), 1)
        """
    static let update = "UPDATE identity SET \(progress.settings())"
}

extension CounterDatabase {
    /// The identity; `nil` in a file that has none yet.
    ///
    /// - Throws: `StoreError`.
    public func identity() throws -> ReplicaIdentity? {
        let statement = try connection.statement(IdentityRow.selection)
        defer { statement.reset() }
        guard try statement.step() else { return nil }
        var identity = ReplicaIdentity(enrollingAt: "", signingSeed: [])
        try IdentityRow.all.read(into: &identity, from: statement)
        return identity
    }
}

extension CounterWriteTransaction {
    /// Stores the identity whole.
    ///
    /// - Throws: `StoreError`.
    public func save(_ identity: ReplicaIdentity) throws {
        precondition(author == nil, "the author's chain would be overwritten")
        let statement = try database.connection.statement(IdentityRow.insertion)
        try IdentityRow.all.bind(identity, to: statement)
        try statement.run()
    }

    /// Stores how far the replica has come with central, and nothing of its chain and clock.
    ///
    /// - Throws: `StoreError`.
    public func saveProgress(_ identity: ReplicaIdentity) throws {
        let statement = try database.connection.statement(IdentityRow.update)
        try IdentityRow.progress.bind(identity, to: statement)
        try statement.run()
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
