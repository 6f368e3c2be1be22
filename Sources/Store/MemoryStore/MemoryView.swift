public import Causality
public import Crypto
public import Dossiers
public import Editing
public import Replication
public import Store

/// What a store in memory holds, at one moment.
public class MemoryView: CentralView {
    var state: MemoryState

    init(_ state: MemoryState) { self.state = state }

    /// The state that digests and the feed's end are read from.
    var settled: MemoryState { state }

    /// As in `CentralView`.
    public func read(_ reads: CentralReads) throws -> CentralReadSet { try state.read(reads) }

    /// As in `CentralView`.
    public func add(_ details: CentralDetails, to set: inout CentralReadSet) throws {
        try state.add(details, to: &set)
    }

    /// As in `CentralView`.
    public func chainHash(of replica: ReplicaID, seq: UInt64) throws -> Hash256? {
        state.chainHash(of: replica, seq: seq)
    }

    /// As in `CentralView`.
    public func record(ofChange dot: Dot) throws -> RecordID? { state.record(ofChange: dot) }

    /// As in `CentralView`.
    public func refusals(
        of replica: ReplicaID, seqs: ClosedRange<UInt64>
    ) throws -> [RefusalNote] {
        state.refusals(of: replica, seqs: seqs)
    }

    /// As in `CentralView`.
    public func isContentKept(ofRefused dot: Dot) throws -> Bool {
        state.refusals[dot.replica]?[dot.seq]?.isContentKept ?? true
    }

    /// As in `CentralView`.
    public func states(of id: RecordID) throws -> [RecordState] { state.states(of: id) }

    /// As in `CentralView`.
    public func hasEverRead(office: String, _ name: RecordName) throws -> Bool {
        state.hasEverRead(office: office, name)
    }

    /// As in `CentralView`.
    public func state(
        of id: RecordID, at position: UInt64, with writer: ReplicaID?
    ) throws -> RecordState? {
        try state.state(of: id, at: position, with: writer)
    }

    /// As in `CentralView`.
    public func change(_ dot: Dot) throws -> Change? { try state.change(dot) }

    /// As in `CentralView`.
    public func recordCounts(of kind: RecordKind) throws -> RecordCounts {
        state.counts[kind] ?? RecordCounts()
    }

    /// As in `CentralView`.
    public func moves(ofDossier id: RecordID) throws -> [LedgerEntry] { state.moves[id] ?? [] }

    /// As in `CentralView`.
    public func wrongClockIDs() throws -> Set<RecordID> { Set(state.wrongClock.map(\.id)) }

    /// As in `CentralView`.
    public func feedEnd() throws -> FeedEnd { settled.end }

    /// As in `CentralView`.
    public func commitHash(at position: UInt64) throws -> Hash256? {
        settled.commitHash(at: position)
    }

    /// As in `CentralView`.
    public func feedPage(
        ofOffice office: String, after position: UInt64, except reader: ReplicaID, countMax: Int
    ) throws -> [FeedRow] {
        try state.feedPage(
            ofOffice: office, after: position, except: reader, countMax: countMax)
    }

    /// As in `CentralView`.
    public func departedPage(
        ofOffice office: String, after position: UInt64, through last: UInt64, countMax: Int
    ) throws -> [FeedRow] {
        try state.departedPage(
            ofOffice: office, after: position, through: last, countMax: countMax)
    }

    /// As in `CentralView`.
    public func feedRowCount(
        ofOffice office: String, after position: UInt64, countMax: Int64
    ) throws -> UInt64 {
        state.feedRowCount(ofOffice: office, after: position, countMax: countMax)
    }

    /// As in `CentralView`.
    public func movedRecords(
        forOffice office: String, after position: UInt64, through last: UInt64, countMax: Int
    ) throws -> [MovedRecord] {
        state.movedRecords(
            forOffice: office, after: position, through: last, countMax: countMax)
    }

    /// As in `CentralView`.
    public func statePage(
        ofOffice office: String, from place: SnapshotPlace, countMax: Int
    ) throws -> StatePage {
        state.statePage(ofOffice: office, from: place, countMax: countMax)
    }

    /// As in `CentralView`.
    public func recordPage(from place: SnapshotPlace, countMax: Int) throws -> StatePage {
        state.recordPage(from: place, countMax: countMax)
    }

    /// As in `CentralView`.
    public func digest(ofOffice office: String) throws -> ScopeDigest {
        settled.digest(ofOffice: office)
    }

    /// As in `CentralView`.
    public func bucketDigests(ofOffice office: String) throws -> [Digest] {
        settled.bucketDigests(ofOffice: office)
    }

    /// As in `CentralView`.
    public func forEachBucket(
        _ buckets: [UInt8], ofOffice office: String,
        _ body: (UInt8, [RecordID: Digest]) throws -> Bool
    ) throws {
        try state.forEachBucket(buckets, ofOffice: office, body)
    }
}
