internal import Foundation

/// An executor whose jobs may block or compute for long: it has threads of its own, so that those of
/// Swift's pool, as few as the machine's cores, are left to what waits for them.
public final class BlockingExecutor: TaskExecutor {
    /// The executor.
    public static let shared = BlockingExecutor()

    private let queue: OperationQueue = {
        let queue = OperationQueue()
        // An end-to-end test drives two or three programs.
        queue.maxConcurrentOperationCount = 3
        return queue
    }()

    /// Runs a job on one of the threads.
    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.addOperation { [self] in job.runSynchronously(on: asUnownedTaskExecutor()) }
    }
}
