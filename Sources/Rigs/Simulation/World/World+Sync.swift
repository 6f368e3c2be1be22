internal import Causality
internal import CentralEngine
internal import CounterEngine
internal import CounterFiles
internal import Crypto
internal import Demonstration
internal import MemoryStore
internal import Replication
internal import SeededRandom
internal import Store
internal import Wire

/// A reply and its bytes as they arrive.
private struct Answer {
    var reply: SyncReply
    var bytes: [UInt8]
}

extension World {
    /// A device syncs, over a good link or in the weather of the plan.
    func sync(_ event: Event, isGood: Bool) async throws {
        guard let device = devices[event.device] else { return }
        var exchange = ExchangeInProgress(
            slot: event.device, label: "e\(event.number)",
            token: try device.store.enrolled().identity.token,
            generator: SeededGenerator(seed: event.seed), isGood: isGood,
            exchangesLeft: ExchangeInProgress.exchangesMax)
        if isDrawing {
            draw(&exchange, event)
        } else {
            exchange.script = details.sync ?? ScriptedSync()
        }
        exchange.isDrawn = isDrawing
        var options = SyncOptions()
        if let bytes = exchange.script.pushBytes { options.pushBytes = bytes }
        if let bytes = exchange.script.pullBytes { options.pullBytes = bytes }
        options.takesNewToken = exchange.script.takesNewToken
        exchange.exchangesLeft = exchange.script.exchangesLeft ?? ExchangeInProgress.exchangesMax
        if let death = exchange.script.death {
            exchange.death = Death(
                disk: device.disk, copy: nextPath(event.device),
                repliesLeft: death.isWaiting ? .max : death.replies, share: death.share)
            exchange.dyingExchange = death.isWaiting ? death.replies : nil
        }
        try await sync(device, options, exchange)
    }

    /// Draws the weather of a sync; what happens to each exchange is drawn when it happens.
    private func draw(_ exchange: inout ExchangeInProgress, _ event: Event) {
        var generator = exchange.generator
        if generator.happens(perMille: plan.weather.tinyChunks) {
            exchange.script.pushBytes = generator.element(of: [1, 200, 1_000, 5_000])
            exchange.script.pullBytes = generator.element(of: [1, 200, 1_000, 5_000])
        }
        // Drawn from nothing else, so that the rest of a known seed's history stays as it was.
        exchange.script.takesNewToken = event.seed % 6 == 0
        exchange.generator = generator
        guard !exchange.isGood else { return }
        exchange.script.exchangesLeft = generator.number(in: 1...14)
        guard generator.happens(perMille: plan.weather.deaths) else { return }
        let replies = generator.number(in: 1...3)
        let isWaiting = generator.happens(perMille: 400)
        exchange.script.death = ScriptedSync.MachineDeath(
            replies: replies, isWaiting: isWaiting,
            share: generator.happens(perMille: 500) ? 1000 : generator.number(in: 0...999))
    }

    /// Runs a session and looks at what it says of itself.
    @discardableResult
    func sync(
        _ device: SimulatedDevice, _ options: SyncOptions, _ begun: ExchangeInProgress
    ) async throws -> SyncReport {
        exchange = begun
        defer {
            if begun.isDrawn { details.sync = exchange?.script }
            exchange = nil
        }
        let death = begun.death
        let report =
            switch device.disk {
            case .file(let path):
                try await CounterSession(
                    path: path, transport: Link(self), clock: device.clock, timer: StillClock(),
                    random: random, options: options, limits: plan.limits.ofCounters
                ).sync { _ in death?.noteReply() }
            case .memory(let disk):
                try await CounterSession(
                    store: MemoryReplica(disk), transport: Link(self), clock: device.clock,
                    timer: StillClock(), random: random, options: options,
                    limits: plan.limits.ofCounters
                ).sync { _ in death?.noteReply() }
            }
        if let copy = death?.copy {
            try goOn(device.slot, from: copy)
            log("  died; goes on from \(try summary(device.slot))")
            try checkCausalView(of: device.slot)
            return report
        }
        log(
            "  \(report.outcome) \(report.pushed)↑ \(report.pulled)↓ \(report.roundTrips)× "
                + "\(report.failure.map { "\($0)" } ?? "") \(try summary(device.slot))")
        try check(report, of: device)
        try checkReceipts(report, of: device)
        try checkCausalView(of: device.slot)
        return report
    }

    private func summary(_ slot: Int) throws -> String {
        guard let device = devices[slot] else { return "" }
        let digest = try device.store.scopeDigest(ofOffice: device.office)
        let identity = try device.store.enrolled().identity
        return "\(digest.recordCount) records \(digest.digest.description.prefix(12)) "
            + "seq \(identity.seq) pushed \(identity.pushedSeq)"
    }

    /// Carries a request of the sync that is under way.
    func carry(
        _ request: SyncRequest, token: String
    ) async -> Result<[UInt8], SyncFailure> {
        guard var now = exchange else { return .failure(.unreachable(reason: "no sync")) }
        now.token = token
        now.exchangeCount += 1
        now.exchangesLeft -= 1
        now.death?.noteRequest()
        if now.exchangeCount == now.dyingExchange { now.death?.dieNow() }
        let isDead = now.death?.isOver == true
        // A machine that died sends nothing more, but what it sent may be on its way.
        let isOnItsWay = now.exchangeCount == now.dyingExchange
        guard now.exchangesLeft >= 0, !isDead || isOnItsWay else {
            exchange = now
            return .failure(.unreachable(reason: "the link is down"))
        }
        var happening = now.script.exchange(now.exchangeCount)
        let isPeopled = !isDead && !now.isGood
        if now.isDrawn, !now.isGood, now.generator.happens(perMille: plan.weather.linkFaults) {
            happening.fate = now.generator.element(of: Fate.allCases)
        }
        if isPeopled { happening.before = editMeanwhile(&now, happening.before) }
        let reply = await carry(request.encoded(), &happening, &now)
        if isPeopled { happening.after = editMeanwhile(&now, happening.after) }
        if now.isDrawn, !happening.isPlain { now.script.exchanges.append(happening) }
        now.death?.noteRequest()
        log(words(request, reply))
        exchange = now
        return reply.map { $0.bytes }
    }

    /// Carries a device's new token of the sync that is under way.
    func carry(_ replacement: TokenReplacement) async throws(SyncFailure) -> TokenReceipt {
        guard let now = exchange, now.exchangesLeft > 0, now.death?.isOver != true else {
            throw .unreachable(reason: "the link is down")
        }
        // Its own chance decides what becomes of it, and the generator is left alone.
        let chance = now.isGood ? 0xFF : (replacement.tokenHash.bytes.first ?? 0) & 7
        let drawn: TokenFate = chance == 0 ? .requestLost : chance == 1 ? .replyLost : .arrives
        let fate = now.isDrawn ? drawn : now.script.tokenFate(now.tokenCount)
        exchange?.tokenCount += 1
        if now.isDrawn { exchange?.script.tokenFates.append(fate) }
        log("    token \(replacement.generation) \(fate)")
        guard fate != .requestLost else { throw .interrupted(reason: "\(fate)") }
        let receipt = try await central.node.replaceToken(replacement)
        guard fate != .replyLost else { throw .interrupted(reason: "\(fate)") }
        return receipt
    }

    /// What was asked and answered, without the content.
    private func words(
        _ request: SyncRequest, _ reply: Result<Answer, SyncFailure>
    ) -> String {
        let push = request.push.map { "push \($0.firstSeq)" } ?? "no push"
        let place =
            request.resumeMark == nil
            ? request.cursor.map { "\($0.position)" } ?? "nowhere" : "a mark"
        var line = "    at \(request.chain.seq), \(push), from \(place)"
        if !request.fetchedRecords.isEmpty { line += ", \(request.fetchedRecords.count) wanted" }
        if request.states != nil { line += ", states" }
        if let digests = request.bucketDigests { line += ", buckets from \(digests.firstBucket)" }
        if request.rotation != nil { line += ", a new identity" }
        switch reply {
        case .failure(let failure): line += " → \(failure)"
        case .success(let answer):
            let reply = answer.reply
            line += " → \(reply.accepted.seq), \(reply.itemCount) items"
            line += reply.cursor.map { ", to \($0.position)" } ?? ""
            line += reply.hasMore ? ", more" : ""
            line += reply.refusals.map { ", \($0.seq) \($0.code.rawValue)" }.joined()
            line += reply.neededRecords.isEmpty ? "" : ", needs states"
            line += reply.requests.isEmpty ? "" : ", asks \(reply.requests.map(\.rawValue))"
            line += request.epoch?.epoch == reply.epoch ? "" : ", a new epoch"
        }
        return line
    }

    private func carry(
        _ bytes: [UInt8], _ happening: inout ScriptedSync.Exchange,
        _ now: inout ExchangeInProgress
    ) async -> Result<Answer, SyncFailure> {
        var bytes = bytes
        let fate = happening.fate
        let lost = Result<Answer, SyncFailure>.failure(.interrupted(reason: "\(fate, default: "")"))
        let stray = StrayRequest(
            name: "\(now.label)x\(now.exchangeCount)", bytes: bytes, token: now.token)
        if let fate { log("  \(fate)") }
        switch fate {
        case .requestLost: return lost
        case .requestDelayed:
            strays.append(stray)
            return lost
        case .requestEchoed: strays.append(stray)
        case .requestRepeated: _ = await deliver(bytes, token: now.token)
        case .requestTruncated: cut(&bytes, &happening, &now)
        case .replyLost, .replyTruncated, nil: break
        }
        if now.isDrawn, !now.isGood,
            now.generator.happens(perMille: plan.weather.centralDeaths)
        {
            happening.centralDeath = ScriptedSync.CentralDeath(
                readings: now.generator.number(in: 1...4),
                share: now.generator.happens(perMille: 500)
                    ? 1000 : now.generator.number(in: 0...999))
        }
        let result =
            if let death = happening.centralDeath {
                await deliverToDyingCentral(bytes, death, &now)
            } else {
                await deliver(bytes, token: now.token)
            }
        guard case .success(let reply) = result else {
            return result.map { Answer(reply: $0, bytes: []) }
        }
        var answer = reply.encoded()
        if fate == .replyLost { return lost }
        if fate == .replyTruncated { cut(&answer, &happening, &now) }
        return .success(Answer(reply: reply, bytes: answer))
    }

    /// Cuts a message short.
    private func cut(
        _ bytes: inout [UInt8], _ happening: inout ScriptedSync.Exchange,
        _ now: inout ExchangeInProgress
    ) {
        let count = happening.cut ?? (1 + now.generator.number(below: bytes.count - 1))
        happening.cut = count
        bytes.removeLast(min(count, bytes.count - 1))
        now.isDamaged = true
    }

    /// Brings a request to a central that dies between two of its transactions, or while it writes
    /// one to disk; then central goes on from what is on disk.
    private func deliverToDyingCentral(
        _ bytes: [UInt8], _ scripted: ScriptedSync.CentralDeath, _ now: inout ExchangeInProgress
    ) async -> Result<SyncReply, SyncFailure> {
        let death = Death(
            disk: central.disk, copy: nextCentralPath(), repliesLeft: scripted.readings,
            share: scripted.share)
        centralClock.onReading {
            death.noteReply()
            death.noteRequest()
        }
        let result = await deliver(bytes, token: now.token)
        centralClock.onReading(nil)
        guard let copy = death.copy else { return result }
        now.hasCentralDied = true
        do {
            try startCentral(from: copy)
            log("  central died")
        } catch {
            return .failure(.centralStore(reason: "the copy cannot be opened: \(error)"))
        }
        return .failure(.interrupted(reason: "central died"))
    }

    /// A clerk writes on the same file while the sync waits.
    ///
    /// - Returns: what; `nil` when nobody does.
    private func editMeanwhile(
        _ now: inout ExchangeInProgress, _ scripted: [ScriptedEdit]?
    ) -> [ScriptedEdit]? {
        if now.isDrawn {
            guard now.generator.happens(perMille: plan.weather.meanwhile) else { return nil }
        } else if scripted == nil {
            return nil
        }
        guard let device = devices[now.slot] else { return scripted }
        now.editCount += 1
        var source = EditSource(
            "\(now.label)m\(now.editCount)", now.generator, now.isDrawn ? nil : scripted)
        do {
            let writes = try writeAtCounter(device, &source)
            for write in writes { ledger.add(write) }
        } catch {
            fault = "a clerk could not write during a sync: \(error)"
        }
        now.generator = source.generator
        return source.edits
    }
}
