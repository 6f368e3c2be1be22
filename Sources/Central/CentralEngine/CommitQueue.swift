// Group commit: pieces of work that arrive while a transaction is being written to disk wait and
// share the next one. Each stands alone: what one throws undoes its own part only. A caller is
// answered after the commit, never before.

internal import Causality
internal import ReplicaStore
internal import Synchronization

/// The one writer of a database file, on its own serial executor.
actor CommitQueue {
    /// Pieces of work in one transaction at most: bounds how long one waits for the others.
    private static let batchMax = 64

    /// Answers a caller, after the commit or after its failure.
    private typealias Answer = @Sendable ((any Error)?) -> Void

    private struct Job: Sendable {
        /// Does the work and returns what answers the caller.
        let run: @Sendable (WriteTransaction, ReplicaDatabase) -> Answer
        /// Answers the caller when the transaction could not even begin.
        let fail: @Sendable (any Error) -> Void
    }

    private let executor = DatabaseExecutor(label: "central.writer")
    private let database: ReplicaDatabase
    private let clock: any WallClock
    private var idleCheckpoint: IdleCheckpoint
    private nonisolated let waiting = Mutex<[Job]>([])

    nonisolated var unownedExecutor: UnownedSerialExecutor {
        executor.asUnownedSerialExecutor()
    }

    init(path: String, isNew: Bool, clock: any WallClock) throws {
        database = try ReplicaDatabase(path: path, role: .central, isNew: isNew)
        self.clock = clock
        idleCheckpoint = IdleCheckpoint(path: path)
    }

    /// Moves the write-ahead log into the file when nobody has written since the last call.
    ///
    /// - Returns: whether the file is whole without its log.
    /// - Throws: `StoreError.sqlite`.
    func checkpointWhenIdle() throws -> Bool {
        try idleCheckpoint(database)
    }

    /// Runs `body` in a write transaction, perhaps with others' work, and returns once it is on
    /// disk.
    ///
    /// - Throws: what `body` throws; `StoreError` when the commit fails.
    nonisolated func perform<R: Sendable>(
        _ body: @escaping @Sendable (WriteTransaction, ReplicaDatabase) throws -> R
    ) async throws -> R {
        try await withCheckedThrowingContinuation { continuation in
            let job = Job(
                run: { transaction, database in
                    let result: Result<R, any Error> = Result {
                        try transaction.attempt { try body(transaction, database) }
                    }
                    return { failure in
                        if let failure {
                            continuation.resume(throwing: failure)
                        } else {
                            continuation.resume(with: result)
                        }
                    }
                },
                fail: { continuation.resume(throwing: $0) })
            waiting.withLock { $0.append(job) }
            Task { await commitWaiting() }
        }
    }

    private func commitWaiting() {
        let jobs = waiting.withLock { waiting in
            let batch = Array(waiting.prefix(Self.batchMax))
            waiting.removeFirst(batch.count)
            return batch
        }
        guard !jobs.isEmpty else { return }
        var answers: [Answer] = []
        do {
            try database.write(now: clock.now()) { transaction in
                answers = jobs.map { $0.run(transaction, database) }
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
}
