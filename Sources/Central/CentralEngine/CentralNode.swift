// Central: one writer with group commit, many readers, and the exchange on top of them.

public import Causality
public import Crypto
internal import ReplicaStore
internal import Replication
internal import Synchronization
public import Wire

/// The central node over one database file.
public final class CentralNode: Sendable {
    /// Readers: as many as central's machine has to spare beside the writer.
    private static let readerCount = 2

    let writer: CommitQueue
    /// Its file.
    let path: String
    private let readers: [CentralReader]
    private let readerTurn = Atomic<UInt>(0)
    let news: NewsWatch
    let clock: any WallClock
    let random: any RandomSource
    /// Wrong enrolment codes.
    let codeAttempts: AttemptBook
    /// Wrong passwords of administrators.
    let loginAttempts: AttemptBook
    /// What requests may cost that are decoded.
    let decoding: DecodingBudget
    let rooms: DecodingRooms

    /// Opens central's database.
    ///
    /// - Throws: `StoreError`.
    public init(
        path: String, clock: any WallClock = SystemClock(),
        timer: any Clock<Duration> = ContinuousClock(),
        random: any RandomSource = SystemRandomSource(),
        decoding: DecodingBudget = .standard
    ) throws {
        self.decoding = decoding
        rooms = DecodingRooms(decoding)
        self.path = path
        let elapsed = timer.stopwatch()
        codeAttempts = AttemptBook(elapsed: elapsed)
        loginAttempts = AttemptBook(elapsed: elapsed)
        writer = try CommitQueue(path: path, isNew: false, clock: clock)
        readers = try (0..<Self.readerCount).map { _ in try CentralReader(path: path) }
        news = try NewsWatch(path: path)
        self.clock = clock
        self.random = random
    }

    /// Enrols a device by a one-time code.
    ///
    /// - Parameter address: whom wrong codes are counted against; a code that is right counts for
    ///   nobody, but has to wait like the others of its address.
    /// - Throws: `SyncFailure.badEnrolmentCode`, `.tooManyTries`, `.centralStore`.
    public func enrol(
        _ request: EnrolmentRequest, from address: String = ""
    ) async throws(SyncFailure) -> EnrolmentReply {
        let attempt = try await codeAttempts.take(from: address)
        do throws(SyncFailure) {
            let reply = try await redeem(request)
            codeAttempts.end(attempt, isWrong: false)
            return reply
        } catch {
            codeAttempts.end(attempt, isWrong: error == .badEnrolmentCode)
            throw error
        }
    }

    private func redeem(_ request: EnrolmentRequest) async throws(SyncFailure) -> EnrolmentReply {
        guard let code = EnrolmentCode(request.code) else { throw .badEnrolmentCode }
        let enrolled = try await write { transaction, database in
            let device = try transaction.redeemEnrolmentCode(
                formerDesk: request.formerDesk, hash: code.hash,
                replica: ReplicaID(of: request.publicKey),
                publicKey: request.publicKey, name: request.device, tokenHash: request.tokenHash)
            guard let device else { return nil as (device: Device, epoch: UInt64)? }
            try transaction.note("enrolled", device.office, by: "device:\(device.replica)")
            return (device: device, epoch: try database.epoch().id)
        }
        guard let enrolled else { throw .badEnrolmentCode }
        let device = enrolled.device
        let key = try await ownKey().publicKey
        return EnrolmentReply(
            replica: device.replica, desk: device.desk, office: device.office,
            epoch: enrolled.epoch, centralKey: key)
    }

    /// One exchange with an authenticated device.
    ///
    /// - Parameter waiting: what becomes of the request while it waits for news.
    /// - Throws: `SyncFailure`; then nothing of the request was kept.
    public func exchange(
        _ request: SyncRequest, from replica: ReplicaID,
        _ waiting: WaitingRequest = WaitingRequest()
    ) async throws(SyncFailure) -> SyncReply {
        guard request.replica == replica else { throw .notEnrolled }
        if let rotation = request.rotation { return try await giveIdentity(request, rotation) }
        let ingest = try await ingest(request)
        if ingest.wantsSequence {
            let chain = ChainEnd(seq: ingest.device.seq, hash: ingest.device.chainHash)
            var reply = SyncReply(accepted: chain, time: clock.now())
            reply.answerBatches(.wantsSequence)
            return reply
        }
        var (reply, device) = try await reply(to: request, ingest, waiting)
        if request.wantsCentralKey { reply.centralKey = try await ownKey().publicKey }
        if try await !isNoted(request, reply) {
            try await note(request, reply, ingest, device: device)
        }
        return reply
    }

    /// Takes what a request brings and answers it at once, without noting that the device has heard it:
    /// a bundle's reply may never arrive.
    func exchangeOnce(_ request: SyncRequest) async throws(SyncFailure) -> SyncReply {
        try await pull(request, try await ingest(request))
    }
}

extension CentralNode {
    private func ingest(_ request: SyncRequest) async throws(SyncFailure) -> IngestResult {
        var held = HeldRooms(rooms)
        defer { held.giveBack() }
        let arrival = try await read { try $0.arrival(of: request) }
        if arrival.showsRestoration { try await noticeRestoration(request) }
        let device = try Self.admitted(arrival.device)
        if arrival.confirmsLast { try await noteConfirmation(request) }
        guard request.isForWriter else {
            // The chain's end is still compared, so that a copy is noticed at once.
            try CentralIngest.checkChainEnd(request.chain, of: device)
            return IngestResult(device: device)
        }
        // All is decoded and checked here, before the one writer's turn.
        var verified: VerifiedPush?
        var given: GivenStates?
        if let states = request.states {
            given = try await GivenStates(states, within: decoding.request, &held)
        }
        if let push = request.push {
            switch try await verify(push, of: device, &held) {
            case .push(let push): verified = push
            case .beginsLater:
                try CentralIngest.checkChainEnd(request.chain, of: device)
                return IngestResult(device: device)
            case .namesUnknownChanges: return IngestResult(device: device, wantsSequence: true)
            }
        }
        do throws(SyncFailure) {
            return try await take(request, verified, given)
        } catch {
            // Columns name records by changes: if one led astray, the signature does not fit.
            guard error == .badSignature, request.push?.form == .columns else { throw error }
            return IngestResult(device: device, wantsSequence: true)
        }
    }

    private func take(
        _ request: SyncRequest, _ verified: VerifiedPush?, _ given: GivenStates?
    ) async throws(SyncFailure) -> IngestResult {
        try await write { transaction, database in
            // It may have been revoked, or pushed by another way, while it waited for the writer.
            guard let device = try database.device(request.replica) else {
                throw SyncFailure.notEnrolled
            }
            guard device.state == .active else { throw SyncFailure.revoked }
            if let desk = request.highestDesk {
                try transaction.noteDesk(desk, namedFor: device.office)
            }
            var ingest = CentralIngest(transaction, database, device: device)
            let epoch = try database.epoch()
            var result = try ingest.ingest(request, verified, given, in: epoch)
            result.device.lastExchange = transaction.now
            let receipt = try ReceiptInProgress(
                request, from: device, after: result.device, at: transaction.now,
                epoch: epoch.id, in: transaction, database)
            try receipt.save(in: transaction)
            result.device.note(request, pending: receipt.pending, at: transaction.now)
            result.device.lastComplete = receipt.confirmedComplete ?? device.lastComplete
            try transaction.saveProgress(of: result.device)
            return result
        }
    }

    func pull(
        _ request: SyncRequest, _ ingest: IngestResult
    ) async throws(SyncFailure) -> SyncReply {
        let now = clock.now()
        return try await read { database in
            var reply = SyncReply(
                accepted: ChainEnd(seq: ingest.device.seq, hash: ingest.device.chainHash),
                time: now)
            reply.refusals = ingest.refusals
            reply.neededRecords = ingest.neededRecords
            if ingest.awaitsRecovery { reply.requests.append(.awaitRecovery) }
            if request.batches != nil { reply.answerBatches(.readsColumns) }
            var pull = CentralPull(
                database, device: ingest.device, wantedBytes: request.wantedBytes)
            pull.addOthers(ingest.othersRecords)
            try pull.fill(&reply, for: request)
            return reply
        }
    }

    /// Notes what an admin wants to know of a device. An exchange in the middle of a long sync was
    /// noted with its push, unless its reply brings something. The last one is noted as complete when
    /// its reply brings nothing; else the device's next request will say that it arrived.
    private func note(
        _ request: SyncRequest, _ reply: SyncReply, _ ingest: IngestResult, device: Device
    ) async throws(SyncFailure) {
        let isComplete =
            !reply.hasMore && request.pendingCount == 0 && reply.neededRecords.isEmpty
            && reply.accepted.seq == max(request.chain.seq, reply.accepted.seq)
            && request.knows(reply.epoch) && reply.bucketListing?.buckets.isEmpty ?? true
        guard
            isComplete || request.push == nil || reply.itemCount > 0 || !reply.refusals.isEmpty,
            !request.takesNothing || request.waitSeconds > 0
        else { return }
        let now = clock.now()
        try await write { transaction, database in
            guard var device = try database.device(request.replica) else { return }
            if let desk = request.highestDesk {
                try transaction.noteDesk(desk, namedFor: device.office)
            }
            var noted: ReceiptInProgress?
            if request.isForWriter { noted = try ReceiptInProgress(noted: request, database) }
            var receipt =
                try noted
                ?? ReceiptInProgress(
                    request, from: device, after: device, at: now, epoch: database.epoch().id,
                    in: transaction, database)
            receipt.take(reply, to: request, isLast: isComplete, at: now)
            try receipt.save(in: transaction)
            device.lastExchange = now
            device.note(request, pending: receipt.pending, at: now)
            device.epoch = request.epoch?.epoch
            let (skew, isAbsurd) = request.time.milliseconds
                .subtractingReportingOverflow(now.milliseconds)
            device.skewMilliseconds = isAbsurd ? nil : skew
            device.cursorPosition = reply.cursor?.position ?? device.cursorPosition
            if let confirmed = receipt.confirmedComplete { device.lastComplete = confirmed }
            if receipt.isComplete { device.lastComplete = now }
            if isComplete {
                // A request that came while this reply was made is for the next exchange, and one that
                // a waiting device is told of is for the sync that it begins then.
                if reply.requests.contains(.syncNow), request.waitSeconds == 0 {
                    device.isSyncRequested = false
                }
            }
            try transaction.saveProgress(of: device)
        }
    }

    func currentDevice(_ replica: ReplicaID) async throws(SyncFailure) -> Device {
        try Self.admitted(try await read { try $0.device(replica) })
    }

    @discardableResult
    static func admitted(_ device: Device?) throws(SyncFailure) -> Device {
        guard let device else { throw .notEnrolled }
        guard device.state == .active else { throw .revoked }
        return device
    }
}

/// What central sees when a request comes, in one look.
private struct Arrival {
    /// Central lacks what it gave the device: it was restored from a backup.
    var showsRestoration: Bool
    /// Who asks; `nil` for nobody that is known.
    var device: Device?
    /// The request is no part of a sync, and shows that the last reply arrived.
    var confirmsLast: Bool
}

extension ReplicaDatabase {
    fileprivate func arrival(of request: SyncRequest) throws -> Arrival {
        let device = try device(request.replica)
        return Arrival(
            showsRestoration: try lacks(whatItGave: request, device), device: device,
            confirmsLast: try request.takesNothing
                && deviceReceipts(device: request.replica, last: 1).first?
                    .confirmed(by: request) != nil
        )
    }
}

extension CentralNode {
    func read<R: Sendable>(
        _ body: @Sendable (ReplicaDatabase) throws -> R
    ) async throws(SyncFailure) -> R {
        let turn = readerTurn.wrappingAdd(1, ordering: .relaxed).newValue
        let reader = readers[Int(turn % UInt(readers.count))]
        do {
            return try await reader.read(body)
        } catch {
            throw SyncFailure(error)
        }
    }

    func write<R: Sendable>(
        _ body: @escaping @Sendable (WriteTransaction, ReplicaDatabase) throws -> R
    ) async throws(SyncFailure) -> R {
        do {
            return try await writer.perform(body)
        } catch {
            throw SyncFailure(error)
        }
    }
}

extension SyncRequest {
    /// Whether the device knows central's epoch; one of an older revision knows none, and goes on.
    func knows(_ present: UInt64?) -> Bool {
        epoch == nil || epoch?.epoch == present
    }

    /// Whether it brings something that is taken in a write transaction.
    fileprivate var isForWriter: Bool { push != nil || states != nil }
}
