// A counter's side of a sync by bundles: the requests of a whole sync in one file, and later the replies,
// each applied as if it had come over a link (`Protocol/bundles.md`).

public import Bundles
internal import Causality
internal import Crypto
internal import Store
internal import Replication
public import Wire

/// A bundle for central that was made.
public struct CreatedBundle: Sendable {
    /// Its name and files.
    public var written: WrittenBundle
    /// Own changes that it brings.
    public var changeCount: UInt64
}

/// What came of a bundle that was applied.
public struct AppliedBundle: Sendable {
    /// What it did, as of a sync.
    public var report: SyncReport
    /// Whether it brought nothing, since all of it was here.
    public var isRepeated: Bool
}

/// In the place of a link where there is none.
public struct NoLink: Transport {
    /// No link.
    public init() {}

    /// Never brings a reply.
    public func exchange(
        _ request: SyncRequest, token: String
    ) async throws(SyncFailure) -> SyncReply {
        throw .unreachable(reason: "there is no link")
    }

    /// Never reaches central.
    public func replaceToken(
        _ replacement: TokenReplacement
    ) async throws(SyncFailure) -> TokenReceipt {
        throw .unreachable(reason: "there is no link")
    }

    /// Nothing crosses it.
    public var traffic: Traffic { Traffic() }
}

extension CounterSession {
    /// Writes all that this replica would send, and where it stands, into a bundle for central. The
    /// replica stays as it is: nothing leaves the outbox before central's reply is applied.
    ///
    /// - Throws: `BundleFailure`; `StoreError`.
    public func createBundle(into destination: BundleDestination) throws -> CreatedBundle {
        try beginAnew()
        let (identity, central, progress) = try store.view { view in
            let (identity, _) = try view.enrolledIdentity()
            neededRecords = try view.bundleNeeds(forSeq: identity.pushedSeq + 1)
            return (
                identity, try view.centralKey(inEpoch: identity.epoch),
                try view.bundleProgress()
            )
        }
        guard identity.pushLimit == nil else { throw BundleFailure.needsLink(.newEpoch) }
        guard let central, let replica = identity.replica else {
            throw BundleFailure.needsLink(.unknownKey)
        }
        var writer = try BundleWriter(
            BundleEnvelope(
                direction: .up, central: CentralFingerprint(of: central), replica: replica,
                id: BundleID(random)),
            from: try signingKey(identity), to: central, into: destination, random)
        var introduction = BundleIntroduction(made: clock.now())
        introduction.appliedBefore = progress.flatMap { BundleID(bytes: $0.lastApplied) }
        introduction.completeAsOf = progress?.completeAsOf
        try writer.add(introduction.encoded())
        var last = identity.pushedSeq
        var isFirst = true
        while true {
            let (request, _) = try makeRequest(pushingAfter: last)
            guard isFirst || request.push != nil else { break }
            try writer.add(request.encoded())
            isFirst = false
            guard request.push != nil else { break }
            last = request.chain.seq - request.pendingCount
            neededRecords = []
        }
        return CreatedBundle(
            written: try writer.finish(), changeCount: last - identity.pushedSeq)
    }

    /// Applies central's reply to a bundle: the items, receipts and refusals of each exchange in one
    /// transaction, none of them twice.
    ///
    /// - Parameter paths: all files of one bundle, in any order.
    /// - Throws: `BundleFailure`, with nothing taken but what stood before it; `StoreError`.
    public func applyBundle(_ paths: [String]) throws -> AppliedBundle {
        let elapsed = timer.stopwatch()
        try beginAnew()
        let source = try BundleSource(paths, .down)
        let (identity, replica) = try store.view { try $0.enrolledIdentity() }
        guard source.envelope.replica == replica else {
            throw BundleFailure.otherDevice(
                file: source.firstPath, replica: source.envelope.replica)
        }
        guard let central = try store.view({ try $0.centralKey(inEpoch: identity.epoch) })
        else { throw BundleFailure.needsLink(.unknownKey) }
        guard CentralFingerprint(of: central) == source.envelope.central else {
            throw BundleFailure.otherCentral(file: source.firstPath)
        }
        try source.verify(signedBy: central)
        try store.view { try beginReceipt(identity, replica, at: clock.now(), in: $0) }
        var body = try source.open(with: try signingKey(identity))
        var application = BundleApplication(
            file: source.firstPath, introduction: try body.introduction(source.firstPath))
        while let frame = try body.next() {
            do {
                try take(try AnsweredRequest(encoded: frame), &application)
            } catch SyncFailure.forked {
                throw BundleFailure.needsLink(.copied)
            }
        }
        return try end(application, source, after: elapsed())
    }

    private func signingKey(_ identity: ReplicaIdentity) throws -> SigningKey {
        guard let key = SigningKey(seed: identity.signingSeed) else {
            throw StoreError.damaged(table: "identity", key: 1)
        }
        return key
    }
}

/// A bundle that is being applied.
private struct BundleApplication {
    let file: String
    let introduction: BundleIntroduction
    /// Replies that brought something.
    var takenCount = 0
    /// Where the last reply stood: what the whole bundle leads to.
    var lastOrder = BundleOrder.behind
    /// Whether the replica is as it was when it asked, but for its own edits: only then is central's
    /// digest that of what is here once all is applied.
    var isExact = true
    var isDone = false
    var neededRecords: [RecordID] = []
    var wantsStates = false
    var time: Timestamp?

    init(file: String, introduction: BundleIntroduction) {
        self.file = file
        self.introduction = introduction
    }
}

extension CounterSession {
    private func take(_ answered: AnsweredRequest, _ application: inout BundleApplication) throws {
        let (request, given) = (answered.request, answered.reply)
        let (identity, replica) = try store.view { try $0.enrolledIdentity() }
        guard request.replica == replica else {
            throw BundleFailure.damaged(
                file: application.file, .malformed(reason: "it answers another device"))
        }
        guard identity.epoch == nil || given.epoch == identity.epoch else {
            throw BundleFailure.overtaken(file: application.file)
        }
        // Central may have more of this identity than is here: then this is a copy.
        guard try hasChain(request.chain, replica), try hasChain(given.accepted, replica) else {
            throw BundleFailure.needsLink(.copied)
        }
        let base = PullPlace(cursor: request.cursor, mark: request.resumeMark)
        let order = BundleOrder(
            from: base,
            to: PullPlace(cursor: given.cursor, mark: given.resumeMark),
            at: PullPlace(identity))
        if order == .ahead {
            // One that was applied here is not missing: then an exchange over a link is.
            let before = application.introduction.appliedBefore
            let isHere = try store.view { view in
                try view.bundleProgress()?.lastApplied == before?.bytes
            }
            throw BundleFailure.outOfOrder(
                file: application.file, missing: isHere ? nil : before)
        }
        application.lastOrder = order
        let isNext = order == .next
        guard isNext || given.accepted.seq > identity.pushedSeq else { return }
        var reply = given
        // What is known to be on central's disk stays so, whatever an older word says.
        if given.accepted.seq < identity.pushedSeq {
            reply.accepted = try store.view { view in
                guard let hash = try view.chainHash(of: replica, seq: identity.pushedSeq) else {
                    throw StoreError.damaged(
                        table: "changes", key: Int64(clamping: identity.pushedSeq))
                }
                return ChainEnd(seq: identity.pushedSeq, hash: hash)
            }
        }
        if base != PullPlace(identity) || given.accepted.seq < identity.pushedSeq {
            application.isExact = false
        }
        if !application.isExact { reply.digest = nil }
        if !isNext { reply.keepOnlyReceipt(at: PullPlace(identity)) }
        let round = try apply(reply, to: request, isCarried: true)
        report.roundTrips += 1
        application.takenCount += 1
        application.isDone = round.isDone && !round.owesCopies && application.isExact
        application.neededRecords += given.neededRecords
        application.wantsStates = !given.requests.filter { $0 != .syncNow }.isEmpty
        application.time = given.time
        neededRecords = []
    }

    private func hasChain(_ end: ChainEnd, _ replica: ReplicaID) throws -> Bool {
        try store.view { end.hash == (try $0.chainHash(of: replica, seq: end.seq)) }
    }

    private func end(
        _ application: BundleApplication, _ source: BundleSource,
        after elapsed: Duration
    ) throws -> AppliedBundle {
        if application.takenCount == 0 {
            guard application.lastOrder == .behind else {
                throw BundleFailure.overtaken(file: application.file)
            }
            return AppliedBundle(report: report, isRepeated: true)
        }
        if !application.isDone {
            report.failure = .unfinishedBundle(reason: try whatIsLeft(application))
        }
        try finish(after: elapsed)
        report.traffic = Traffic(bytesReceived: source.byteCount)
        try store.transaction(now: clock.now()) { transaction in
            let view = transaction.view
            let identity = try view.enrolledIdentity().identity
            var progress = BundleProgress(
                lastApplied: source.envelope.id.bytes,
                completeAsOf: try view.bundleProgress()?.completeAsOf)
            if report.digestAgrees == true, application.isDone {
                progress.completeAsOf = application.time
            }
            try transaction.save(progress)
            try transaction.setBundleNeeds(
                application.neededRecords, forSeq: identity.pushedSeq + 1)
        }
        return AppliedBundle(report: report, isRepeated: false)
    }

    private func whatIsLeft(_ application: BundleApplication) throws -> String {
        try store.view { view in
            let pending = try view.enrolledIdentity().identity.pendingCount
            if application.wantsStates {
                return "central recovers from a restoration, and wants what only a link carries"
            }
            if !application.neededRecords.isEmpty {
                return "central needs the state of a record before it takes the next change"
            }
            if pending > 0 { return "changes that were written here since wait for the next one" }
            if !application.isExact {
                return
                    "this replica went on by another way meanwhile, and the digests are compared "
                    + "with the next one"
            }
            return try view.gaps(limit: 1).isEmpty
                ? "central has more" : "the state of a record is missing, and is asked for"
        }
    }
}

extension PullPlace {
    fileprivate init(_ identity: ReplicaIdentity) {
        self.init(
            cursor: identity.cursor.map { Cursor(position: $0.position, hash: $0.hash) },
            mark: identity.resumeMark)
    }
}

extension SyncReply {
    /// Leaves nothing but what central says of the device's own changes.
    fileprivate mutating func keepOnlyReceipt(at place: PullPlace) {
        items = []
        itemsForm = .sequence
        itemCount = 0
        cursor = place.cursor
        resumeMark = place.mark
        hasMore = true
        digest = nil
        bucketListing = nil
        requests = []
    }
}
