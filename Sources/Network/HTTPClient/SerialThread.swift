import Glibc
import Synchronization

/// Runs blocking work one piece after the other, on a thread that exists while there is work.
///
/// Not a dispatch queue: Dispatch stops at 255 threads, and that many clients waiting in long
/// polls would keep everything else in the process from running.
final class SerialThread: Sendable {
    private struct State {
        var work: [@Sendable () -> Void] = []
        var hasThread = false
    }

    private let state = Mutex(State())

    /// Runs work after what was given before; at once and in place if no thread can be had.
    func async(_ work: @escaping @Sendable () -> Void) {
        let needsThread = state.withLock { state in
            state.work.append(work)
            defer { state.hasThread = true }
            return !state.hasThread
        }
        guard needsThread else { return }
        let context = Unmanaged.passRetained(self)
        var thread = pthread_t()
        let result = pthread_create(
            &thread, nil,
            { context in
                guard let context else { return nil }
                Unmanaged<SerialThread>.fromOpaque(context).takeRetainedValue().run()
                return nil
            }, context.toOpaque())
        if result == 0 {
            pthread_detach(thread)
        } else {
            context.takeRetainedValue().run()
        }
    }

    private func run() {
        while let work = next() { work() }
    }

    private func next() -> (@Sendable () -> Void)? {
        state.withLock { state in
            if state.work.isEmpty {
                state.hasThread = false
                return nil
            }
            return state.work.removeFirst()
        }
    }
}
