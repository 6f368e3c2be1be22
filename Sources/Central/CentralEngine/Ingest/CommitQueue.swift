// Group commit: pieces of work that arrive while a transaction is being written to disk wait and
// share the next one. Each stands alone: what one throws undoes its own part only. A caller is
// answered after the commit, never before.
//
// What central only notes of an exchange has time: it goes with the next piece of work, or by itself a
// moment later. Nobody waits for it, and a machine that dies in that moment forgets it.

internal import Causality
internal import Store
internal import Replication
internal import Synchronization

/// The one writer of a store, on its own serial executor.
actor CommitQueue<Store: CentralNodeStore> {
    typealias View = Store.View
    typealias Transaction = Store.Transaction

    /// Answers a caller, after the commit or after its failure.
    private typealias Answer = @Sendable ((any Error)?) -> Void
    /// Does what is left once the transaction has written all that its work came to.
    private typealias Finish = @Sendable (Transaction, View) -> Answer

    private struct Job: Sendable {
        let run: @Sendable (Transaction, View) -> Finish
        /// Answers the caller when the transaction could not even begin.
        let fail: @Sendable (any Error) -> Void
    }

    private struct State {
        var jobs: [Job] = []
        /// Whether somebody is going to take them.
        var isScheduled = false
        /// Whether that happens by the clock.
        var hasTimer = false
        /// Notes among the jobs, by the device that they are of.
        var notes: [ReplicaID: Int] = [:]
    }

    private let executor = DatabaseExecutor(label: "central.writer")
    private let store: Store
    private let clock: any WallClock
    private let limits: CentralLimits
    private nonisolated let state = Mutex(State())

    nonisolated var unownedExecutor: UnownedSerialExecutor {
        executor.asUnownedSerialExecutor()
    }

    init(_ store: sending Store, clock: any WallClock, within limits: CentralLimits) {
        self.store = store
        self.clock = clock
        self.limits = limits
    }

    /// Pieces of work that wait for the next transaction.
    nonisolated var queuedCount: Int { state.withLock { $0.jobs.count } }

    /// Moves what was written to where it rests, when nobody has written since the last call.
    ///
    /// - Returns: whether all rests there.
    /// - Throws: what the store throws.
    func settleWhenIdle() throws -> Bool { try store.settleWhenIdle() }

    /// Runs `body` in a write transaction, perhaps with others' work, and returns once it is on
    /// disk.
    ///
    /// - Throws: what `body` throws; what the store throws when the commit fails.
    nonisolated func perform<R: Sendable>(
        _ body: @escaping @Sendable (Transaction, View) throws -> R
    ) async throws -> R {
        try await withCheckedThrowingContinuation { continuation in
            let job = Job(
                run: { transaction, database in
                    let result = Self.result(transaction) { try body(transaction, database) }
                    return { _, _ in Self.answer(continuation, result) }
                },
                fail: { continuation.resume(throwing: $0) })
            enqueue(job)
        }
    }

    /// As `perform`; then runs `finish` in the same transaction, which sees the digests and the feed as
    /// they are after it, with the work of others in it.
    nonisolated func perform<R: Sendable, S: Sendable>(
        _ body: @escaping @Sendable (Transaction, View) throws -> R,
        finish: @escaping @Sendable (R, Transaction, View) throws -> S
    ) async throws -> S {
        try await withCheckedThrowingContinuation { continuation in
            let job = Job(
                run: { transaction, database in
                    let result = Self.result(transaction) { try body(transaction, database) }
                    return { transaction, database in
                        Self.answer(
                            continuation,
                            result.flatMap { value in
                                Self.result(transaction) {
                                    try finish(value, transaction, database)
                                }
                            })
                    }
                },
                fail: { continuation.resume(throwing: $0) })
            enqueue(job)
        }
    }

    /// Runs `body`, which only notes what happened to a device, with the next work or a moment later.
    /// What it throws is of no consequence: what is not noted counts as not having happened.
    ///
    /// - Throws: as `perform`, where notes do not wait.
    nonisolated func note(
        _ replica: ReplicaID,
        _ body: @escaping @Sendable (Transaction, View) throws -> Void
    ) async throws {
        guard limits.noteDelay > .zero else { return try await perform(body) }
        let isDone: Answer = { [self] _ in
            state.withLock { state in
                let count = state.notes[replica, default: 0]
                state.notes[replica] = count > 1 ? count - 1 : nil
            }
        }
        let job = Job(
            run: { transaction, database in
                _ = Self.result(transaction) { try body(transaction, database) }
                return { _, _ in isDone }
            },
            fail: isDone)
        let (isFull, isFirst) = state.withLock { state in
            state.jobs.append(job)
            state.notes[replica, default: 0] += 1
            defer { state.hasTimer = true }
            return (state.jobs.count >= limits.waitingNotesMax, !state.hasTimer)
        }
        if isFull { schedule() }
        guard isFirst else { return }
        Task { [self] in
            try? await Task.sleep(for: limits.noteDelay)  // nobody cancels it
            state.withLock { $0.hasTimer = false }
            schedule()
        }
    }

    /// Whether something is yet to be noted of a device.
    nonisolated func hasNotes(of replica: ReplicaID) -> Bool {
        state.withLock { $0.notes[replica] != nil }
    }

    /// Whether something is yet to be noted of any device.
    nonisolated var hasNotes: Bool { state.withLock { !$0.notes.isEmpty } }

    private nonisolated func enqueue(_ job: Job) {
        state.withLock { $0.jobs.append(job) }
        schedule()
    }

    private nonisolated func schedule() {
        let isNeeded = state.withLock { state in
            guard !state.isScheduled, !state.jobs.isEmpty else { return false }
            state.isScheduled = true
            return true
        }
        if isNeeded { Task { await commitWaiting() } }
    }

    private func commitWaiting() {
        let jobs = state.withLock { state in
            let batch = Array(state.jobs.prefix(limits.batchJobsMax))
            state.jobs.removeFirst(batch.count)
            return batch
        }
        commit(jobs)
        state.withLock { $0.isScheduled = false }
        schedule()
    }

    private func commit(_ jobs: [Job]) {
        guard !jobs.isEmpty else { return }
        var answers: [Answer] = []
        do {
            try store.transaction(now: clock.now()) { transaction in
                jobs.map { $0.run(transaction, transaction.view) }
            } finish: { finishes, transaction in
                answers = finishes.map { $0(transaction, transaction.view) }
            }
            for answer in answers { answer(nil) }
        } catch {
            if answers.isEmpty {
                for job in jobs { job.fail(error) }
            } else {
                for answer in answers { answer(error) }
            }
        }
    }

    private static func result<R>(
        _ transaction: Transaction, _ body: () throws -> R
    ) -> Result<R, any Error> {
        Result { try transaction.attempt(body) }
    }

    private static func answer<R: Sendable>(
        _ continuation: CheckedContinuation<R, any Error>, _ result: Result<R, any Error>
    ) -> Answer {
        { failure in
            if let failure {
                continuation.resume(throwing: failure)
            } else {
                continuation.resume(with: result)
            }
        }
    }
}
