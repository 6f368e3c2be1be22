public import Causality
public import Crypto
internal import Editing
internal import Replication
internal import SQLite
public import Store

/// An open database file of central's.
public final class CentralDatabase: ReplicaDatabase, RoleDatabase {
    /// What it is written by.
    public typealias Writing = CentralWriteTransaction
    /// The role.
    public static var role: DatabaseRole { .central }

    /// Opens the file, making it when `isNew` is set, and brings its tables up to date.
    ///
    /// - Parameters:
    ///   - random: where central's own key comes from, which is made with its file.
    ///   - report: hears how a file of before is brought up to date.
    /// - Throws: `StoreError.missing`, `.notThisKind`, `.newerVersion`, `.sqlite`.
    public init(
        path: String, isNew: Bool = false, busyTimeout: Duration = .seconds(10),
        random: any RandomSource = SystemRandomSource(), onUpgrade report: UpgradeReport? = nil
    ) throws {
        try super.init(
            path: path, role: Self.role, isNew: isNew, busyTimeout: busyTimeout,
            onUpgrade: report)
        try makeCentralKey(random)
    }

    /// Makes central's key where there is none: every backup is to hold it, since a central that is
    /// restored without it knows neither its own orders of erasure nor what bundles are sealed with.
    private func makeCentralKey(_ random: any RandomSource) throws {
        guard try centralKeySeed() == nil else { return }
        let seed = random.bytes(SigningKey.seedByteCount)
        // The time is of no use to it.
        _ = try write(now: Timestamp(milliseconds: 0)) { try $0.centralKeySeed(orElse: seed) }
    }

    override func keptCounts(of kind: RecordKind) throws -> (records: Int, conflicts: Int)? {
        try counts(of: kind)
    }

    override func isPast(_ position: UInt64) throws -> Bool {
        try position < lastCommit().position
    }

    override func deviceCount(ofOffice code: String) throws -> Int {
        let statement = try connection.statement("SELECT count(*) FROM devices WHERE office = ?1")
        try statement.bind(1, code)
        defer { statement.reset() }
        return try statement.step() ? Int(statement.int64(0)) : 0
    }

    /// Whether the content of a refused change is kept, or was over its device's quota.
    ///
    /// - Throws: `StoreError.sqlite`.
    public override func isContentKept(ofRefused dot: Dot) throws -> Bool {
        guard let key = try interning.knownKey(of: dot.replica) else { return true }
        let statement = try connection.statement(
            "SELECT is_content_kept FROM refusals WHERE replica = ?1 AND seq = ?2")
        try statement.bind(1, key)
        try statement.bind(2, Int64(clamping: dot.seq))
        defer { statement.reset() }
        return try statement.step() ? statement.int64(0) != 0 : true
    }

    override var holdsAllChanges: Bool { true }

    override var ownChecks: [OwnCheck] {
        [
            OwnCheck(subject: .feed, place: "commits") { _ in try self.feedFaults() },
            OwnCheck(subject: .record, place: "issued_reports") { _ in try self.reportFaults() },
            OwnCheck(subject: .count, place: "counts") { try self.countFaults(erased: $0) },
        ]
    }

    override func keptChainEnds() throws -> [ReplicaID: HashChain] {
        Dictionary(
            try devices().map { ($0.replica, HashChain(seq: $0.seq, hash: $0.chainHash)) }
        ) { first, _ in first }
    }
}

/// A write transaction of central's store.
public final class CentralWriteTransaction: WriteTransaction {
    private var feedHash: Hash256?
    private var lastPosition: Int64?
    private var counted: [RecordKind: CountedRecords] = [:]

    override var database: CentralDatabase {
        unsafeDowncast(super.database, to: CentralDatabase.self)
    }

    override var hasChange: Bool { super.hasChange || feedHash != nil }

    public override func attempt<R>(_ body: () throws -> R) throws -> R {
        let saved = (feedHash, lastPosition, counted)
        do {
            return try super.attempt(body)
        } catch {
            (feedHash, lastPosition, counted) = saved
            throw error
        }
    }

    override func flush() throws {
        try super.flush()
        try add(counted)
        counted = [:]
        guard let feedHash, let lastPosition else { return }
        let statement = try database.connection.statement(
            "INSERT INTO commits(last, hash, at) VALUES (?1, ?2, ?3)")
        try statement.bind(1, lastPosition)
        try feedHash.withBytes { try statement.bind(2, bytes: $0) }
        try statement.bind(3, now.milliseconds)
        try statement.run()
    }

    override func count(
        _ state: RecordState, over key: Int64?, in table: RecordTable
    ) throws {
        var change = counted[table.kind] ?? CountedRecords()
        change.conflicts += table.conflictCount(of: state)
        if let key {
            change.conflicts -= try table.conflicts(key: key)
        } else {
            change.records += 1
        }
        counted[table.kind] = change
    }

    func chainFeed(_ hash: Hash256, _ position: Int64) throws {
        if feedHash == nil { feedHash = try database.lastCommit().hash }
        feedHash = feedHash?.chained(with: hash)
        lastPosition = position
    }

    override func eraseRefused(of state: RecordState, key: Int64) throws {
        try eraseRows(refusedRowsWithoutTrace(of: state.id), of: state)
        try listErased(state.kind, key: key)
    }
}

/// Writes what central's own people enter, in its file.
public typealias CentralEdit = RecordEdit<CentralWriteTransaction>
