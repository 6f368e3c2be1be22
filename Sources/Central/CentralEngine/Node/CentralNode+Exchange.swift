// One exchange. What a device asks is answered from one consistent view of the store, and what it brings is
// taken in one commit. Of an exchange in which nothing moved, central notes that it was; that has time
// (`CommitQueue.note`).

public import Causality
internal import Crypto
internal import Editing
internal import Replication
internal import Store
public import Wire

/// What came of a request.
private struct Answer: Sendable {
    var ingest: IngestResult
    /// `nil` when it is yet to be read.
    var reply: SyncReply?
    /// Whether all that is to be noted of the exchange was written with what was taken.
    var isNoted = false
    /// The device's last receipt as it was.
    var unconfirmed: UInt64?
}

/// What central sees when a request comes, in one look.
private struct Look: Sendable {
    /// Whether the token is the device's; nothing else was looked at if it is not.
    var isFromHolder = true
    /// Central lacks what it gave the device: it was restored from a backup.
    var showsRestoration: Bool
    /// Who asks; `nil` for nobody that is known.
    var device: Device?
    /// Items and refusals that the device had not confirmed; `nil` without a receipt.
    var unconfirmed: UInt64?
    /// The request is no part of a sync, and shows that the last reply arrived.
    var confirmsLast: Bool
    /// The reply, where nothing is to be written first.
    var reply: SyncReply?
}

extension CentralNode {
    /// One exchange with an authenticated device.
    ///
    /// - Parameter waiting: what becomes of the request while it waits for news.
    /// - Throws: `SyncFailure`; then nothing of the request was kept.
    public func exchange(
        _ request: SyncRequest, from replica: ReplicaID,
        _ waiting: WaitingRequest = WaitingRequest()
    ) async throws(SyncFailure) -> SyncReply {
        guard request.replica == replica else { throw .notEnrolled }
        if let rotation = request.rotation {
            if let holder = waiting.holder, holder.isRecalled { try await confirm(holder) }
            return try await giveIdentity(request, rotation)
        }
        // Entered before the look, so that nothing comes between.
        let ticket = request.isBell ? try await enter(request, waiting) : nil
        defer { if let ticket { news.end(ticket) } }
        var answer = try await answer(to: request, from: waiting.holder, isNoting: true)
        if answer.ingest.wantsSequence {
            let device = answer.ingest.device
            var reply = SyncReply(
                accepted: ChainEnd(seq: device.seq, hash: device.chainHash), time: clock.now())
            reply.answerBatches(.wantsSequence)
            return reply
        }
        var reply = try await reply(of: answer, to: request)
        if let ticket {
            try await wait(ticket, for: request, waiting, &reply, &answer)
        }
        if request.wantsCentralKey { reply.centralKey = try await ownKey().publicKey }
        if !answer.isNoted, ticket == nil || !isNoted(request, reply, answer) {
            try await note(request, reply)
        }
        return reply
    }

    /// Takes what a request brings and answers it at once, without noting that the device has heard it:
    /// a bundle's reply may never arrive.
    func exchangeOnce(_ request: SyncRequest) async throws(SyncFailure) -> SyncReply {
        try await reply(of: try await answer(to: request, isNoting: false), to: request)
    }

    private func enter(
        _ request: SyncRequest, _ waiting: WaitingRequest
    ) async throws(SyncFailure) -> NewsTicket {
        let office: String
        if let holder = waiting.holder {
            office = holder.office
        } else {
            office = try await currentDevice(request.replica).office
        }
        return news.begin(
            office: office, replica: request.replica,
            seconds: min(request.waitSeconds, limits.waitSecondsMax))
    }

    /// Holds a request until there is news for it.
    private func wait(
        _ ticket: NewsTicket, for request: SyncRequest, _ waiting: WaitingRequest,
        _ reply: inout SyncReply, _ answer: inout Answer
    ) async throws(SyncFailure) {
        while reply.isNothing(to: request), !Task.isCancelled {
            waiting.note(true)
            let mayBeNews = await news.news(for: ticket)
            waiting.note(false)
            guard mayBeNews else { break }
            (answer.ingest.device, reply) = try await lookAgain(request, waiting.holder)
        }
        // It may have been made a minute ago.
        reply.time = clock.now()
    }

    /// The device and what there is for it now. Its token may have been replaced meanwhile.
    private func lookAgain(
        _ request: SyncRequest, _ holder: TokenHolder?
    ) async throws(SyncFailure) -> (Device, SyncReply) {
        let now = clock.now()
        let limits = limits
        let found = try await read { database -> (Device, SyncReply)? in
            let device = try Self.admitted(database.device(request.replica))
            guard holder == nil || holder?.hash == device.tokenHash else { return nil }
            return (
                device,
                try database.reply(
                    to: request, IngestResult(device: device), at: now, within: limits)
            )
        }
        if let found { return found }
        if let holder { try await confirm(holder) }
        let device = try await currentDevice(request.replica)
        return (device, try await pull(request, IngestResult(device: device)))
    }

    private func reply(
        of answer: Answer, to request: SyncRequest
    ) async throws(SyncFailure) -> SyncReply {
        if let reply = answer.reply { return reply }
        return try await pull(request, answer.ingest)
    }

    private func pull(
        _ request: SyncRequest, _ ingest: IngestResult
    ) async throws(SyncFailure) -> SyncReply {
        let (now, limits) = (clock.now(), limits)
        return try await read { try $0.reply(to: request, ingest, at: now, within: limits) }
    }
}

extension CentralNode {
    /// Takes what a request brings. The reply comes with it where nothing is to be written, or where
    /// there is nothing to send besides.
    private func answer(
        to request: SyncRequest, from holder: TokenHolder? = nil, isNoting: Bool
    ) async throws(SyncFailure) -> Answer {
        var held = HeldRooms(rooms)
        defer { held.giveBack() }
        let (now, limits) = (clock.now(), limits)
        var look = try await read { try $0.look(at: request, now, limits, from: holder) }
        if let holder, !look.isFromHolder {
            try await confirm(holder)
            look = try await read { try $0.look(at: request, now, limits) }
        }
        if look.showsRestoration {
            try await noticeRestoration(request)
            look = try await read { try $0.look(at: request, now, limits) }
        }
        let device = try Self.admitted(look.device)
        if look.confirmsLast || (request.takesNothing && writer.hasNotes(of: request.replica)) {
            try await noteConfirmation(request)
        }
        var answer = Answer(
            ingest: IngestResult(device: device), reply: look.reply, unconfirmed: look.unconfirmed)
        guard request.isForWriter else { return answer }
        // All is decoded and checked here, before the one writer's turn.
        var verified: VerifiedPush?
        var given: GivenStates?
        if let states = request.states {
            given = try await GivenStates(states, within: limits.decoding.request, &held)
        }
        if let push = request.push {
            switch try await verify(push, of: device, &held) {
            case .push(let push): verified = push
            case .beginsLater:
                try device.check(request.chain)
                return answer
            case .namesUnknownChanges:
                answer.ingest.wantsSequence = true
                return answer
            }
        }
        do throws(SyncFailure) {
            return try await take(request, verified, given, isNoting: isNoting)
        } catch {
            // Columns name records by changes: if one led astray, the signature does not fit.
            guard error == .badSignature, request.push?.form == .columns else { throw error }
            answer.ingest.wantsSequence = true
            return answer
        }
    }

    private func take(
        _ request: SyncRequest, _ verified: VerifiedPush?, _ given: GivenStates?, isNoting: Bool
    ) async throws(SyncFailure) -> Answer {
        let limits = limits
        return try await write { transaction, database in
            // It may have been revoked, or pushed by another way, while it waited for the writer.
            let device = try Self.admitted(database.device(request.replica))
            if let desk = request.highestDesk {
                try transaction.noteDesk(desk, namedFor: device.office)
            }
            let epoch = try database.epoch()
            var result = try CentralIngest(transaction, database).ingest(
                request, verified, given, from: device, in: epoch)
            result.device.lastExchange = transaction.now
            let receipt = try ReceiptInProgress(
                request, from: device, after: result.device, at: transaction.now,
                epoch: epoch.id, in: transaction, database)
            try receipt.save(in: transaction)
            result.device.note(request, pending: receipt.pending, at: transaction.now)
            result.device.lastComplete = receipt.confirmedComplete ?? device.lastComplete
            try transaction.saveProgress(of: result.device)
            return result
        } finish: { result, transaction, database in
            guard isNoting, try database.hasNothingElse(for: request, result) else {
                return Answer(ingest: result)
            }
            let reply = try database.reply(
                to: request, result, at: transaction.now, within: limits)
            try transaction.note(request, reply, database)
            return Answer(ingest: result, reply: reply, isNoted: true)
        }
    }

    /// Whether a wait that ended without news has nothing to note that central did not note just now:
    /// thousands that wait would else write all the time.
    private func isNoted(_ request: SyncRequest, _ reply: SyncReply, _ answer: Answer) -> Bool {
        // A reply that nobody has confirmed yet may be confirmed by this request.
        guard request.pendingCount == 0, reply.isNothing(to: request), answer.unconfirmed == 0,
            !writer.hasNotes(of: request.replica)
        else { return false }
        let (now, device) = (clock.now(), answer.ingest.device)
        guard let exchange = device.lastExchange, let complete = device.lastComplete else {
            return false
        }
        return now.milliseconds >= exchange.milliseconds
            && now.milliseconds - complete.milliseconds < limits.notedMilliseconds
            && device.pending == 0 && device.epoch == request.epoch?.epoch
            && device.cursorPosition == reply.cursor?.position
    }

    /// Notes what an admin wants to know of a device. An exchange in the middle of a long sync was
    /// noted with its push, unless its reply brings something.
    private func note(
        _ request: SyncRequest, _ reply: SyncReply
    ) async throws(SyncFailure) {
        guard
            request.isComplete(with: reply) || request.push == nil || reply.itemCount > 0
                || !reply.refusals.isEmpty,
            !request.takesNothing || request.waitSeconds > 0
        else { return }
        // A sync that was asked for is not asked for twice, and no number of a desk is given twice.
        guard reply.requests.contains(.syncNow) || request.highestDesk != nil else {
            return try await noteSoon(request.replica) { try $0.note(request, reply, $1) }
        }
        try await write { try $0.note(request, reply, $1) }
    }
}

extension CentralNodeTransaction {
    /// Notes what came of an exchange. The last one is noted as complete when its reply brings nothing; else
    /// the device's next request will say that it arrived.
    fileprivate func note(
        _ request: SyncRequest, _ reply: SyncReply, _ database: View
    ) throws {
        guard var device = try database.device(request.replica) else { return }
        if let desk = request.highestDesk { try noteDesk(desk, namedFor: device.office) }
        var noted: ReceiptInProgress?
        if request.isForWriter { noted = try ReceiptInProgress(noted: request, database) }
        var receipt =
            try noted
            ?? ReceiptInProgress(
                request, from: device, after: device, at: reply.time, epoch: database.epoch().id,
                in: self, database)
        let isComplete = request.isComplete(with: reply)
        receipt.take(reply, to: request, isLast: isComplete, at: reply.time)
        try receipt.save(in: self)
        device.lastExchange = reply.time
        device.note(request, pending: receipt.pending, at: reply.time)
        device.epoch = request.epoch?.epoch
        let (skew, isAbsurd) = request.time.milliseconds
            .subtractingReportingOverflow(reply.time.milliseconds)
        device.skewMilliseconds = isAbsurd ? nil : skew
        device.cursorPosition = reply.cursor?.position ?? device.cursorPosition
        if let confirmed = receipt.confirmedComplete { device.lastComplete = confirmed }
        if receipt.isComplete { device.lastComplete = reply.time }
        // A request that came while this reply was made is for the next exchange, and one that a waiting
        // device is told of is for the sync that it begins then.
        if isComplete, reply.requests.contains(.syncNow), request.waitSeconds == 0 {
            device.isSyncRequested = false
        }
        try saveProgress(of: device)
    }
}

extension CentralNodeView {
    /// - Parameter holder: who asks; `nil` when that was looked at.
    fileprivate func look(
        at request: SyncRequest, _ now: Timestamp, _ limits: CentralLimits,
        from holder: TokenHolder? = nil
    ) throws -> Look {
        let device = try device(request.replica)
        if let holder, device?.tokenHash != holder.hash {
            return Look(
                isFromHolder: false, showsRestoration: false, confirmsLast: false)
        }
        let receipt =
            request.takesNothing || request.isBell
            ? try lastReceipt(of: request.replica) : nil
        var look = Look(
            showsRestoration: try lacks(whatItGave: request, device), device: device,
            unconfirmed: receipt?.unconfirmed,
            confirmsLast: request.takesNothing && receipt?.confirmed(by: request) != nil)
        guard !request.isForWriter, !look.showsRestoration, let device, device.state == .active
        else { return look }
        // The chain's end is compared here too, so that a copy is noticed at once.
        try device.check(request.chain)
        look.reply = try reply(
            to: request, IngestResult(device: device), at: now, within: limits)
        return look
    }

    /// What there is for a device.
    fileprivate func reply(
        to request: SyncRequest, _ ingest: IngestResult, at now: Timestamp,
        within limits: CentralLimits
    ) throws -> SyncReply {
        var reply = SyncReply(
            accepted: ChainEnd(seq: ingest.device.seq, hash: ingest.device.chainHash), time: now)
        reply.refusals = ingest.refusals
        reply.neededRecords = ingest.neededRecords
        if ingest.awaitsRecovery { reply.requests.append(.awaitRecovery) }
        if request.batches != nil { reply.answerBatches(.readsColumns) }
        var pull = CentralPull(
            self, device: ingest.device, wantedBytes: request.wantedBytes, within: limits)
        pull.addOthers(ingest.othersRecords)
        try pull.fill(&reply, for: request)
        if reply.hasMore, let position = reply.cursor?.position {
            reply.refusals = try refusals(
                reply.refusals, at: position, of: ingest.device.replica)
        }
        return reply
    }

    /// Whether nothing is to be sent but what came of the request: then the reply is no work.
    fileprivate func hasNothingElse(
        for request: SyncRequest, _ result: IngestResult
    ) throws -> Bool {
        guard request.states == nil, request.fetchedRecords.isEmpty, request.heldCopies.isEmpty,
            request.bucketDigests == nil, request.resumeMark == nil, result.refusals.isEmpty,
            result.neededRecords.isEmpty, request.knows(try epoch().id),
            let cursor = request.cursor, try cursor.hash == commitHash(at: cursor.position)
        else { return false }
        return try feedPage(
            ofOffice: result.device.office, after: cursor.position, except: request.replica,
            countMax: 1
        ).isEmpty
    }
}

extension SyncReply {
    /// Whether there is no news in it.
    fileprivate func isNothing(to request: SyncRequest) -> Bool {
        itemCount == 0 && !hasMore && !requests.contains(.syncNow) && request.knows(epoch)
            && accepted.seq >= request.chain.seq
    }
}

extension SyncRequest {
    /// Whether the device knows central's epoch; one of an older revision knows none, and goes on.
    func knows(_ present: UInt64?) -> Bool {
        epoch == nil || epoch?.epoch == present
    }

    /// Whether nothing is left on either side after this reply.
    fileprivate func isComplete(with reply: SyncReply) -> Bool {
        !reply.hasMore && pendingCount == 0 && reply.neededRecords.isEmpty
            && reply.accepted.seq >= chain.seq && knows(reply.epoch)
            && reply.bucketListing?.buckets.isEmpty ?? true
    }

    /// Whether it brings something that is taken in a write transaction.
    fileprivate var isForWriter: Bool { push != nil || states != nil }

    /// Whether it has leave to wait for news.
    fileprivate var isBell: Bool {
        waitSeconds > 0 && push == nil && states == nil && bucketDigests == nil
    }
}
