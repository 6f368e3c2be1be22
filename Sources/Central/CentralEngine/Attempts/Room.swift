// Room for what requests become when they are decoded. A kilobyte on the wire may say that it is sixteen
// megabytes, and be: what many such requests together may take is given out here, before anything is
// allocated. Who finds no room waits in line. What is small passes: it takes little, and most syncs are.

internal import Synchronization
internal import Wire

/// A number of bytes that tasks share.
final class Room: Sendable {
    private typealias Waiter = (bytes: Int, enter: CheckedContinuation<Bool, Never>)

    private struct State {
        var left: Int
        var least: Int
        var waiters: [Waiter] = []
    }

    /// The bytes that there are.
    let capacity: Int
    /// What takes no more than this takes no room.
    private let small: Int
    private let line: DecodingBudget.Line
    private let state: Mutex<State>

    init(capacity: Int, small: Int, line: DecodingBudget.Line = DecodingBudget.Line()) {
        self.capacity = capacity
        self.small = small
        self.line = line
        state = Mutex(State(left: capacity, least: capacity))
    }

    /// The most bytes that were taken at once.
    var peak: Int { state.withLock { capacity - $0.least } }

    /// Takes room, or waits for it in line; what is more than there is takes all.
    ///
    /// - Returns: what has to be given back.
    /// - Throws: `SyncFailure.busy` when too many wait already.
    func take(_ wanted: Int) async throws(SyncFailure) -> Int {
        guard wanted > small else { return 0 }
        let bytes = min(wanted, capacity)
        let hasEntered = await withCheckedContinuation { enter in
            let isIn = state.withLock { state -> Bool? in
                if state.waiters.isEmpty, state.left >= bytes {
                    state.left -= bytes
                    state.least = min(state.least, state.left)
                    return true
                }
                guard state.waiters.count < line.waitersMax else { return false }
                state.waiters.append((bytes, enter))
                return nil
            }
            if let isIn { enter.resume(returning: isIn) }
        }
        guard hasEntered else { throw .busy(retryAfterSeconds: line.retrySeconds) }
        return bytes
    }

    /// Gives room back, and lets in who finds some now, in their order.
    func giveBack(_ bytes: Int) {
        guard bytes > 0 else { return }
        let entering = state.withLock { state -> [Waiter] in
            state.left += bytes
            var count = 0
            while count < state.waiters.count, state.waiters[count].bytes <= state.left {
                state.left -= state.waiters[count].bytes
                count += 1
            }
            state.least = min(state.least, state.left)
            defer { state.waiters.removeFirst(count) }
            return Array(state.waiters.prefix(count))
        }
        for waiter in entering { waiter.enter.resume(returning: true) }
    }
}
