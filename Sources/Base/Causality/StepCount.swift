#if DEBUG
    internal import Synchronization
#endif

/// Counts the steps of loops whose length comes from outside, so that tests can say how work grows
/// without measuring time. Release builds count nothing.
public enum StepCount {
    #if DEBUG
        private final class Counter: Sendable {
            let steps = Mutex(0)
        }

        @TaskLocal private static var counter: Counter?
    #endif

    /// The steps that `body` took; 0 in release builds.
    public static func counting(_ body: () throws -> Void) rethrows -> Int {
        #if DEBUG
            let counter = Counter()
            try $counter.withValue(counter, operation: body)
            return counter.steps.withLock { $0 }
        #else
            try body()
            return 0
        #endif
    }

    /// Notes that a loop took so many steps.
    public static func note(_ count: @autoclosure () -> Int) {
        #if DEBUG
            guard let counter else { return }
            let count = count()
            counter.steps.withLock { $0 += count }
        #endif
    }
}
