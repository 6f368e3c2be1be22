// Central's side of a sync by bundles. It answers each request of a bundle as if it had come over a
// link, and then goes on asking in the device's place until there is no more, so that one bundle brings
// all that the device lacks (`Protocol/bundles.md`).

public import Bundles
public import Causality
internal import Columns
internal import Crypto
internal import Dossiers
internal import Store
internal import Replication
internal import Wire

/// What came of a bundle from a device.
public struct AnsweredBundle: Sendable {
    /// The device.
    public var replica: ReplicaID
    /// Its office's code.
    public var office: String
    /// Changes that were not here before, refused ones included.
    public var newChanges: UInt64 = 0
    /// Changes that were refused, now or before.
    public var refused = 0
    /// Items for the device.
    public var items: UInt64 = 0
    /// Requests that were answered.
    public var exchanges = 0
    /// Bytes of the bundle that came.
    public var bytesReceived = 0
    /// Whether central has had more from the device than the bundle knows of.
    public var isLate = false
    /// The reply.
    public var written: WrittenBundle
}

extension CentralNode {
    /// Central's own key, made at the first need.
    ///
    /// - Throws: `SyncFailure.centralStore`.
    func ownKey() async throws(SyncFailure) -> SigningKey {
        var seed = try await read { try $0.centralKeySeed() }
        if seed == nil {
            let fresh = random.bytes(SigningKey.seedByteCount)
            seed = try await write { transaction, _ in
                try transaction.centralKeySeed(orElse: fresh)
            }
        }
        guard let key = seed.flatMap(SigningKey.init(seed:)) else {
            throw .centralStore(reason: "its own key is damaged")
        }
        return key
    }

    /// Takes a device's bundle and writes the reply. It may be repeated: what was taken before is
    /// answered again.
    ///
    /// - Parameter paths: all files of one bundle, in any order.
    /// - Throws: `BundleFailure`; `SyncFailure`, also `.notEnrolled` and `.revoked`. Requests that were
    ///   answered before are kept: the bundle can be applied again.
    public func answerBundle(
        _ paths: [String], into destination: BundleDestination
    ) async throws -> AnsweredBundle {
        try destination.requireFree()
        let source = try BundleSource(paths, .up)
        let envelope = source.envelope
        let key = try await ownKey()
        guard envelope.central == CentralFingerprint(of: key.publicKey) else {
            throw BundleFailure.otherCentral(file: source.firstPath)
        }
        let device = try await currentDevice(envelope.replica)
        try source.verify(signedBy: device.publicKey)
        var body = try source.open(with: key)
        let asked = try body.introduction(source.firstPath)
        var writer = try BundleWriter(
            BundleEnvelope(
                direction: .down, central: envelope.central, replica: envelope.replica,
                id: BundleID(random)),
            from: key, to: device.publicKey, into: destination, random)
        var introduction = BundleIntroduction(made: clock.now())
        introduction.appliedBefore = asked.appliedBefore
        introduction.answers = envelope.id
        try writer.add(introduction.encoded())

        var course = BundleCourse(replica: envelope.replica)
        while let frame = try body.next() {
            let request = try SyncRequest(
                encoded: frame, versions: WireLimits.bundledVersions)
            guard request.replica == envelope.replica, request.rotation == nil else {
                throw BundleFailure.damaged(
                    file: source.firstPath, .malformed(reason: "it asks for another device"))
            }
            try await answer(course.prepared(request), &course, &writer)
        }
        guard course.last != nil else {
            throw BundleFailure.damaged(
                file: source.firstPath, .malformed(reason: "it asks nothing"))
        }
        while let request = course.nextRequest() { try await answer(request, &course, &writer) }
        try await note(course, asked, before: device)
        return AnsweredBundle(
            replica: device.replica, office: device.office,
            newChanges: course.acceptedSeq > device.seq ? course.acceptedSeq - device.seq : 0,
            refused: course.refusedSeqs.count, items: course.itemCount,
            exchanges: course.exchangeCount, bytesReceived: source.byteCount,
            isLate: course.isLate, written: try writer.finish())
    }

    private func answer(
        _ request: SyncRequest, _ course: inout BundleCourse, _ writer: inout BundleWriter
    ) async throws {
        let (present, reply) = try await reply(to: request, &course)
        guard request.knows(reply.epoch) else { throw BundleFailure.needsLink(.newEpoch) }
        let changed = try course.take(request, reply)
        // Of a record that has left the office again, the device may never have had what a change
        // builds on: it will ask, and so it is told.
        course.want(
            try await read { database in
                try changed.filter { id in
                    guard let state = try database.state(of: id),
                        let device = try database.device(request.replica)
                    else { return false }
                    return !DossierRules.scope(of: state).includes(office: device.office)
                }
            })
        try writer.add(AnsweredRequest(present, reply).encoded())
    }

    /// Answers one request. A bundle may come late: a chain that ends before what central has, and is
    /// confirmed by it, is then no sign of a copy. The request that is answered names the chain that
    /// central has: a device that does not have it is one, restored from a backup.
    private func reply(
        to request: SyncRequest, _ course: inout BundleCourse
    ) async throws -> (SyncRequest, SyncReply) {
        for attempt in 1... {
            let (device, hash) = try await read { database in
                (
                    try database.device(request.replica),
                    try database.chainHash(of: request.replica, seq: request.chain.seq)
                )
            }
            var present = request
            var isLate = false
            if let device, request.chain.seq < device.seq, request.chain.hash == hash {
                isLate = true
                present.chain = ChainEnd(seq: device.seq, hash: device.chainHash)
                present.pendingCount = device.pending ?? 0
                course.isLate = true
            }
            do throws(SyncFailure) {
                var reply = try await exchangeOnce(present)
                if isLate {
                    // Of what came after, this bundle does not ask, and the reply does not tell which
                    // of it was refused.
                    reply.accepted = request.chain
                    reply.refusals.removeAll { $0.seq > request.chain.seq }
                }
                return (present, reply)
            } catch {
                guard case .forked = error else { throw error }
                // Unless it has synced over a link between the two looks, it is a copy.
                let seq = try await currentDevice(request.replica).seq
                guard seq != device?.seq, attempt < limits.bundleTriesMax else {
                    throw BundleFailure.needsLink(.copied)
                }
            }
        }
        throw BundleFailure.needsLink(.copied)
    }

    /// Notes what an admin wants to know. That the device has what is in the reply, only the next bundle
    /// or sync can say: it names the time as of which the device was complete.
    private func note(
        _ course: BundleCourse, _ asked: BundleIntroduction, before: Device
    ) async throws(SyncFailure) {
        guard let request = course.last?.request else { return }
        let now = clock.now()
        try await write { transaction, database in
            guard var device = try database.device(request.replica) else { return }
            device.lastExchange = now
            if !course.isLate {
                device.epoch = request.epoch?.epoch
                let pending = try noteReceipt(
                    of: course, device, at: now, in: transaction, database)
                device.note(request, pending: pending, at: now)
            }
            if let time = asked.completeAsOf, time <= now,
                time > device.lastComplete ?? .distantPast
            {
                device.lastComplete = time
            }
            try transaction.saveProgress(of: device)
        }
    }
}

/// Brings the receipt up to date with what the bundle's replies hold, as if it were one reply: none of
/// them has reached the device.
///
/// - Returns: changes that remain at the device.
private func noteReceipt<Transaction: CentralNodeTransaction>(
    of course: BundleCourse, _ device: Device, at now: Timestamp,
    in transaction: Transaction, _ database: Transaction.View
) throws -> UInt64 {
    guard let (request, last) = course.last else { return device.pending ?? 0 }
    var receipt =
        try (course.hasPushed ? ReceiptInProgress(noted: request, database) : nil)
        ?? ReceiptInProgress(
            request, from: device, after: device, at: now, epoch: database.epoch().id,
            in: transaction, database)
    var reply = last
    reply.itemCount = course.itemCount
    receipt.take(
        reply, to: request, isLast: last.neededRecords.isEmpty && request.pendingCount == 0,
        at: now)
    try receipt.save(in: transaction)
    return receipt.pending
}

extension Timestamp {
    static let distantPast = Timestamp(milliseconds: .min)
}

/// How far central has come with a bundle: it holds the place of the device, which is not there to ask.
private struct BundleCourse {
    let replica: ReplicaID
    private(set) var last: (request: SyncRequest, reply: SyncReply)?
    private(set) var itemCount: UInt64 = 0
    private(set) var hasPushed = false
    private(set) var exchangeCount = 0
    private(set) var acceptedSeq: UInt64 = 0
    private(set) var refusedSeqs: Set<UInt64> = []
    var isLate = false
    /// Records whose states the device lacks, or will find that it lacks, in the order of asking.
    private var wanted: [RecordID] = []
    private var everWanted: Set<RecordID> = []

    init(replica: ReplicaID) {
        self.replica = replica
    }

    /// A request of the bundle, going on from where the reply before it leads.
    mutating func prepared(_ request: SyncRequest) -> SyncRequest {
        var request = request
        request.waitSeconds = 0
        request.wantsCentralKey = false
        request.way = .bundle
        if let last {
            request.way = .beyondBundle
            request.cursor = last.reply.cursor
            request.resumeMark = last.reply.resumeMark
            request.fetchedRecords = Array(wanted.prefix(WireLimits.fetchedRecordsMax))
        } else {
            want(request.fetchedRecords)
        }
        return request
    }

    /// What the device would ask next; `nil` when it has all.
    mutating func nextRequest() -> SyncRequest? {
        guard let last, last.reply.hasMore || !wanted.isEmpty else { return nil }
        var request = prepared(last.request)
        request.push = nil
        request.states = nil
        request.refusedBefore = []
        return request
    }

    /// - Returns: the records that changes in the reply are of.
    mutating func take(_ request: SyncRequest, _ reply: SyncReply) throws -> [RecordID] {
        last = (request, reply)
        exchangeCount += 1
        hasPushed = hasPushed || request.push != nil || request.states != nil
        itemCount += reply.itemCount
        acceptedSeq = max(acceptedSeq, reply.accepted.seq)
        refusedSeqs.formUnion(reply.refusals.map(\.seq))
        var arrived: Set<RecordID> = []
        var voided: [RecordID] = []
        var changed: Set<RecordID> = []
        try FeedItem.forEach(in: try reply.itemSequence(for: replica)) { item in
            switch item {
            case .void(_, let id, _): voided.append(id)
            case .state(let state): if !state.isErasureNotice { arrived.insert(state.id) }
            case .departure(_, let id): arrived.insert(id)
            case .change(_, let id): changed.insert(id)
            }
        }
        // What central passed over is not there for this device.
        if !reply.hasMore { arrived.formUnion(request.fetchedRecords) }
        wanted.removeAll { arrived.contains($0) }
        // A void of a record that the device does not have makes it ask for the state.
        want(voided)
        return changed.sorted()
    }

    /// Asks for states, each once.
    mutating func want(_ records: [RecordID]) {
        for record in records where everWanted.insert(record).inserted { wanted.append(record) }
    }
}
