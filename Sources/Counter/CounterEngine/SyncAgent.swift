// The loop around `AgentMachine`: it gathers what happens, and does what the machine says. One thing
// at a time: while it syncs it does not wait at central, so that one connection serves both.

internal import Causality
public import Crypto
public import Store
internal import Wire

/// What an agent is doing, for whoever asks.
public enum AgentState: Sendable {
    /// It syncs.
    case syncing
    /// All was exchanged; the next sync is due after this, or when something happens.
    case waiting(SyncReport, next: Duration)
    /// The last try failed; the next one is after this, or when the network changes.
    case failed(SyncReport, next: Duration)
    /// Another program syncs this replica, or its file cannot be used now.
    case hindered(any Error, next: Duration)
    /// It goes on waiting, but less long at once: something on the way cuts longer waits.
    case waitsShorter(cutSeconds: UInt64, seconds: UInt64)
}

/// Syncs a replica for as long as it runs.
public actor SyncAgent<Replica: CounterStore> {
    /// Runs a sync unless another program is at it; throws what hinders it.
    public typealias Sync = @Sendable (CounterSession<Replica>) async throws -> SyncReport
    /// A session for the address of central that the replica has now, and by what it knows central.
    public typealias MakeSession =
        @Sendable (_ centralURL: String, _ trust: CentralTrust) throws -> CounterSession<Replica>

    private enum Happening: Sendable {
        case event(AgentMachine.Event)
        /// The time set by this wait is over.
        case time(wait: Int)
        case stop
    }

    private let executor = DatabaseExecutor(label: "counter.agent")
    private let store: Replica
    private let makeSession: MakeSession
    private let perform: Sync
    private let timer: any Clock<Duration>
    private let random: any RandomSource
    private let backoff: RetryPolicy
    private let limits: CounterLimits.Agent
    private let report: @Sendable (AgentState) -> Void
    private let happenings: AsyncStream<Happening>
    private let continuation: AsyncStream<Happening>.Continuation
    private var machine: AgentMachine
    private var session: (url: String, trust: CentralTrust, session: CounterSession<Replica>)?
    private var waits = 0
    /// Those who wait for a sync that begins from now on.
    private var wishes: [CheckedContinuation<Result<SyncReport, any Error>, Never>] = []
    private var hasEnded = false
    private var timeKeeper: Task<Void, Never>?
    private var listener: Task<Void, Never>?

    /// Runs on a thread of its own: a store may block, and so may who is told of its state.
    public nonisolated var unownedExecutor: UnownedSerialExecutor {
        executor.asUnownedSerialExecutor()
    }

    /// Prepares an agent.
    ///
    /// - Parameters:
    ///   - store: the replica's, which is the agent's own from now on; sessions have theirs.
    ///   - report: told of every change of state.
    public init(
        store: sending Replica, schedule: AgentSchedule,
        timer: any Clock<Duration> = ContinuousClock(),
        random: any RandomSource = SystemRandomSource(),
        limits: CounterLimits.Agent = CounterLimits.standard.agent,
        makeSession: @escaping MakeSession, sync: @escaping Sync,
        report: @escaping @Sendable (AgentState) -> Void
    ) {
        self.store = store
        machine = AgentMachine(schedule, within: limits, random: random)
        self.timer = timer
        self.random = random
        backoff = schedule.backoff
        self.limits = limits
        self.makeSession = makeSession
        perform = sync
        self.report = report
        (happenings, continuation) = AsyncStream.makeStream(
            bufferingPolicy: .bufferingNewest(limits.happeningsMax))
    }

    /// Tells it that the machine's network changed.
    public nonisolated func noteNetworkChange() {
        continuation.yield(.event(.networkChange))
    }

    /// Syncs now, or after the sync that is under way.
    ///
    /// - Returns: what came of it.
    /// - Throws: what hinders a sync; `CancellationError` when the agent ends before.
    public func syncNow() async throws -> SyncReport {
        guard !hasEnded else { throw CancellationError() }
        return try await withCheckedContinuation {
            wishes.append($0)
            continuation.yield(.event(.wish))
        }.get()
    }

    /// Asks it to end; a sync that is under way is given up between two exchanges at the latest.
    public nonisolated func stop() {
        continuation.yield(.stop)
        continuation.finish()
    }

    /// Syncs at once, and then until it is stopped.
    public func run() async {
        let elapsed = timer.stopwatch()
        let watch = watchForLocalChanges()
        defer { watch.cancel() }
        await act(on: .sync, elapsed)
        for await happening in happenings {
            switch happening {
            case .stop: return end()
            case .time(let wait) where wait != waits: continue
            case .time: await take(.timeReached, elapsed)
            case .event(.localChange) where !hasPendingChanges: continue
            case .event(.wish) where wishes.isEmpty: continue
            case .event(let event): await take(event, elapsed)
            }
        }
        end()
    }
}

extension SyncAgent {
    private func take(_ event: AgentMachine.Event, _ elapsed: () -> Duration) async {
        await act(on: machine.next(event, at: elapsed()), elapsed)
    }

    private func act(on first: AgentMachine.Action, _ elapsed: () -> Duration) async {
        var action = first
        while case .sync = action {
            endWait()
            // What it waited with ends before the connection is used.
            await listener?.value
            report(.syncing)
            action = await sync(elapsed)
            // Who asked while it was under way asked for what was written meanwhile.
            if !wishes.isEmpty { action = machine.next(.wish, at: elapsed()) }
        }
        if case .wait(let delay, let atCentral) = action { beginWait(delay, atCentral: atCentral) }
    }

    private func sync(_ elapsed: () -> Duration) async -> AgentMachine.Action {
        let asking = wishes
        wishes = []
        do {
            let session = try currentSession()
            let done = try await perform(session)
            if !asking.isEmpty { await session.confirm() }
            for one in asking { one.resume(returning: .success(done)) }
            let event: AgentMachine.Event =
                switch done.outcome {
                case .synced, .refused: .synced
                case .diverged: .diverged
                case .unreachable, .interrupted, .denied, .failed:
                    .failed(done.failure ?? .interrupted(reason: "not said"))
                }
            let action = machine.next(event, at: elapsed())
            if case .wait(let delay, _) = action {
                report(
                    event == .synced ? .waiting(done, next: delay) : .failed(done, next: delay))
            }
            return action
        } catch {
            for one in asking { one.resume(returning: .failure(error)) }
            let action = machine.next(.hindered, at: elapsed())
            if case .wait(let delay, _) = action { report(.hindered(error, next: delay)) }
            // What lies at the path now is for whoever starts the agent again to open.
            if case StoreError.displaced = error { stop() }
            return action
        }
    }

    private func watchForLocalChanges() -> Task<Void, Never> {
        Task {
            var seen: Int64?
            while (try? await timer.sleep(for: limits.watchInterval)) != nil {  // until cancelled
                if isDisplaced {
                    continuation.yield(.event(.localChange))
                    return
                }
                guard let version = try? store.dataVersion, version != seen else { continue }
                seen = version
                if hasPendingChanges { continuation.yield(.event(.localChange)) }
            }
        }
    }

    private func currentSession() throws -> CounterSession<Replica> {
        let (url, trust) = try store.view { view in
            (try view.enrolledIdentity().identity.centralURL, try view.centralTrust())
        }
        if let session, session.url == url, session.trust == trust { return session.session }
        let made = try makeSession(url, trust)
        session = (url, trust, made)
        return made
    }

    /// Whether the file that is open is no longer the one at its path.
    private var isDisplaced: Bool {
        do {
            try store.view { _ in }
            return false
        } catch StoreError.displaced {
            return true
        } catch {
            return false
        }
    }

    private var hasPendingChanges: Bool {
        // A file that cannot be read now is the next sync's affair.
        (try? store.view { try $0.enrolledIdentity().identity.pendingCount > 0 }) ?? true
    }

    private func beginWait(_ delay: Duration, atCentral: Bool) {
        endWait()
        let (wait, timer, continuation) = (waits, timer, continuation)
        timeKeeper = Task {
            guard (try? await timer.sleep(for: delay)) != nil else { return }  // cancelled
            continuation.yield(.time(wait: wait))
        }
        guard atCentral, let session = session?.session else { return }
        let (backoff, random, noRoomPause) = (backoff, random, limits.noRoomPause)
        listener = Task { [report] in
            while !Task.isCancelled {
                do {
                    // A wait that central ended without news goes on, and so does one of which was
                    // learned how long the next may be.
                    let isNews = try await session.waitForNews(learned: {
                        report(.waitsShorter(cutSeconds: $0, seconds: $1))
                    })
                    if isNews { break }
                } catch SyncFailure.busy(let seconds) {
                    // There is no room to wait, which is no reason to sync.
                    let pause = backoff.pause(
                        noRoomFor: seconds, orElse: noRoomPause, random: random)
                    guard (try? await timer.sleep(for: pause)) != nil else { return }
                } catch {
                    break
                }
            }
            if !Task.isCancelled { continuation.yield(.event(.newsOrBrokenLink)) }
        }
    }

    private func end() {
        endWait()
        hasEnded = true
        for one in wishes { one.resume(returning: .failure(CancellationError())) }
        wishes = []
    }

    private func endWait() {
        waits += 1
        timeKeeper?.cancel()
        listener?.cancel()
    }
}
