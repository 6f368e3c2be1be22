// A counter's side of a sync: exchange after exchange until nothing is left on either side. Every
// reply is applied in one transaction, so that a cut at any point loses nothing and repeats at most
// one chunk (promises 3 and 4). No transaction is open while the network is waited for.

public import Causality
public import Crypto
internal import Dossiers
public import Store
internal import Replication
public import Wire

/// How far a sync has come, for a progress bar.
public struct SyncProgress: Sendable {
    /// Changes that central has taken in this sync.
    public var pushed: UInt64
    /// Changes that remain to be pushed.
    public var pending: UInt64
    /// Items that have come from central in this sync.
    public var pulled: UInt64
    /// Items that central says remain.
    public var remaining: UInt64
    /// Bytes that crossed the wire.
    public var traffic: Traffic
    /// How long it waits now before it tries again; `nil` when the link holds.
    public var retryDelay: Duration?
}

/// How to sync.
public struct SyncOptions: Sendable {
    /// Bytes of canonical changes in one push at most; the link decides within.
    public var pushBytes = WireLimits.pushBytesDefault
    /// Bytes of items wanted in one reply at most; the link decides within.
    public var pullBytes = WireLimits.pullBytesDefault
    /// Seconds to wait for news when there is nothing to do.
    public var waitSeconds: UInt64 = 0
    /// Whether batches go in columns where central reads them.
    public var usesColumns = true
    /// The zstd level of requests and replies at least, 1 to 19; on a slow link it is higher.
    public var compressionLevel = Compression.levelDefault
    /// Whether to take a new bearer token first, however old the present one is.
    public var takesNewToken = false
    /// Whether central is told at the end that its last reply arrived: one more exchange, when that
    /// reply brought something. Else the device's next request tells.
    public var confirms = false
    /// How a sync goes on when the link breaks; `nil`: it ends.
    public var retries: RetryPolicy?

    /// The defaults.
    public init() {}
}

/// Syncs one replica with central.
public actor CounterSession<Replica: CounterStore> {
    private let executor = DatabaseExecutor(label: "counter.session")
    let store: Replica
    let transport: any Transport
    let clock: any WallClock
    /// For how long things take, and for waiting.
    let timer: any Clock<Duration>
    let random: any RandomSource
    let options: SyncOptions
    let limits: CounterLimits
    var pace: LinkPace
    var report = SyncReport()
    /// The receipt of this sync, from its first request on.
    var receipt: CounterReceipt?
    /// What the transport had carried when this sync began.
    private(set) var trafficBefore = Traffic()
    /// Whether the last reply brought something, and no later request has told that it arrived.
    var hasUnconfirmedReply = false
    /// What the waits at central since this session began have met.
    var newsWait: NewsWait?
    var neededRecords: [RecordID] = []
    var repair: Repair
    /// Whether pushes go in columns, as far as is known.
    private var sendsColumns = true
    private var lastProgress = SyncProgress(
        pushed: 0, pending: 0, pulled: 0, remaining: 0, traffic: Traffic())

    /// Runs on a thread of its own, since a store may block.
    public nonisolated var unownedExecutor: UnownedSerialExecutor {
        executor.asUnownedSerialExecutor()
    }

    /// Prepares a session over a replica's store, which is its own from now on.
    public init(
        store: sending Replica, transport: any Transport, clock: any WallClock = SystemClock(),
        timer: any Clock<Duration> = ContinuousClock(),
        random: any RandomSource = SystemRandomSource(), options: SyncOptions = SyncOptions(),
        limits: CounterLimits = .standard
    ) {
        self.store = store
        self.transport = transport
        self.clock = clock
        self.timer = timer
        self.random = random
        self.options = options
        self.limits = limits
        pace = LinkPace(within: limits.pace)
        repair = Repair(triesMax: limits.repairsMax)
    }

    /// Syncs until both sides hold the same, or until something stops it.
    ///
    /// - Returns: what was done; `failure` says what stopped it.
    /// - Throws: `StoreError` when this replica's own file fails.
    public func sync(
        progress: @Sendable (SyncProgress) -> Void = { _ in }
    ) async throws -> SyncReport {
        let elapsed = timer.stopwatch()
        try beginAnew()
        do throws(SyncEnd) {
            if options.takesNewToken { try await replaceToken() }
            try await exchangeAll(progress)
            if options.confirms, hasUnconfirmedReply { try await confirmReply() }
            try await replaceTokenIfDue()
        } catch {
            switch error {
            case .failure(let failure): report.failure = failure
            case .store(let error): throw error
            }
        }
        try finish(after: elapsed())
        return report
    }

    /// Forgets the sync before.
    func beginAnew() throws {
        report = SyncReport()
        receipt = nil
        trafficBefore = transport.traffic
        hasUnconfirmedReply = false
        neededRecords = []
        repair = Repair(triesMax: limits.repairsMax)
        sendsColumns = options.usesColumns
        pace = try store.view {
            LinkPace(try $0.enrolledIdentity().identity.link, within: limits.pace)
        }
    }
}

/// What ends a sync before its time.
enum SyncEnd: Error {
    case failure(SyncFailure)
    case store(any Error)
}

extension CounterSession {
    private func exchangeAll(_ progress: (SyncProgress) -> Void) async throws(SyncEnd) {
        var idleRounds = 0
        var rotations = 0
        var failures = 0
        var tokenFailures = 0
        while true {
            let round: Round
            do throws(SyncEnd) {
                round = try await exchangeOnce()
            } catch {
                // A copy of this file has synced other changes.
                if case .failure(.forked(let seq)) = error, rotations < limits.rotationsMax {
                    rotations += 1
                    try await takeNewIdentity(because: .copied, partedBy: seq)
                    continue
                }
                var ending = error
                if tokenFailures < limits.tokenFailuresMax {
                    tokenFailures += 1
                    guard let failed = try await proveByKey(after: error) else { continue }
                    ending = failed
                }
                failures += 1
                try await waitToGoOn(after: ending, failures: failures, progress)
                continue
            }
            failures = 0
            progress(progressNow(round))
            if round.awaitsRecovery, !round.gotSomewhere { throw .failure(.awaitingRecovery) }
            if round.isAtPushLimit {
                try await takeNewIdentity(because: .newEpoch)
                continue
            }
            if round.isDone {
                if round.digestAgrees == false, repair.begin() { continue }
                if round.digestAgrees == true, round.owesCopies {
                    repair.beginCopies()
                    continue
                }
                guard try storing({ try takeWaiting(round) }) else { return }
                continue
            }
            idleRounds = round.gotSomewhere ? 0 : idleRounds + 1
            guard idleRounds < limits.idleRoundsMax else {
                throw .failure(.malformed(what: "reply", reason: "it leads nowhere"))
            }
        }
    }

    /// Takes a new token when central does not know the present one: it has replaced it for a copy of
    /// this file, or was restored from a backup of before.
    ///
    /// - Returns: what ends the sync, or is waited for; `nil` when the sync goes on.
    private func proveByKey(after error: SyncEnd) async throws(SyncEnd) -> SyncEnd? {
        guard case .failure(let failure) = error, failure.isOfToken else { return error }
        do throws(SyncEnd) {
            try await replaceToken()
            return nil
        } catch {
            switch error {
            case .store: throw error
            // Central does not know the key either, or knows no such request: it stays at that.
            case .failure(.notEnrolled), .failure(.refused), .failure(.malformed):
                return .failure(failure)
            case .failure: return error
            }
        }
    }

    private func exchangeOnce() async throws(SyncEnd) -> Round {
        let (request, token) = try storing { try makeRequest() }
        let reply = try await exchange(request, token)
        return try storing { try apply(reply, to: request) }
    }

    /// Waits until it is time to try again.
    ///
    /// - Throws: the error itself, when that would not help.
    private func waitToGoOn(
        after error: SyncEnd, failures: Int, _ progress: (SyncProgress) -> Void
    ) async throws(SyncEnd) {
        guard case .failure(let failure) = error, let retries = options.retries else { throw error }
        // Something on the way takes no body of this size.
        if case .tooLarge = failure, pace.noteTooLarge() { return }
        guard
            let delay = retries.delay(
                after: failure, failures: failures, hasAnswered: report.roundTrips > 0,
                random: random)
        else { throw error }
        report.retries += 1
        var waiting = lastProgress
        waiting.traffic = transport.traffic - trafficBefore
        waiting.retryDelay = delay
        progress(waiting)
        do {
            try await timer.sleep(for: delay)
        } catch {
            throw .failure(failure)
        }
    }

    private func progressNow(_ round: Round) -> SyncProgress {
        lastProgress = SyncProgress(
            pushed: report.accepted + report.refused, pending: round.pending,
            pulled: report.pulled, remaining: round.remaining,
            traffic: transport.traffic - trafficBefore)
        return lastProgress
    }

    func exchange(
        _ request: SyncRequest, _ token: String
    ) async throws(SyncEnd) -> SyncReply {
        do throws(SyncFailure) {
            if sendsColumns, let columns = request.withPushInColumns {
                let reply = try await timed(columns, token)
                if reply.batches == .readsColumns { return reply }
                // An older central has passed over the push, or one that lacks changes: the same
                // request again, and nothing of this reply counts.
                sendsColumns = false
            }
            return try await timed(request, token)
        } catch {
            throw .failure(error)
        }
    }

    /// One exchange, of which the link's pace learns.
    private func timed(
        _ request: SyncRequest, _ token: String
    ) async throws(SyncFailure) -> SyncReply {
        let elapsed = timer.stopwatch()
        let before = transport.traffic
        do throws(SyncFailure) {
            report.note(request)
            let reply = try await transport.exchange(request, token: token)
            report.roundTrips += 1
            pace.dictionary = reply.dictionary
            if request.waitSeconds == 0 {
                pace.noteReply(transport.traffic - before, after: elapsed())
            }
            return reply
        } catch {
            switch error {
            case .interrupted: pace.noteCut()
            case .unsupportedContent where request.dictionary != nil:
                // Another central, an older one, has come in the place of the one that said so.
                pace.dictionary = 0
                var plain = request
                plain.dictionary = nil
                return try await timed(plain, token)
            default: break
            }
            throw error
        }
    }

    func storing<R>(_ body: () throws -> R) throws(SyncEnd) -> R {
        do {
            return try body()
        } catch let failure as SyncFailure {
            throw .failure(failure)
        } catch {
            throw .store(error)
        }
    }
}

extension ReplicaIdentity {
    /// The identity of a device that was enrolled just now.
    public init(enrolled reply: EnrolmentReply, signingSeed: [UInt8], centralURL: String = "") {
        self.init(enrollingAt: centralURL, signingSeed: signingSeed)
        state = .active
        replica = reply.replica
        desk = reply.desk
        office = reply.office
        token = SigningKey(seed: signingSeed).map { BearerToken(of: $0).text } ?? ""
        epoch = reply.epoch
    }

    /// Notes what a reply says of central's epoch. In a new one, what central had acknowledged before
    /// is pushed again under this identity, and what follows under another.
    mutating func note(_ reply: SyncReply, knewEpoch: Bool) {
        if let present = reply.epoch, present != epoch {
            if knewEpoch {
                pushLimit = max(acknowledgedSeq, pushLimit ?? 0)
                acknowledgedSeq = 0
                // A copy may have used the key that was prepared, and central have forgotten it.
                nextSigningSeed = nil
            }
            epoch = present
        }
        acknowledgedSeq = max(acknowledgedSeq, pushedSeq)
    }
}
