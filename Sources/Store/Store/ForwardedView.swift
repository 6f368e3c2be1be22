// A view that says what another says, such as a transaction which reads what its file holds.

public import Causality
public import Crypto
public import Dossiers
public import Editing
public import Replication

/// A view that says what another says.
public protocol ForwardedView: CentralView {
    /// The kind of the other.
    associatedtype Base: CentralView
    /// The other.
    var base: Base { get }
}

extension ForwardedView {
    /// As in `CentralView`.
    public func read(_ reads: CentralReads) throws -> CentralReadSet { try base.read(reads) }

    /// As in `CentralView`.
    public func add(_ details: CentralDetails, to set: inout CentralReadSet) throws {
        try base.add(details, to: &set)
    }

    /// As in `CentralView`.
    public func chainHash(of replica: ReplicaID, seq: UInt64) throws -> Hash256? {
        try base.chainHash(of: replica, seq: seq)
    }

    /// As in `CentralView`.
    public func chain(of replica: ReplicaID) throws -> HashChain {
        try base.chain(of: replica)
    }

    /// As in `CentralView`.
    public func record(ofChange dot: Dot) throws -> RecordID? {
        try base.record(ofChange: dot)
    }

    /// As in `CentralView`.
    public func refusals(
        of replica: ReplicaID, seqs: ClosedRange<UInt64>
    ) throws -> [RefusalNote] {
        try base.refusals(of: replica, seqs: seqs)
    }

    /// As in `CentralView`.
    public func isContentKept(ofRefused dot: Dot) throws -> Bool {
        try base.isContentKept(ofRefused: dot)
    }

    /// As in `CentralView`.
    public func states(of id: RecordID) throws -> [RecordState] { try base.states(of: id) }

    /// As in `CentralView`.
    public func state(
        of id: RecordID, at position: UInt64, with writer: ReplicaID?
    ) throws -> RecordState? {
        try base.state(of: id, at: position, with: writer)
    }

    /// As in `CentralView`.
    public func change(_ dot: Dot) throws -> Change? { try base.change(dot) }

    /// As in `CentralView`.
    public func hasEverRead(office: String, _ name: RecordName) throws -> Bool {
        try base.hasEverRead(office: office, name)
    }

    /// As in `CentralView`.
    public func recordCounts(of kind: RecordKind) throws -> RecordCounts {
        try base.recordCounts(of: kind)
    }

    /// As in `CentralView`.
    public func moves(ofDossier id: RecordID) throws -> [LedgerEntry] {
        try base.moves(ofDossier: id)
    }

    /// As in `CentralView`.
    public func wrongClockIDs() throws -> Set<RecordID> { try base.wrongClockIDs() }

    /// As in `CentralView`.
    public func feedEnd() throws -> FeedEnd { try base.feedEnd() }

    /// As in `CentralView`.
    public func commitHash(at position: UInt64) throws -> Hash256? {
        try base.commitHash(at: position)
    }

    /// As in `CentralView`.
    public func feedPage(
        ofOffice office: String, after position: UInt64, except reader: ReplicaID, countMax: Int
    ) throws -> [FeedRow] {
        try base.feedPage(
            ofOffice: office, after: position, except: reader, countMax: countMax)
    }

    /// As in `CentralView`.
    public func departedPage(
        ofOffice office: String, after position: UInt64, through last: UInt64, countMax: Int
    ) throws -> [FeedRow] {
        try base.departedPage(
            ofOffice: office, after: position, through: last, countMax: countMax)
    }

    /// As in `CentralView`.
    public func feedRowCount(
        ofOffice office: String, after position: UInt64, countMax: Int64
    ) throws -> UInt64 {
        try base.feedRowCount(ofOffice: office, after: position, countMax: countMax)
    }

    /// As in `CentralView`.
    public func movedRecords(
        forOffice office: String, after position: UInt64, through last: UInt64, countMax: Int
    ) throws -> [MovedRecord] {
        try base.movedRecords(
            forOffice: office, after: position, through: last, countMax: countMax)
    }

    /// As in `CentralView`.
    public func statePage(
        ofOffice office: String, from place: SnapshotPlace, countMax: Int
    ) throws -> StatePage {
        try base.statePage(ofOffice: office, from: place, countMax: countMax)
    }

    /// As in `CentralView`.
    public func recordPage(from place: SnapshotPlace, countMax: Int) throws -> StatePage {
        try base.recordPage(from: place, countMax: countMax)
    }

    /// As in `CentralView`.
    public func digest(ofOffice office: String) throws -> ScopeDigest {
        try base.digest(ofOffice: office)
    }

    /// As in `CentralView`.
    public func bucketDigests(ofOffice office: String) throws -> [Digest] {
        try base.bucketDigests(ofOffice: office)
    }

    /// As in `CentralView`.
    public func forEachBucket(
        _ buckets: [UInt8], ofOffice office: String,
        _ body: (UInt8, [RecordID: Digest]) throws -> Bool
    ) throws {
        try base.forEachBucket(buckets, ofOffice: office, body)
    }
}
