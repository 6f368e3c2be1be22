// Who waits at central for news, and who wakes them. `central` commands write from processes of their
// own, so somebody has to look whether the file has changed. One does, for all: it reads the new rows of
// the feed once and wakes those whose scope they touch. Who waits costs a continuation and an entry.
//
// Nothing is missed: who waits is entered here before the look at the feed that finds nothing. What was
// committed before that look is found by it; what comes later is found by the watch, whose mark is
// older. A wake that was for nothing costs a look.

internal import Causality
internal import Store
internal import Synchronization

/// One who waits.
struct NewsTicket: Hashable, Sendable {
    fileprivate let number: UInt64
}

/// Wakes those who wait for what concerns them.
final class NewsWatch<Store: CentralNodeStore>: Sendable {
    private struct Waiter {
        let office: String
        let replica: ReplicaID
        let second: Int
        /// News that came while nobody was looking.
        var isRung = false
        var isOver = false
        var continuation: CheckedContinuation<Bool, Never>?
    }

    private struct State {
        var waiters: [UInt64: Waiter] = [:]
        var byOffice: [String: Set<UInt64>] = [:]
        var byReplica: [ReplicaID: Set<UInt64>] = [:]
        /// Whose time is over in which second, so that nobody needs a timer.
        var bySecond: [Int: Set<UInt64>] = [:]
        var last: UInt64 = 0
        /// The second through which times that are over have been told.
        var secondDone = 0
        var isWatching = false
        /// Who is told of all news, by number.
        var listeners: [UInt64: AsyncStream<CentralNews>.Continuation] = [:]
    }

    private let reader: NewsReader<Store>
    private let limits: CentralLimits
    private let elapsed: @Sendable () -> Duration
    private let state = Mutex(State())

    /// Takes a store of its own.
    ///
    /// - Throws: what the store throws.
    init(_ store: sending Store, within limits: CentralLimits = .standard) throws {
        reader = try NewsReader(store)
        self.limits = limits
        elapsed = ContinuousClock().stopwatch()
    }

    /// How many wait.
    var waiterCount: Int { state.withLock { $0.waiters.count } }

    /// The devices that wait.
    var waitingDevices: Set<ReplicaID> { state.withLock { Set($0.byReplica.keys) } }

    /// Enters one who is going to wait so long at most, before he looks whether there is anything. To be
    /// ended.
    func begin(office: String, replica: ReplicaID, seconds: UInt64) -> NewsTicket {
        let second = Int(elapsed() / .seconds(1)) + max(Int(clamping: seconds), 1)
        let (number, begins) = state.withLock { state in
            state.last += 1
            let number = state.last
            state.waiters[number] = Waiter(office: office, replica: replica, second: second)
            state.byOffice[office, default: []].insert(number)
            state.byReplica[replica, default: []].insert(number)
            state.bySecond[second, default: []].insert(number)
            defer { state.isWatching = true }
            return (number, !state.isWatching)
        }
        if begins { Task { await watch() } }
        return NewsTicket(number: number)
    }

    /// Waits until there may be something; `false` when the time is over or the task was cancelled.
    func news(for ticket: NewsTicket) async -> Bool {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let answer: Bool? = state.withLock { state in
                    guard let waiter = state.waiters[ticket.number] else { return false }
                    if waiter.isRung {
                        state.waiters[ticket.number]?.isRung = false
                        return true
                    }
                    if waiter.isOver { return false }
                    state.waiters[ticket.number]?.continuation = continuation
                    return nil
                }
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            ring([ticket.number], isOver: true)
        }
    }

    /// Takes out one who has waited.
    func end(_ ticket: NewsTicket) {
        state.withLock { state in
            guard let waiter = state.waiters.removeValue(forKey: ticket.number) else { return }
            Self.remove(ticket.number, from: waiter.office, in: &state.byOffice)
            Self.remove(ticket.number, from: waiter.replica, in: &state.byReplica)
            Self.remove(ticket.number, from: waiter.second, in: &state.bySecond)
        }
    }

    /// All news from now on, for whoever tells of it. Whoever does not take them loses the oldest.
    func all() -> AsyncStream<CentralNews> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: CentralNews.self, bufferingPolicy: .bufferingNewest(limits.listenerNewsMax))
        let (number, begins) = state.withLock { state in
            state.last += 1
            state.listeners[state.last] = continuation
            defer { state.isWatching = true }
            return (state.last, !state.isWatching)
        }
        continuation.onTermination = { [weak self] _ in
            self?.state.withLock { $0.listeners[number] = nil }
        }
        if begins { Task { await watch() } }
        return stream
    }

    /// Wakes those who wait for a device: something about it has changed in this process.
    func ring(_ replica: ReplicaID) {
        ring(state.withLock { $0.byReplica[replica] ?? [] })
    }

    private static func remove<Key: Hashable>(
        _ number: UInt64, from key: Key, in index: inout [Key: Set<UInt64>]
    ) {
        index[key]?.remove(number)
        if index[key]?.isEmpty == true { index[key] = nil }
    }
}

extension NewsWatch {
    private func watch() async {
        while isWanted() {
            do {
                try await Task.sleep(for: limits.newsInterval)
                if let news = try await reader.news() {
                    tell(news)
                    for listener in state.withLock({ Array($0.listeners.values) }) {
                        listener.yield(news)
                    }
                }
            } catch {
                // What cannot be read here is not read there either: each finds out for himself.
                ring(state.withLock { Set($0.waiters.keys) })
            }
            endWaits()
        }
    }

    /// Whether anybody waits; the watch ends when nobody does.
    private func isWanted() -> Bool {
        state.withLock { state in
            state.isWatching = !state.waiters.isEmpty || !state.listeners.isEmpty
            return state.isWatching
        }
    }

    private func tell(_ news: CentralNews) {
        let numbers = state.withLock { state in
            if news.isForAll { return Set(state.waiters.keys) }
            var numbers = Set<UInt64>()
            for office in news.offices { numbers.formUnion(state.byOffice[office] ?? []) }
            for replica in news.devices { numbers.formUnion(state.byReplica[replica] ?? []) }
            return numbers
        }
        ring(numbers)
    }

    private func endWaits() {
        let now = Int(elapsed() / .seconds(1))
        let numbers = state.withLock { state in
            var numbers = Set<UInt64>()
            guard state.secondDone < now else { return numbers }
            state.secondDone = now
            for (second, waiters) in state.bySecond where second <= now {
                numbers.formUnion(waiters)
            }
            return numbers
        }
        ring(numbers, isOver: true)
    }

    private func ring(_ numbers: Set<UInt64>, isOver: Bool = false) {
        guard !numbers.isEmpty else { return }
        let continuations = state.withLock { state in
            numbers.compactMap { number -> CheckedContinuation<Bool, Never>? in
                guard var waiter = state.waiters[number] else { return nil }
                let continuation = waiter.continuation
                waiter.continuation = nil
                if isOver { waiter.isOver = true }
                if !isOver, continuation == nil { waiter.isRung = true }
                state.waiters[number] = waiter
                return continuation
            }
        }
        for continuation in continuations { continuation.resume(returning: !isOver) }
    }
}

/// The watch's own way to central's store.
private actor NewsReader<Store: CentralNodeStore> {
    private let executor = DatabaseExecutor(label: "central.news")
    private let store: Store
    private var version: Int64
    private var mark: NewsMark

    nonisolated var unownedExecutor: UnownedSerialExecutor {
        executor.asUnownedSerialExecutor()
    }

    init(_ store: sending Store) throws {
        // First: what is written between the two is looked at once more.
        version = try store.dataVersion
        mark = try store.view { try $0.newsMark() }
        self.store = store
    }

    /// What was written since the last call; `nil` when nothing was.
    func news() throws -> CentralNews? {
        let present = try store.dataVersion
        guard present != version else { return nil }
        let mark = mark
        let news = try store.view { try $0.news(after: mark) }
        (version, self.mark) = (present, news.mark)
        return news
    }
}
