// What a counter's engine and its clerks' edits want of a store, a protocol a room. None takes SQL or a
// closure over rows: what is asked for is named by ids, what is written is a value. The rules beside them
// (`CounterMerge`, `RecordEdit`, refusals, carried changes, the change of identity) are written once, over
// these; every store passes the same suite (`Tests/StoreContractTests`).

public import Causality
public import Crypto
public import Replication

/// The log: own changes with their chain, and those of others for history.
public protocol CounterLogView: EditView {
    /// The chain hash after a replica's change; zero before the first, `nil` when it is not known.
    func chainHash(of replica: ReplicaID, seq: UInt64) throws -> Hash256?
    /// Whether the log has a change, refused or not.
    func holds(_ dot: Dot) throws -> Bool
    /// A change with its chain hash; `nil` when the log does not have both.
    func loggedChange(_ dot: Dot) throws -> ChainedChange?
    /// The first change of a replica after a seq, refused or not, with its place; `nil` when there is none.
    func nextRow(of replica: ReplicaID, after seq: UInt64) throws -> OwnRow?
    /// The last change of a replica to a record, through a seq; 0 for none.
    func lastSeq(of replica: ReplicaID, to record: RecordRow, through seq: UInt64) throws -> UInt64
    /// Values of a record that own changes replaced and that no logged change holds, and those that came in
    /// states beside own changes.
    func keptStates(of record: OpenRecord) throws -> [RecordState]
    /// The changes of a replica after a seq, as many as fit into a number of bytes and at least one; `nil`
    /// when there are none.
    func outbox(
        of replica: ReplicaID, after seq: UInt64, through last: UInt64, bytesMax: Int
    ) throws -> OutboxChunk?
    /// The own changes within a range of seqs that central has refused, and the codes of its refusals.
    func refusedBefore(
        of replica: ReplicaID, seqs: ClosedRange<UInt64>
    ) throws -> [(seq: UInt64, code: String)]
    /// The refused changes that wait for a person, oldest first.
    func refusedChanges() throws -> [RefusedChange]
    /// The refused changes to a record, by their dots.
    func refusedDots(of record: RecordID) throws -> [Dot]
}

/// What pulls and repairs look at.
public protocol CounterPullView {
    /// Records whose states are wanted because a change to them met a causal gap.
    func gaps(limit: Int) throws -> [RecordID]
    /// A record by the place of its row.
    func record(at place: RecordRow) throws -> OpenRecord?
    /// The digest of an office's scope, the catalog included.
    func digest(ofOffice office: String) throws -> ScopeDigest
    /// The same by bucket: `RecordID.bucketCount`.
    func bucketDigests(ofOffice office: String) throws -> [Digest]
    /// Calls `body` with buckets and the digests of those of their records that are in an office's scope, in
    /// the order of the list, until it says `false`. Several cost little more than one.
    func forEachBucket(
        _ buckets: [UInt8], ofOffice office: String,
        _ body: (UInt8, [RecordID: Digest]) throws -> Bool
    ) throws
    /// The copies of records that are another office's, with their vectors, in the order of ids.
    func copies(
        besides office: String, after last: RecordID?, limit: Int
    ) throws -> [(id: RecordID, vv: VersionVector)]
    /// How many fields in conflict wait for a person of this office.
    func waitingConflictCount() throws -> Int
    /// How many records hold what was written under a wrong clock and was not set right since.
    func wrongClockCount() throws -> Int
    /// Codes that more than one dossier has, of one office's when it is named.
    func sharedCodes(office: String?) throws -> [SharedCode]
}

/// Who the replica is, was, and how far it has come.
public protocol CounterIdentityView {
    /// The identity; `nil` in a store that has none yet.
    func identity() throws -> ReplicaIdentity?
    /// The changes of identity, oldest first.
    func identityRotations() throws -> [IdentityRotation]
    /// The identities that it had, newest first.
    func formerIdentities(countMax: Int) throws -> [FormerIdentity]
    /// The history of this identity's tokens; `nil` before one was written down.
    func tokenHistory(of replica: ReplicaID) throws -> TokenHistory?
    /// The numbers of desks that the codes of an office's dossiers show.
    func deskNumbers(inCodesOf office: String) throws -> Set<Int64>
}

/// What is known of central and of the way to it.
public protocol CounterCentralView {
    /// By what this counter knows central.
    func centralTrust() throws -> CentralTrust
    /// Central's key, if it is known in this epoch.
    func centralKey(inEpoch epoch: UInt64?) throws -> PublicKey?
    /// Seconds that a request may wait at an address of central; `nil` when none was ever cut.
    func newsWaitSeconds(at centralURL: String) throws -> UInt64?
    /// How far bundles have brought the replica; `nil` when none was applied.
    func bundleProgress() throws -> BundleProgress?
    /// The records whose states central wants before it takes the change of a seq.
    func bundleNeeds(forSeq seq: UInt64) throws -> [RecordID]
    /// The last receipts, newest first.
    func counterReceipts(last count: Int) throws -> [CounterReceipt]
}

/// Changes that another device wrote and that came in a file.
public protocol CarriedView {
    /// Those that wait for what this device has not seen, in their writers' order.
    func waitingCarried() throws -> [CarriedChange]
    /// How many wait.
    func waitingCarriedCount() throws -> Int
    /// Whether a change needs nothing more.
    func isCarriedSettled(_ dot: Dot) throws -> Bool
    /// What a writer's changes to a record are called here, in a range of seqs, in their order.
    func carriedNames(
        of writer: ReplicaID, to record: RecordID, seqs: ClosedRange<UInt64>
    ) throws -> [CarriedName]
    /// The carried changes that were issued here under an identity, by the seq that they have. O(carried).
    func carriedDots(issuedBy replica: ReplicaID) throws -> [UInt64: [Dot]]
}

/// A counter's store as it is at one moment.
public typealias CounterView = CarriedView & CounterCentralView & CounterIdentityView
    & CounterLogView & CounterPullView

/// The records and the log, written.
public protocol CounterLogWriting: EditTransaction {
    /// Writes records and rows of the log. What was erased in a record goes from all that the store keeps
    /// of it, in the log and among what was refused.
    func commit(_ set: CounterWriteSet) throws
    /// The records that were erased in this transaction.
    var erasedRecords: [RecordID] { get }
    /// Keeps what was refused, or could not stand, for a person.
    ///
    /// - Parameter isLogged: whether the change stands in the log, which is then marked.
    /// - Returns: `false` when it is kept already.
    func keepRefused(_ refused: RefusedChange, isLogged: Bool) throws -> Bool
    /// Takes back that a change was refused; returns whether it was.
    func withdrawRefusal(of dot: Dot) throws -> Bool
    /// Gives a change of the log another name, hash and bytes.
    func reissue(_ row: OwnRow, as dot: Dot, hash: Hash256, bytes: [UInt8]) throws
    /// Takes a change out of the log.
    func remove(_ row: OwnRow) throws
}

/// What pulls note.
public protocol CounterPullWriting: AnyObject {
    /// Notes that a record's state is wanted, or no longer.
    func setGap(_ record: RecordID, isOpen: Bool) throws
    /// Keeps where a record is now of which there is a copy here.
    func keepPlace(of record: RecordID, at office: String) throws
}

/// The identity, written.
public protocol CounterIdentityWriting: AnyObject {
    /// Stores the whole identity.
    func save(_ identity: ReplicaIdentity) throws
    /// Stores how far the replica has come with central, and nothing of its chain and clock.
    func saveProgress(_ identity: ReplicaIdentity) throws
    /// Keeps the key of the identity that the replica goes on from.
    func keep(_ former: FormerIdentity) throws
    /// Notes a change of identity.
    func note(_ rotation: IdentityRotation) throws
    /// Stores the history of an identity's tokens.
    func save(_ history: TokenHistory, of replica: ReplicaID) throws
    /// Stores another token and, if central has told one, another number of the desk.
    func setToken(_ token: String, of replica: ReplicaID, desk: Int64?) throws
}

/// What is known of central, written.
public protocol CounterCentralWriting: AnyObject {
    /// Stores by what this counter knows central.
    func save(_ trust: CentralTrust) throws
    /// Stores central's key, as central tells it in an epoch.
    func save(centralKey key: PublicKey, ofEpoch epoch: UInt64?) throws
    /// Keeps how many seconds a request may wait at an address of central; what was kept of another goes.
    func keepNewsWait(seconds: UInt64, at centralURL: String) throws
    /// Stores how far bundles have brought the replica.
    func save(_ progress: BundleProgress) throws
    /// Notes which records' states central wants before it takes the change of a seq, and no others.
    func setBundleNeeds(_ records: [RecordID], forSeq seq: UInt64) throws
    /// Stores a receipt under its number, or under the next one when it has none; returns the number.
    func put(_ receipt: CounterReceipt) throws -> Int64
    /// Drops the receipts through a number, but for the last one of a complete sync.
    func dropReceipts(through number: Int64) throws
}

/// Changes that came in a file, written.
public protocol CarriedWriting: AnyObject {
    /// Remembers a change: by what it is called here since, or that it waits, or that nothing more
    /// is to become of it.
    func keep(_ carried: CarriedChange, _ standing: CarriedStanding) throws
    /// Calls carried changes, which are called `old` here, by another name; and what this replica wrote itself
    /// is known from now on by the old name too, which may come back in a file of before.
    func renameCarried(_ dots: [Dot], from old: Dot, to new: Dot, of record: RecordID) throws
}

/// A write transaction of a counter's store.
public protocol CounterTransaction: CarriedWriting, CounterCentralWriting, CounterIdentityWriting,
    CounterLogWriting, CounterPullWriting
where View: CounterView {}

/// A counter's store.
public protocol CounterStore: AnyObject, SendableMetatype {
    /// What is written.
    associatedtype Transaction: CounterTransaction

    /// Runs `body` on one consistent view.
    func view<R>(_ body: (Transaction.View) throws -> R) throws -> R
    /// Runs `body` in one write transaction; all of it is kept when this returns, or nothing.
    func transaction<R>(now: Timestamp, _ body: (Transaction) throws -> R) throws -> R
    /// A number that changes when another connection to the store has written.
    var dataVersion: Int64 { get throws }
    /// Lets nothing remain of what was erased beside the records; `false` when it has to wait.
    func emptyLog() -> Bool
}
