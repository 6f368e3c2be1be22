// The row of who a counter's replica is, and how far it has come with central (`ReplicaIdentity`).

internal import Causality
internal import Crypto
internal import Replication
internal import SQLite

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
