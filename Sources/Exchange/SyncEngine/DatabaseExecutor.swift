internal import Dispatch

/// A serial executor over a dispatch queue of its own: SQLite blocks its thread, which must not be one
/// of the cooperative pool's.
final class DatabaseExecutor: SerialExecutor {
    private static let labelKey = DispatchSpecificKey<String>()

    private let queue: DispatchQueue

    /// The label of the executor that runs the caller; `nil` for the cooperative pool's threads.
    static var currentLabel: String? { DispatchQueue.getSpecific(key: labelKey) }

    init(label: String) {
        queue = DispatchQueue(label: label)
        queue.setSpecific(key: Self.labelKey, value: label)
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }
}
