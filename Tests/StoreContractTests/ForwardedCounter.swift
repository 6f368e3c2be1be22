import Causality
import Crypto
import Dossiers
import Editing
import Replication
import Store
import Time

/// A view that says what another says: what is not said otherwise is forwarded.
protocol ForwardedCounterView: CarriedView, CounterCentralView, CounterIdentityView, CounterLogView,
    CounterPullView
{
    associatedtype Base: CounterView
    var base: Base { get }
}

extension ForwardedCounterView {
    func open(_ kind: RecordKind, _ id: RecordID) throws -> OpenRecord { try base.open(kind, id) }
    func record(named reference: RecordReference) throws -> OpenRecord? {
        try base.record(named: reference)
    }
    func rows(of id: RecordID) throws -> [OpenRecord] { try base.rows(of: id) }
    func history(of record: OpenRecord) throws -> [LoggedChange] { try base.history(of: record) }
    func isContentKept(ofRefused dot: Dot) throws -> Bool { try base.isContentKept(ofRefused: dot) }
    func hasOffice(_ code: String) throws -> Bool { try base.hasOffice(code) }
    func offices(ofCode code: String) throws -> [RecordState] { try base.offices(ofCode: code) }
    func editions(of code: String) throws -> [ProcedureEdition] { try base.editions(of: code) }
    func clockWatch() throws -> ClockWatch { try base.clockWatch() }
    func lastGivenNumber(agency: String, day: CalendarDate, first: Int64) throws -> Int64? {
        try base.lastGivenNumber(agency: agency, day: day, first: first)
    }
    func highestNumber(agency: String, day: CalendarDate, in range: Range<Int64>) throws -> Int64? {
        try base.highestNumber(agency: agency, day: day, in: range)
    }
    func enrolledAuthor() throws -> Author { try base.enrolledAuthor() }
    func chainHash(of replica: ReplicaID, seq: UInt64) throws -> Hash256? {
        try base.chainHash(of: replica, seq: seq)
    }
    func holds(_ dot: Dot) throws -> Bool { try base.holds(dot) }
    func loggedChange(_ dot: Dot) throws -> ChainedChange? { try base.loggedChange(dot) }
    func nextRow(of replica: ReplicaID, after seq: UInt64) throws -> OwnRow? {
        try base.nextRow(of: replica, after: seq)
    }
    func lastSeq(of replica: ReplicaID, to record: RecordRow, through seq: UInt64) throws -> UInt64
    { try base.lastSeq(of: replica, to: record, through: seq) }
    func keptStates(of record: OpenRecord) throws -> [RecordState] {
        try base.keptStates(of: record)
    }
    func outbox(of replica: ReplicaID, after seq: UInt64, through last: UInt64, bytesMax: Int)
        throws -> OutboxChunk?
    { try base.outbox(of: replica, after: seq, through: last, bytesMax: bytesMax) }
    func refusedBefore(of replica: ReplicaID, seqs: ClosedRange<UInt64>) throws -> [(
        seq: UInt64, code: String
    )] { try base.refusedBefore(of: replica, seqs: seqs) }
    func refusedChanges() throws -> [RefusedChange] { try base.refusedChanges() }
    func refusedDots(of record: RecordID) throws -> [Dot] { try base.refusedDots(of: record) }
    func gaps(limit: Int) throws -> [RecordID] { try base.gaps(limit: limit) }
    func record(at place: RecordRow) throws -> OpenRecord? { try base.record(at: place) }
    func digest(ofOffice office: String) throws -> ScopeDigest { try base.digest(ofOffice: office) }
    func bucketDigests(ofOffice office: String) throws -> [Digest] {
        try base.bucketDigests(ofOffice: office)
    }
    func forEachBucket(
        _ buckets: [UInt8], ofOffice office: String,
        _ body: (UInt8, [RecordID: Digest]) throws -> Bool
    ) throws {
        try base.forEachBucket(buckets, ofOffice: office, body)
    }
    func copies(besides office: String, after last: RecordID?, limit: Int) throws -> [(
        id: RecordID, vv: VersionVector
    )] { try base.copies(besides: office, after: last, limit: limit) }
    func waitingConflictCount() throws -> Int { try base.waitingConflictCount() }
    func wrongClockCount() throws -> Int { try base.wrongClockCount() }
    func sharedCodes(office: String?) throws -> [SharedCode] {
        try base.sharedCodes(office: office)
    }
    func identity() throws -> ReplicaIdentity? { try base.identity() }
    func identityRotations() throws -> [IdentityRotation] { try base.identityRotations() }
    func formerIdentities(countMax: Int) throws -> [FormerIdentity] {
        try base.formerIdentities(countMax: countMax)
    }
    func tokenHistory(of replica: ReplicaID) throws -> TokenHistory? {
        try base.tokenHistory(of: replica)
    }
    func deskNumbers(inCodesOf office: String) throws -> Set<Int64> {
        try base.deskNumbers(inCodesOf: office)
    }
    func centralTrust() throws -> CentralTrust { try base.centralTrust() }
    func centralKey(inEpoch epoch: UInt64?) throws -> PublicKey? {
        try base.centralKey(inEpoch: epoch)
    }
    func newsWaitSeconds(at centralURL: String) throws -> UInt64? {
        try base.newsWaitSeconds(at: centralURL)
    }
    func bundleProgress() throws -> BundleProgress? { try base.bundleProgress() }
    func bundleNeeds(forSeq seq: UInt64) throws -> [RecordID] { try base.bundleNeeds(forSeq: seq) }
    func counterReceipts(last count: Int) throws -> [CounterReceipt] {
        try base.counterReceipts(last: count)
    }
    func waitingCarried() throws -> [CarriedChange] { try base.waitingCarried() }
    func waitingCarriedCount() throws -> Int { try base.waitingCarriedCount() }
    func isCarriedSettled(_ dot: Dot) throws -> Bool { try base.isCarriedSettled(dot) }
    func carriedNames(of writer: ReplicaID, to record: RecordID, seqs: ClosedRange<UInt64>) throws
        -> [CarriedName]
    { try base.carriedNames(of: writer, to: record, seqs: seqs) }
    func carriedDots(issuedBy replica: ReplicaID) throws -> [UInt64: [Dot]] {
        try base.carriedDots(issuedBy: replica)
    }
}

/// A transaction that does what another does: what is not done otherwise is forwarded.
protocol ForwardedCounterTransaction: CounterTransaction {
    associatedtype Base: CounterTransaction
    var base: Base { get }
}

extension ForwardedCounterTransaction {
    var now: Timestamp { base.now }
    var erasedRecords: [RecordID] { base.erasedRecords }
    var author: Author? {
        get { base.author }
        set { base.author = newValue }
    }
    func attempt<R>(_ body: () throws -> R) throws -> R { try base.attempt(body) }
    func clockFault() throws -> ClockFault? { try base.clockFault() }
    func add(_ reads: EditReads, of record: OpenRecord?, to set: inout EditReadSet) throws {
        try base.add(reads, of: record, to: &set)
    }
    func commit(_ write: LocalWrite, over record: OpenRecord) throws {
        try base.commit(write, over: record)
    }
    func noteGiven(_ number: Int64, agency: String, day: CalendarDate, first: Int64) throws {
        try base.noteGiven(number, agency: agency, day: day, first: first)
    }
    func save(_ watch: ClockWatch) throws { try base.save(watch) }
    func commit(_ set: CounterWriteSet) throws { try base.commit(set) }
    func keepRefused(_ refused: RefusedChange, isLogged: Bool) throws -> Bool {
        try base.keepRefused(refused, isLogged: isLogged)
    }
    func withdrawRefusal(of dot: Dot) throws -> Bool { try base.withdrawRefusal(of: dot) }
    func reissue(_ row: OwnRow, as dot: Dot, hash: Hash256, bytes: [UInt8]) throws {
        try base.reissue(row, as: dot, hash: hash, bytes: bytes)
    }
    func remove(_ row: OwnRow) throws { try base.remove(row) }
    func setGap(_ record: RecordID, isOpen: Bool) throws { try base.setGap(record, isOpen: isOpen) }
    func keepPlace(of record: RecordID, at office: String) throws {
        try base.keepPlace(of: record, at: office)
    }
    func save(_ identity: ReplicaIdentity) throws { try base.save(identity) }
    func saveProgress(_ identity: ReplicaIdentity) throws { try base.saveProgress(identity) }
    func keep(_ former: FormerIdentity) throws { try base.keep(former) }
    func note(_ rotation: IdentityRotation) throws { try base.note(rotation) }
    func save(_ history: TokenHistory, of replica: ReplicaID) throws {
        try base.save(history, of: replica)
    }
    func setToken(_ token: String, of replica: ReplicaID, desk: Int64?) throws {
        try base.setToken(token, of: replica, desk: desk)
    }
    func save(_ trust: CentralTrust) throws { try base.save(trust) }
    func save(centralKey key: PublicKey, ofEpoch epoch: UInt64?) throws {
        try base.save(centralKey: key, ofEpoch: epoch)
    }
    func keepNewsWait(seconds: UInt64, at centralURL: String) throws {
        try base.keepNewsWait(seconds: seconds, at: centralURL)
    }
    func save(_ progress: BundleProgress) throws { try base.save(progress) }
    func setBundleNeeds(_ records: [RecordID], forSeq seq: UInt64) throws {
        try base.setBundleNeeds(records, forSeq: seq)
    }
    func put(_ receipt: CounterReceipt) throws -> Int64 { try base.put(receipt) }
    func dropReceipts(through number: Int64) throws { try base.dropReceipts(through: number) }
    func keep(_ carried: CarriedChange, _ standing: CarriedStanding) throws {
        try base.keep(carried, standing)
    }
    func renameCarried(_ dots: [Dot], from old: Dot, to new: Dot, of record: RecordID) throws {
        try base.renameCarried(dots, from: old, to: new, of: record)
    }
}
