internal import Dispatch

/// A serial executor over a dispatch queue of its own: SQLite blocks its thread, which must not be one
/// of the cooperative pool's.
package final class DatabaseExecutor: SerialExecutor {
    private static let labelKey = DispatchSpecificKey<String>()

    private let queue: DispatchQueue

    /// The label of the executor that runs the caller; `nil` for the cooperative pool's threads.
    package static var currentLabel: String? { DispatchQueue.getSpecific(key: labelKey) }

    package init(label: String) {
        queue = DispatchQueue(label: label)
        queue.setSpecific(key: Self.labelKey, value: label)
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }
}
