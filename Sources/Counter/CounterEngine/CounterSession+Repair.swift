// What a counter does when all is exchanged and the digests differ: it finds the records in which the
// two ends differ, takes central's states of them, and gives its own to a central that recovers from
// a restoration (`Protocol/sync.md` §Repair).

internal import Causality
internal import Crypto
internal import Store
internal import Replication
internal import Wire

/// A repair in progress.
struct Repair {
    private let triesMax: Int
    private var tries = 0
    /// The bucket from which central is to be asked what it has.
    private(set) var askedBucket: Int?
    /// Records of which this replica holds what central's state does not.
    private var differing: Set<RecordID> = []
    /// Records that central does not list and that may have left the office without this replica's
    /// having heard of it: to be asked for once they were given.
    private var unexplained: [RecordID] = []
    /// Records whose states are still to be given to central.
    private var offered: [RecordID] = []
    /// Records whose states go with the present request. Those of which central says that they have left
    /// are another office's, which has given the same id: they never were this office's there.
    private(set) var given: Set<RecordID> = []
    /// How far central was asked which copies it lacks.
    private(set) var copies = CopyQuestion.notAsked

    /// - Parameter triesMax: times that differences are looked for.
    init(triesMax: Int) {
        self.triesMax = triesMax
    }

    /// Whether there is something left to do.
    var isBusy: Bool {
        if case .asking = copies { return true }
        return askedBucket != nil || !differing.isEmpty || !offered.isEmpty
            || !unexplained.isEmpty
    }

    /// How far central was asked which it lacks of the copies that are kept here.
    enum CopyQuestion {
        case notAsked
        case asking(after: RecordID?)
        case asked
    }

    /// Begins a repair; `false` when there have been enough.
    mutating func begin() -> Bool {
        guard tries < triesMax else { return false }
        tries += 1
        askedBucket = 0
        return true
    }

    /// Takes central's answer: where to go on asking, and what it lacks.
    mutating func note(nextBucket: Int, missingThere: [RecordID]) {
        askedBucket = nextBucket < RecordID.bucketCount ? nextBucket : nil
        differing.formUnion(missingThere)
        unexplained += missingThere
    }

    /// Notes a record of which this replica holds what central's state does not.
    mutating func noteDifference(_ id: RecordID) {
        if tries > 0 { differing.insert(id) }
    }

    /// Once all of central's states are here, what differs still is given to central or not.
    mutating func decide(isWanted: Bool) {
        if isWanted { offered += differing.sorted() }
        differing = []
    }

    /// Begins to ask which copies central lacks. What it then gives back may have to be compared anew.
    mutating func beginCopies() {
        copies = .asking(after: nil)
        tries = 0
    }

    /// Takes the answer about some copies, the last ones if there were none left after them.
    mutating func note(lackedOf asked: [RecordID], _ lacked: [RecordID], isLast: Bool) {
        offered += lacked
        copies = isLast ? .asked : .asking(after: asked.last)
    }

    /// The records to ask for, once all that is wanted was given.
    mutating func takeUnexplained() -> [RecordID] {
        guard offered.isEmpty else { return [] }
        defer { unexplained = [] }
        return unexplained
    }

    /// The next record whose state goes with a request.
    mutating func nextOffer() -> RecordID? {
        guard let next = offered.popLast() else { return nil }
        given.insert(next)
        return next
    }

    /// A request begins.
    mutating func beginRequest() {
        given = []
    }
}

extension CounterSession {
    /// Compares what central has in some buckets with what is here: what differs or is missing here is
    /// asked for as after a causal gap, what is missing there is noted.
    func compare(
        _ listing: BucketListing, ofOffice office: String, in transaction: Replica.Transaction
    ) throws {
        var theirs = listing.records
        var missingThere: [RecordID] = []
        try transaction.view.forEachBucket(listing.buckets, ofOffice: office) { _, ours in
            for (id, digest) in ours {
                guard let their = theirs.removeValue(forKey: id) else {
                    missingThere.append(id)
                    continue
                }
                if their != ShortHash(digest) { try transaction.setGap(id, isOpen: true) }
            }
            return true
        }
        for id in theirs.keys { try transaction.setGap(id, isOpen: true) }
        repair.note(nextBucket: listing.nextBucket, missingThere: missingThere)
    }

    /// Adds the next step of a repair; `false` when there is none. States that are given go without a
    /// push: with one, central would take them for those that it asked for.
    func addRepair(
        to request: inout SyncRequest, _ identity: ReplicaIdentity, _ replica: ReplicaID,
        in view: Replica.Transaction.View
    ) throws -> Bool {
        guard repair.isBusy else { return false }
        let office = identity.office
        if let bucket = repair.askedBucket {
            request.bucketDigests = BucketDigests(
                try view.bucketDigests(ofOffice: office), from: bucket)
        }
        if case .asking(let last) = repair.copies {
            request.heldCopies = try view.copies(
                besides: office, after: last, limit: limits.heldCopiesMax
            ).map { HeldCopy(id: $0.id, vv: $0.vv) }
        }
        var states: [UInt8] = []
        while states.count < min(options.pushBytes, pace.chunkBytes), let id = repair.nextOffer() {
            let state = try view.givenState(
                of: id, from: replica, through: identity.onceAcknowledgedSeq)
            if let state { states += state.canonicalBytes }
        }
        if !states.isEmpty { request.states = states }
        return true
    }

    /// Whether a recovering central is to be asked which copies it lacks: once in its epoch, and once all that is
    /// this office's has been compared. What leaves the office before would be a copy that nobody asks
    /// about; what leaves it after, central has as it is here.
    func owesCopies(_ reply: SyncReply, _ identity: ReplicaIdentity) -> Bool {
        guard reply.requests.contains(.sendStates), case .notAsked = repair.copies else {
            return false
        }
        return identity.copiesGivenIn != identity.epoch && identity.pushLimit == nil
    }

    /// Notes which records central needs, and which of the copies that are kept here.
    func noteCopies(
        _ reply: SyncReply, to request: SyncRequest, _ identity: inout ReplicaIdentity
    ) {
        neededRecords = reply.neededRecords
        if case .asking = repair.copies, request.push == nil, !reply.hasMore {
            repair.note(
                lackedOf: request.heldCopies.map(\.id), reply.neededRecords,
                isLast: request.heldCopies.count < limits.heldCopiesMax)
            neededRecords = []
        }
        if case .asked = repair.copies, !repair.isBusy { identity.copiesGivenIn = identity.epoch }
    }
}
