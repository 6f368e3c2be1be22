import Causality
import Crypto
import Dossiers
import Editing
import MemoryStore
import Replication
import Store
import Time

/// One way in which a counter's store may be wrong.
enum CounterMutation: CaseIterable {
    case stateNotReplaced, logRowLost, historyBackwards, kindsMixed, rowsHidden
    case hashOfWrongSeq, contentOfWrongChange, holdsAll, nextRowSkipped, lastSeqOff
    case outboxUnbounded, outboxGoesOn, outboxHashOff
    case digestStale, digestCountsOff, bucketsStale, bucketListsLess, copiesAreOwn
    case rollbackLeavesAll, attemptLeavesPart
    case refusalForgotten, refusalTwice, refusalUnmarked, refusalStays, refusedBeforeForgotten
    case erasedContentStays, erasureUntold, keptStatesForgotten
    case gapStays, gapsUnbounded, conflictsNotCounted, wrongClockForgotten
    case progressMovesChain, progressForgotten, tokenOfAnother, deskForgotten
    case rotationForgotten, formersOldestFirst, notReissued, removalForgotten, renamingForgotten
    case keyOfAnotherEpoch, waitAtAnotherAddress, trustForgotten, bundlesForgotten, needsOfAnother
    case receiptsOldestFirst, receiptsTwice, receiptsAllDropped
    case carriedForgotten, carriedSettled, carriedNamesMixed, carriedDotsForgotten
    case numbersForgotten, numbersLowered, numbersOfAnother, desksForgotten, codesUnshared
    case codesUnknown, officesUnknown, proceduresUnknown, editionsUnknown
    case clockForgotten, authorForgotten
}

/// A counter's store that keeps the contract but for one mutation.
final class MutatedCounter: CounterStore {
    private let replica = MemoryReplica(MemoryDisk())
    let mutation: CounterMutation?
    /// What was true before the last transaction.
    private var stale: (digest: ScopeDigest, buckets: [Digest])?

    init(_ mutation: CounterMutation?) { self.mutation = mutation }

    func view<R>(_ body: (MutatedCounterView) throws -> R) throws -> R {
        try replica.view { try body(MutatedCounterView($0, mutation, stale)) }
    }

    func transaction<R>(
        now: Timestamp, _ body: (MutatedCounterTransaction) throws -> R
    ) throws -> R {
        stale = try replica.view {
            (try $0.digest(ofOffice: "A"), try $0.bucketDigests(ofOffice: "A"))
        }
        var failure: (any Error)?
        let result: R? = try replica.transaction(now: now) { transaction in
            do {
                return try body(MutatedCounterTransaction(transaction, mutation, stale))
            } catch  where mutation == .rollbackLeavesAll {
                failure = error
                return nil
            }
        }
        if let failure { throw failure }
        guard let result else { throw StoreError.notEnrolled }
        return result
    }

    var dataVersion: Int64 { replica.dataVersion }
    func emptyLog() -> Bool { replica.emptyLog() }
}

final class MutatedCounterView: ForwardedCounterView {
    let base: MemoryCounterView
    let mutation: CounterMutation?
    let stale: (digest: ScopeDigest, buckets: [Digest])?

    init(
        _ base: MemoryCounterView, _ mutation: CounterMutation?,
        _ stale: (digest: ScopeDigest, buckets: [Digest])?
    ) {
        (self.base, self.mutation, self.stale) = (base, mutation, stale)
    }

    func open(_ kind: RecordKind, _ id: RecordID) throws -> OpenRecord {
        var open = try base.open(kind, id)
        if mutation == .kindsMixed { open.claimant = nil }
        return open
    }

    func rows(of id: RecordID) throws -> [OpenRecord] {
        try mutation == .rowsHidden ? [] : base.rows(of: id)
    }

    func record(named reference: RecordReference) throws -> OpenRecord? {
        if mutation == .codesUnknown, case .code = reference { return nil }
        return try base.record(named: reference)
    }

    func history(of record: OpenRecord) throws -> [LoggedChange] {
        let history = try base.history(of: record)
        return mutation == .historyBackwards ? history.reversed() : history
    }

    func keptStates(of record: OpenRecord) throws -> [RecordState] {
        try mutation == .keptStatesForgotten ? [] : base.keptStates(of: record)
    }

    func chainHash(of replica: ReplicaID, seq: UInt64) throws -> Hash256? {
        let isWrong = mutation == .hashOfWrongSeq && seq > 1
        return try base.chainHash(of: replica, seq: isWrong ? seq - 1 : seq)
    }

    func loggedChange(_ dot: Dot) throws -> ChainedChange? {
        let isWrong = mutation == .contentOfWrongChange && dot.seq > 1
        return try base.loggedChange(isWrong ? Dot(dot.replica, dot.seq - 1) : dot)
    }

    func holds(_ dot: Dot) throws -> Bool { try mutation == .holdsAll || base.holds(dot) }

    func nextRow(of replica: ReplicaID, after seq: UInt64) throws -> OwnRow? {
        try base.nextRow(of: replica, after: mutation == .nextRowSkipped ? seq + 1 : seq)
    }

    func lastSeq(
        of replica: ReplicaID, to record: RecordRow, through seq: UInt64
    ) throws -> UInt64 {
        try base.lastSeq(of: replica, to: record, through: mutation == .lastSeqOff ? .max : seq)
    }

    func outbox(
        of replica: ReplicaID, after seq: UInt64, through last: UInt64, bytesMax: Int
    ) throws -> OutboxChunk? {
        var chunk = try base.outbox(
            of: replica, after: seq, through: mutation == .outboxGoesOn ? .max : last,
            bytesMax: mutation == .outboxUnbounded ? .max : bytesMax)
        if mutation == .outboxHashOff, let hash = chunk?.hashBefore { chunk?.hashAfter = hash }
        return chunk
    }

    func refusedBefore(
        of replica: ReplicaID, seqs: ClosedRange<UInt64>
    ) throws -> [(seq: UInt64, code: String)] {
        try mutation == .refusedBeforeForgotten ? [] : base.refusedBefore(of: replica, seqs: seqs)
    }

    func gaps(limit: Int) throws -> [RecordID] {
        try base.gaps(limit: mutation == .gapsUnbounded ? .max : limit)
    }

    func digest(ofOffice office: String) throws -> ScopeDigest {
        var digest = try base.digest(ofOffice: office)
        if mutation == .digestStale { digest = stale?.digest ?? digest }
        if mutation == .digestCountsOff { digest.recordCount += 1 }
        return digest
    }

    func bucketDigests(ofOffice office: String) throws -> [Digest] {
        let buckets = try base.bucketDigests(ofOffice: office)
        return mutation == .bucketsStale ? stale?.buckets ?? buckets : buckets
    }

    func forEachBucket(
        _ buckets: [UInt8], ofOffice office: String,
        _ body: (UInt8, [RecordID: Digest]) throws -> Bool
    ) throws {
        try base.forEachBucket(buckets, ofOffice: office) { bucket, digests in
            var digests = digests
            if mutation == .bucketListsLess, let first = digests.keys.first {
                digests[first] = nil
            }
            return try body(bucket, digests)
        }
    }

    func copies(
        besides office: String, after last: RecordID?, limit: Int
    ) throws -> [(id: RecordID, vv: VersionVector)] {
        try base.copies(
            besides: mutation == .copiesAreOwn ? "C" : office, after: last, limit: limit)
    }

    func waitingConflictCount() throws -> Int {
        try mutation == .conflictsNotCounted ? 0 : base.waitingConflictCount()
    }

    func wrongClockCount() throws -> Int {
        try mutation == .wrongClockForgotten ? 0 : base.wrongClockCount()
    }

    func sharedCodes(office: String?) throws -> [SharedCode] {
        try mutation == .codesUnshared ? [] : base.sharedCodes(office: office)
    }

    func identityRotations() throws -> [IdentityRotation] {
        try mutation == .rotationForgotten ? [] : base.identityRotations()
    }

    func formerIdentities(countMax: Int) throws -> [FormerIdentity] {
        let all = try base.formerIdentities(countMax: .max)
        return Array((mutation == .formersOldestFirst ? all.reversed() : all).prefix(countMax))
    }

    func tokenHistory(of replica: ReplicaID) throws -> TokenHistory? {
        try base.tokenHistory(
            of: mutation == .tokenOfAnother ? CounterContract<MutatedCounter>.replica : replica)
    }

    func deskNumbers(inCodesOf office: String) throws -> Set<Int64> {
        try mutation == .desksForgotten ? [] : base.deskNumbers(inCodesOf: office)
    }

    func centralKey(inEpoch epoch: UInt64?) throws -> PublicKey? {
        let known = try base.centralKey(inEpoch: epoch)
        return try mutation == .keyOfAnotherEpoch ? known ?? base.centralKey(inEpoch: 4) : known
    }

    func newsWaitSeconds(at centralURL: String) throws -> UInt64? {
        try base.newsWaitSeconds(
            at: mutation == .waitAtAnotherAddress ? "http://two" : centralURL)
    }

    func bundleNeeds(forSeq seq: UInt64) throws -> [RecordID] {
        try base.bundleNeeds(forSeq: mutation == .needsOfAnother ? 3 : seq)
    }

    func counterReceipts(last count: Int) throws -> [CounterReceipt] {
        let all = try base.counterReceipts(last: .max)
        return Array((mutation == .receiptsOldestFirst ? all.reversed() : all).prefix(count))
    }

    func waitingCarried() throws -> [CarriedChange] {
        try mutation == .carriedForgotten ? [] : base.waitingCarried()
    }

    func isCarriedSettled(_ dot: Dot) throws -> Bool {
        try mutation == .carriedSettled || base.isCarriedSettled(dot)
    }

    func carriedNames(
        of writer: ReplicaID, to record: RecordID, seqs: ClosedRange<UInt64>
    ) throws -> [CarriedName] {
        try base.carriedNames(
            of: writer, to: record, seqs: mutation == .carriedNamesMixed ? 0...99 : seqs)
    }

    func carriedDots(issuedBy replica: ReplicaID) throws -> [UInt64: [Dot]] {
        try mutation == .carriedDotsForgotten ? [:] : base.carriedDots(issuedBy: replica)
    }

    func lastGivenNumber(agency: String, day: CalendarDate, first: Int64) throws -> Int64? {
        try base.lastGivenNumber(
            agency: agency, day: day, first: mutation == .numbersOfAnother ? 10_000 : first)
    }

    func hasOffice(_ code: String) throws -> Bool {
        try mutation != .officesUnknown && base.hasOffice(code)
    }

    func editions(of code: String) throws -> [ProcedureEdition] {
        try mutation == .editionsUnknown ? [] : base.editions(of: code)
    }

    func clockWatch() throws -> ClockWatch {
        try mutation == .clockForgotten ? ClockWatch() : base.clockWatch()
    }
}

final class MutatedCounterTransaction: ForwardedCounterTransaction {
    let base: MemoryCounterTransaction
    let view: MutatedCounterView
    let mutation: CounterMutation?

    init(
        _ base: MemoryCounterTransaction, _ mutation: CounterMutation?,
        _ stale: (digest: ScopeDigest, buckets: [Digest])?
    ) {
        (self.base, self.mutation) = (base, mutation)
        view = MutatedCounterView(base.view, mutation, stale)
    }

    var erasedRecords: [RecordID] { mutation == .erasureUntold ? [] : base.erasedRecords }

    var author: Author? {
        get { base.author }
        set {
            guard mutation == .authorForgotten, base.author != nil else {
                base.author = newValue
                return
            }
        }
    }

    func attempt<R>(_ body: () throws -> R) throws -> R {
        try mutation == .attemptLeavesPart ? body() : base.attempt(body)
    }

    func add(_ reads: EditReads, of record: OpenRecord?, to set: inout EditReadSet) throws {
        try base.add(reads, of: record, to: &set)
        if mutation == .proceduresUnknown { set.isProcedureKnown = false }
    }

    func commit(_ write: LocalWrite, over record: OpenRecord) throws {
        try commitEdit(write, over: record)
        // What the base notes besides: that this machine wrote.
        try noteChange()
    }

    func commit(_ set: CounterWriteSet) throws {
        var set = set
        switch mutation {
        case .stateNotReplaced: if set.before.exists { set.after = nil }
        case .logRowLost: if set.before.exists { set.rows = [] }
        case .erasedContentStays:
            // As if the record had been erased already: nothing is taken out of the log.
            if set.isErased, let after = set.after { set.before.state = after }
        default: break
        }
        try base.commit(set)
    }

    func keepRefused(_ refused: RefusedChange, isLogged: Bool) throws -> Bool {
        switch mutation {
        case .refusalForgotten: return true
        case .refusalUnmarked: return try base.keepRefused(refused, isLogged: false)
        case .refusalTwice:
            _ = try base.keepRefused(refused, isLogged: isLogged)
            return true
        default: return try base.keepRefused(refused, isLogged: isLogged)
        }
    }

    func withdrawRefusal(of dot: Dot) throws -> Bool {
        try mutation != .refusalStays && base.withdrawRefusal(of: dot)
    }

    func reissue(_ row: OwnRow, as dot: Dot, hash: Hash256, bytes: [UInt8]) throws {
        if mutation != .notReissued {
            try base.reissue(row, as: dot, hash: hash, bytes: bytes)
        }
    }

    func remove(_ row: OwnRow) throws {
        if mutation != .removalForgotten { try base.remove(row) }
    }

    func setGap(_ record: RecordID, isOpen: Bool) throws {
        if isOpen || mutation != .gapStays { try base.setGap(record, isOpen: isOpen) }
    }

    func saveProgress(_ identity: ReplicaIdentity) throws {
        switch mutation {
        case .progressForgotten: break
        case .progressMovesChain: try base.save(identity)
        default: try base.saveProgress(identity)
        }
    }

    func setToken(_ token: String, of replica: ReplicaID, desk: Int64?) throws {
        try base.setToken(token, of: replica, desk: mutation == .deskForgotten ? nil : desk)
    }

    func save(_ trust: CentralTrust) throws {
        if mutation != .trustForgotten { try base.save(trust) }
    }

    func save(_ progress: BundleProgress) throws {
        if mutation != .bundlesForgotten { try base.save(progress) }
    }

    func put(_ receipt: CounterReceipt) throws -> Int64 {
        var receipt = receipt
        if mutation == .receiptsTwice { receipt.number = 0 }
        return try base.put(receipt)
    }

    func dropReceipts(through number: Int64) throws {
        try base.dropReceipts(through: number)
        guard mutation == .receiptsAllDropped else { return }
        // The last complete one goes too: as one that is not.
        for var receipt in try base.view.counterReceipts(last: .max)
        where receipt.number <= number {
            receipt.outcome = nil
            _ = try base.put(receipt)
        }
        try base.dropReceipts(through: number)
    }

    func renameCarried(_ dots: [Dot], from old: Dot, to new: Dot, of record: RecordID) throws {
        if mutation != .renamingForgotten {
            try base.renameCarried(dots, from: old, to: new, of: record)
        }
    }

    func noteGiven(_ number: Int64, agency: String, day: CalendarDate, first: Int64) throws {
        if mutation == .numbersForgotten { return }
        let last = try base.view.lastGivenNumber(agency: agency, day: day, first: first) ?? 0
        // A lower one takes the place of a higher: of ranges that nobody else gives from.
        let isLowered = mutation == .numbersLowered && number < last
        try base.noteGiven(
            isLowered ? last + 100 : number, agency: agency, day: day, first: first)
    }
}
