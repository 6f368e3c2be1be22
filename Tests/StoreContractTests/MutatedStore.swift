import Causality
import Crypto
import Dossiers
import Editing
import MemoryStore
import Replication
import Store

/// One way in which a store may be wrong.
enum Mutation: CaseIterable {
    case feedRowLost, feedOutOfOrder, feedTellsOwn, newcomersForgotten, catalogNotFed
    case digestStale, digestCountsOff, bucketsStale, bucketListsLess
    case hashOfWrongSeq, commitHashOfWrongPosition, endTooFar, recordOfWrongChange
    case refusalForgotten, counterForgotten, quotaForgotten
    case stateNotReplaced, stateOmittedFromPages, statesOldestFirst
    case rollbackLeavesAll, attemptLeavesPart
    case movesForgotten, departuresForgotten, remainderOff
    case everyoneHasRead, nobodyHasRead, historyWithRefused, historyBackwards, copiesForgotten
    case otherKindsHidden, officesUnknown, proceduresUnknown, devicesUnknown
    case erasedContentStays, accountsStale, wrongClockForgotten, conflictsNotCounted
    case pastIsPresent, pastIsOlder, pastWithoutWriter
    case changeOfWrongSeq, recordsWithheld, placesShifted
    case chainTooShort
}

/// A store that keeps the contract but for one mutation.
final class MutatedStore: ContractStore {
    private let store = MemoryStore()
    let mutation: Mutation?
    /// What was true before the last transaction.
    private var stale: Stale?

    struct Stale {
        var digests: [String: ScopeDigest] = [:]
        var buckets: [String: [Digest]] = [:]
        var moves: [RecordID: [LedgerEntry]] = [:]
    }

    init(_ mutation: Mutation?) { self.mutation = mutation }

    func enrol(_ replica: ReplicaID, in office: String) throws {
        try store.enrol(replica, in: office)
    }

    func view<R>(_ body: (MutatedView) throws -> R) throws -> R {
        try store.view { try body(MutatedView($0, nil, mutation, stale)) }
    }

    func transaction<R, S>(
        now: Timestamp, _ body: (MutatedView) throws -> R,
        finish: (R, MutatedView) throws -> S
    ) throws -> S {
        try noteStale()
        var failure: (any Error)?
        let result: S? = try store.transaction(now: now) { transaction -> R? in
            do {
                return try body(MutatedView(transaction, transaction, mutation, stale))
            } catch  where mutation == .rollbackLeavesAll {
                failure = error
                return nil
            }
        } finish: { result, transaction in
            try result.map {
                try finish($0, MutatedView(transaction, transaction, mutation, stale))
            }
        }
        if let failure { throw failure }
        guard let result else { throw MemoryStoreError.damaged(position: 0) }
        return result
    }

    private func noteStale() throws {
        stale = try store.view { view in
            var stale = Stale()
            for office in Life.offices {
                stale.digests[office] = try view.digest(ofOffice: office)
                stale.buckets[office] = try view.bucketDigests(ofOffice: office)
                let page = try view.statePage(ofOffice: office, from: .start, countMax: .max)
                for state in page.states {
                    stale.moves[state.id] = try view.moves(ofDossier: state.id)
                }
            }
            return stale
        }
    }
}

final class MutatedView: CentralTransaction {
    private let view: MemoryView
    private let transaction: MemoryTransaction?
    private let mutation: Mutation?
    private let stale: MutatedStore.Stale?

    init(
        _ view: MemoryView, _ transaction: MemoryTransaction?, _ mutation: Mutation?,
        _ stale: MutatedStore.Stale?
    ) {
        self.view = view
        self.transaction = transaction
        self.mutation = mutation
        self.stale = stale
    }

    func commit(_ set: CentralWriteSet) throws {
        var set = set
        switch mutation {
        case .feedRowLost: if set.rows.count > 2 { set.rows.remove(at: 1) }
        case .newcomersForgotten:
            set.rows.removeAll {
                $0.entry.form == .state && $0.entry.bytes == nil && !$0.entry.isMaking
            }
        case .catalogNotFed:
            for place in set.rows.indices { set.rows[place].readers.removeAll { $0 == .catalog } }
        case .refusalForgotten: set.refusals = []
        case .counterForgotten: set.refusedBytes = 0
        case .stateNotReplaced: set.records.removeAll(where: \.existed)
        case .movesForgotten:
            for place in set.rows.indices { set.rows[place].move = nil }
        case .erasedContentStays:
            // As if the record had been erased already: nothing is taken out of the log.
            set.records = set.records.map {
                WrittenRecord(
                    before: $0.isErased ? $0.after : $0.before, existed: $0.existed, after: $0.after
                )
            }
        default: break
        }
        try transaction?.commit(set)
    }

    func attempt<R>(_ body: () throws -> R) throws -> R {
        guard mutation != .attemptLeavesPart, let transaction else { return try body() }
        return try transaction.attempt(body)
    }

    func read(_ reads: CentralReads) throws -> CentralReadSet {
        var set = try view.read(reads)
        switch mutation {
        case .otherKindsHidden:
            let named = reads.records.union(reads.newRecords)
            set.records = set.records.filter { named.contains($0.key) }
        case .officesUnknown: set.offices = []
        case .hashOfWrongSeq:
            if let seq = reads.hashSeq, seq > 1 {
                set.hashBefore = try view.chainHash(of: reads.replica, seq: seq - 1)
            }
        default: break
        }
        return set
    }

    func add(_ details: CentralDetails, to set: inout CentralReadSet) throws {
        try view.add(details, to: &set)
        for name in set.records.keys {
            switch mutation {
            case .everyoneHasRead: set.records[name]?.isRead = true
            case .nobodyHasRead: set.records[name]?.readers = []
            case .historyBackwards: set.records[name]?.history.reverse()
            case .historyWithRefused:
                for dot in set.records[name]?.state.voids.map(\.dot) ?? [] {
                    if let change = try view.change(dot) {
                        set.records[name]?.history.append(change)
                    }
                }
            case .copiesForgotten: set.records[name]?.toldCopies = []
            default: break
            }
        }
        switch mutation {
        case .proceduresUnknown: for code in set.procedures.keys { set.procedures[code] = [] }
        case .devicesUnknown: set.deviceOffices = [:]
        default: break
        }
    }

    func chainHash(of replica: ReplicaID, seq: UInt64) throws -> Hash256? {
        let isWrong = mutation == .hashOfWrongSeq && seq > 1
        return try view.chainHash(of: replica, seq: isWrong ? seq - 1 : seq)
    }

    func chain(of replica: ReplicaID) throws -> HashChain {
        let chain = try view.chain(of: replica)
        guard mutation == .chainTooShort, chain.seq > 0 else { return chain }
        return HashChain(seq: chain.seq - 1, hash: chain.hash)
    }

    func record(ofChange dot: Dot) throws -> RecordID? {
        let isWrong = mutation == .recordOfWrongChange && dot.seq > 1
        return try view.record(
            ofChange: isWrong ? Dot(dot.replica, dot.seq - 1) : dot)
    }

    func refusals(
        of replica: ReplicaID, seqs: ClosedRange<UInt64>
    ) throws -> [RefusalNote] {
        try view.refusals(of: replica, seqs: seqs)
    }

    func isContentKept(ofRefused dot: Dot) throws -> Bool {
        try mutation != .quotaForgotten && view.isContentKept(ofRefused: dot)
    }

    func states(of id: RecordID) throws -> [RecordState] { try view.states(of: id) }

    func hasEverRead(office: String, _ name: RecordName) throws -> Bool {
        switch mutation {
        case .everyoneHasRead: true
        case .nobodyHasRead: false
        default: try view.hasEverRead(office: office, name)
        }
    }

    func state(
        of id: RecordID, at position: UInt64, with writer: ReplicaID?
    ) throws -> RecordState? {
        switch mutation {
        case .pastIsPresent: try view.states(of: id).last
        case .pastIsOlder: try view.state(of: id, at: position - min(position, 1), with: writer)
        case .pastWithoutWriter: try view.state(of: id, at: position, with: nil)
        default: try view.state(of: id, at: position, with: writer)
        }
    }

    func change(_ dot: Dot) throws -> Change? {
        let isWrong = mutation == .changeOfWrongSeq && dot.seq > 1
        return try view.change(isWrong ? Dot(dot.replica, dot.seq - 1) : dot)
    }

    func recordCounts(of kind: RecordKind) throws -> RecordCounts {
        var counts = try view.recordCounts(of: kind)
        if mutation == .conflictsNotCounted { counts.conflicts = 0 }
        return counts
    }

    func moves(ofDossier id: RecordID) throws -> [LedgerEntry] {
        try mutation == .accountsStale ? stale?.moves[id] ?? [] : view.moves(ofDossier: id)
    }

    func wrongClockIDs() throws -> Set<RecordID> {
        try mutation == .wrongClockForgotten ? [] : view.wrongClockIDs()
    }

    func feedEnd() throws -> FeedEnd {
        var end = try view.feedEnd()
        if mutation == .endTooFar { end.position -= min(end.position, 1) }
        return end
    }

    func commitHash(at position: UInt64) throws -> Hash256? {
        try view.commitHash(
            at: mutation == .commitHashOfWrongPosition ? position + 1 : position)
    }

    func feedPage(
        ofOffice office: String, after position: UInt64, except reader: ReplicaID, countMax: Int
    ) throws -> [FeedRow] {
        let page = try view.feedPage(
            ofOffice: office, after: position,
            except: mutation == .feedTellsOwn ? ReplicaID(4321) : reader, countMax: countMax)
        return mutation == .feedOutOfOrder ? page.reversed() : page
    }

    func departedPage(
        ofOffice office: String, after position: UInt64, through last: UInt64, countMax: Int
    ) throws -> [FeedRow] {
        try mutation == .departuresForgotten
            ? []
            : view.departedPage(
                ofOffice: office, after: position, through: last, countMax: countMax)
    }

    func feedRowCount(
        ofOffice office: String, after position: UInt64, countMax: Int64
    ) throws -> UInt64 {
        let count = try view.feedRowCount(
            ofOffice: office, after: position, countMax: countMax)
        return mutation == .remainderOff ? count + 1 : count
    }

    func movedRecords(
        forOffice office: String, after position: UInt64, through last: UInt64, countMax: Int
    ) throws -> [MovedRecord] {
        try view.movedRecords(
            forOffice: office, after: position, through: last, countMax: countMax)
    }

    func statePage(
        ofOffice office: String, from place: SnapshotPlace, countMax: Int
    ) throws -> StatePage {
        mutated(try view.statePage(ofOffice: office, from: place, countMax: countMax))
    }

    func recordPage(from place: SnapshotPlace, countMax: Int) throws -> StatePage {
        var page = mutated(try view.recordPage(from: place, countMax: countMax))
        if mutation == .recordsWithheld { page.states.removeAll { $0.kind == .contact } }
        return page
    }

    private func mutated(_ page: StatePage) -> StatePage {
        var page = page
        switch mutation {
        case .stateOmittedFromPages: if page.next != nil { page.states.removeLast() }
        case .statesOldestFirst: page.states.reverse()
        case .placesShifted:
            page.places = page.places.map {
                SnapshotPlace(phase: $0.phase, belowKey: $0.belowKey - 1)
            }
        default: break
        }
        return page
    }

    func digest(ofOffice office: String) throws -> ScopeDigest {
        var digest = try view.digest(ofOffice: office)
        switch mutation {
        case .digestStale: digest = stale?.digests[office] ?? digest
        case .digestCountsOff: digest.recordCount += 1
        default: break
        }
        return digest
    }

    func bucketDigests(ofOffice office: String) throws -> [Digest] {
        let buckets = try view.bucketDigests(ofOffice: office)
        return mutation == .bucketsStale ? stale?.buckets[office] ?? buckets : buckets
    }

    func forEachBucket(
        _ buckets: [UInt8], ofOffice office: String,
        _ body: (UInt8, [RecordID: Digest]) throws -> Bool
    ) throws {
        try view.forEachBucket(buckets, ofOffice: office) { bucket, digests in
            var digests = digests
            if mutation == .bucketListsLess, let first = digests.keys.first {
                digests[first] = nil
            }
            return try body(bucket, digests)
        }
    }
}
