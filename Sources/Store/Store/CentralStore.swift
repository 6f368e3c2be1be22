// What central's write path and its feed want of a store. The requirements speak of deliveries, of the
// history of a record and of the hash at a seq; none takes SQL or a closure over rows. Every store passes
// the same suite (`Tests/StoreContractTests`).

public import Causality
public import Crypto
public import Dossiers
public import Editing
public import Replication

/// Central's store as it is at one moment.
public protocol CentralView: AnyObject {
    /// The first round of reading for a delivery: what it names itself.
    func read(_ reads: CentralReads) throws -> CentralReadSet
    /// The second: what follows from the states that were found.
    func add(_ details: CentralDetails, to set: inout CentralReadSet) throws

    /// The chain hash after a replica's change; zero before the first, `nil` when it is not known.
    func chainHash(of replica: ReplicaID, seq: UInt64) throws -> Hash256?
    /// The end of a replica's chain; an empty one for a replica that has written nothing.
    func chain(of replica: ReplicaID) throws -> HashChain
    /// The record that a change was to, refused or not; `nil` when the change is not here, or left none.
    func record(ofChange dot: Dot) throws -> RecordID?
    /// The refusals of a device's changes, by seq.
    func refusals(of replica: ReplicaID, seqs: ClosedRange<UInt64>) throws -> [RefusalNote]
    /// Whether the content of a refused change is kept.
    func isContentKept(ofRefused dot: Dot) throws -> Bool

    /// The records that have an id and have begun: one, in a store of one kind for each id.
    func states(of id: RecordID) throws -> [RecordState]
    /// A record as it was at a position of the feed; `nil` when that cannot be told from what is kept, or
    /// when something of it was erased since.
    ///
    /// - Parameter writer: whose later changes to it count too; `nil` for nobody's.
    func state(
        of id: RecordID, at position: UInt64, with writer: ReplicaID?
    ) throws -> RecordState?
    /// A change by its name, refused or not; `nil` when it is not here, or its content is not.
    func change(_ dot: Dot) throws -> Change?
    /// Whether an office could ever read a record: its feed holds a row of it.
    func hasEverRead(office: String, _ name: RecordName) throws -> Bool
    /// How many records of a kind there are, and how many conflicts.
    func recordCounts(of kind: RecordKind) throws -> RecordCounts
    /// The moves of a dossier in the accounts of offices, as reports read them.
    func moves(ofDossier id: RecordID) throws -> [LedgerEntry]
    /// The records that hold what was written under a wrong clock and was not set right since.
    func wrongClockIDs() throws -> Set<RecordID>

    /// The end of the feed: its last position and the hash of its last commit.
    func feedEnd() throws -> FeedEnd
    /// The hash of the commit that holds a position; `nil` when the feed does not reach it.
    func commitHash(at position: UInt64) throws -> Hash256?
    /// What the feed holds for an office after a position, in order; the reader's own changes are left out.
    func feedPage(
        ofOffice office: String, after position: UInt64, except reader: ReplicaID, countMax: Int
    ) throws -> [FeedRow]
    /// What the feed holds of records that were an office's and are not any more, in order.
    func departedPage(
        ofOffice office: String, after position: UInt64, through last: UInt64, countMax: Int
    ) throws -> [FeedRow]
    /// How many rows the feed holds for an office after a position, own ones included, as far as `countMax`.
    func feedRowCount(
        ofOffice office: String, after position: UInt64, countMax: Int64
    ) throws -> UInt64
    /// Where records went that an office had, in a span of the feed: of more than `countMax` the latest.
    func movedRecords(
        forOffice office: String, after position: UInt64, through last: UInt64, countMax: Int
    ) throws -> [MovedRecord]

    /// The states of an office's scope, the catalog's included, from a place on.
    func statePage(
        ofOffice office: String, from place: SnapshotPlace, countMax: Int
    ) throws -> StatePage
    /// The states of all records that have begun, from a place on.
    func recordPage(from place: SnapshotPlace, countMax: Int) throws -> StatePage
    /// The digest of an office's scope, the catalog included, as it was when the last transaction ended.
    func digest(ofOffice office: String) throws -> ScopeDigest
    /// The same by bucket: `RecordID.bucketCount`.
    func bucketDigests(ofOffice office: String) throws -> [Digest]
    /// Calls `body` with buckets and the digests of those of their records that are in an office's scope, in
    /// the order of the list, until it says `false`. Several cost little more than one.
    func forEachBucket(
        _ buckets: [UInt8], ofOffice office: String,
        _ body: (UInt8, [RecordID: Digest]) throws -> Bool
    ) throws
}

/// A write transaction of central's store, which sees what it has written but for digests and the
/// feed's end: those are of the transaction as a whole.
public protocol CentralTransaction: CentralView {
    /// Writes what came of a delivery.
    func commit(_ set: CentralWriteSet) throws
    /// Runs one of several pieces of work: what it throws undoes its own part only.
    func attempt<R>(_ body: () throws -> R) throws -> R
}

/// Central's store.
public protocol CentralStore {
    /// What is read.
    associatedtype View: CentralView
    /// What is written.
    associatedtype Transaction: CentralTransaction

    /// Runs `body` on one consistent view.
    func view<R>(_ body: (View) throws -> R) throws -> R
    /// Runs `body` in one write transaction, and then `finish`, which finds the digests and the feed as they
    /// are after it and writes no record; all of it is kept when this returns, or nothing.
    func transaction<R, S>(
        now: Timestamp, _ body: (Transaction) throws -> R,
        finish: (R, Transaction) throws -> S
    ) throws -> S
}

extension CentralStore {
    /// Runs `body` in one write transaction; all of it is kept when this returns, or nothing.
    ///
    /// - Throws: what the store and `body` throw; then nothing was kept.
    public func transaction<R>(
        now: Timestamp, _ body: (Transaction) throws -> R
    ) throws -> R {
        try transaction(now: now, body) { result, _ in result }
    }
}

extension CentralView {
    /// What central knows that a delivery is judged by.
    public func readSet(for delivery: Delivery) throws -> CentralReadSet {
        var set = try read(CentralReads(for: delivery))
        let details = CentralDetails(for: delivery, after: set)
        if !details.isEmpty { try add(details, to: &set) }
        return set
    }
}
