internal import Causality
internal import Crypto
internal import Editing
internal import Replication
public import Store

/// An open database file of a counter's replica.
public final class CounterDatabase: ReplicaDatabase, RoleDatabase {
    /// What it is written by.
    public typealias Writing = CounterWriteTransaction
    /// The role.
    public static var role: DatabaseRole { .counter }

    /// Opens the file, making it when `isNew` is set, and brings its tables up to date.
    ///
    /// - Parameter report: hears how a file of before is brought up to date.
    /// - Throws: `StoreError.missing`, `.notThisKind`, `.newerVersion`, `.sqlite`.
    public init(
        path: String, isNew: Bool = false, busyTimeout: Duration = .seconds(10),
        onUpgrade report: UpgradeReport? = nil
    ) throws {
        try super.init(
            path: path, role: Self.role, isNew: isNew, busyTimeout: busyTimeout,
            onUpgrade: report)
    }

    override var ownOffice: String? { get throws { try identity()?.office } }

    /// Who writes here: the identity's replica, with its chain and clock.
    ///
    /// - Throws: `StoreError.notEnrolled`.
    public override func enrolledAuthor() throws -> Author {
        let (identity, replica) = try enrolledIdentity()
        return Author(identity, replica)
    }

    // What central may not have is told, renamed and issued again row by row.
    override func lastFoldablePosition() throws -> Int64? {
        guard let identity = try identity(), let replica = identity.replica,
            let key = try interning.knownKey(of: replica)
        else { return nil }
        let first = try changeLog.firstPosition(
            replicaKey: key, after: min(identity.pushedSeq, identity.acknowledgedSeq))
        return first.map { $0 - 1 }
    }

    // What comes from central comes in pages, and what was pushed waits for nothing.
    override var foldsEagerly: Bool { true }

    override func keptChainEnds() throws -> [ReplicaID: HashChain] {
        guard let identity = try identity(), let replica = identity.replica else { return [:] }
        return [replica: HashChain(seq: identity.seq, hash: identity.chainHash)]
    }
}

/// A write transaction of a counter's replica.
public final class CounterWriteTransaction: WriteTransaction {
    override var database: CounterDatabase {
        unsafeDowncast(super.database, to: CounterDatabase.self)
    }

    override func flush() throws {
        try super.flush()
        if let author { try saveIdentity(of: author) }
    }

    // Central finds these by the refusals of the record.
    override var keysOfUnlogged: [Int64] { [Self.keyOfNoRecord] }

    override func eraseRefused(of state: RecordState, key: Int64) throws {
        for (row, bytes) in try refusedRows(of: state.id) {
            try rewriteRefused(row, bytes) { bytes throws(FormatError) in
                try LogEntry.erased(bytes, .change, from: state)
            }
        }
    }
}

/// Writes what people enter at a counter, in its file.
public typealias CounterEdit = RecordEdit<CounterWriteTransaction>
