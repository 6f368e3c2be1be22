// What happens beside the packets while two programs sync: the link is cut, central is killed.

internal import Foundation
internal import Synchronization

/// Disturbs a site until it is told to stop.
final class Disturber: Sendable {
    private let site: Site
    private let condition: LinkCondition
    /// Bytes on the link after which central is killed, in their order.
    private let killBytes: [Int]
    private let isStopped = Atomic<Bool>(false)
    private let ended = DispatchSemaphore(value: 0)
    private let state = Mutex((cuts: 0, kills: 0, error: (any Error)?.none))

    /// Begins at once.
    ///
    /// - Parameter cleanBytes: what the link carries in all when nothing disturbs it; the kills are
    ///   spread over it.
    init(_ site: Site, _ condition: LinkCondition, cleanBytes: Int) {
        self.site = site
        self.condition = condition
        let kills = condition.centralKills
        killBytes = (0..<kills).map { cleanBytes * ($0 + 1) / (kills + 1) }
        Thread.detachNewThread { [self] in
            do {
                try run()
            } catch {
                state.withLock { $0.error = error }
            }
            ended.signal()
        }
    }

    /// How often the link was cut, and central killed.
    var counts: (cuts: Int, kills: Int) { state.withLock { ($0.cuts, $0.kills) } }

    /// Ends it, with the link and central as they should be.
    ///
    /// - Throws: what went wrong on the way.
    func stop() throws {
        isStopped.store(true, ordering: .releasing)
        ended.wait()
        if let error = state.withLock(\.error) { throw error }
    }

    /// Waits until it is time to look again whether its time has come or it is to stop. The disturber has
    /// a thread of its own, which nobody else waits for.
    private func pause() {
        Thread.sleep(forTimeInterval: 0.01)
    }

    private func run() throws {
        if let cuts = condition.cuts {
            while !isStopped.load(ordering: .acquiring) { try cut(cuts) }
        }
        for bytes in killBytes {
            while site.network.relay.counts.bytes < bytes {
                if isStopped.load(ordering: .acquiring) { return }
                pause()
            }
            try site.stopCentral(SIGKILL)
            state.withLock { $0.kills += 1 }
            try site.startCentral()
        }
    }

    private func cut(_ cuts: LinkCondition.Cuts) throws {
        guard sleep(cuts.up) else { return }
        site.network.relay.setCut(true, forgetsConnections: cuts.forgetsConnections)
        if cuts.takesDeviceDown { try site.network.setDevice(up: false) }
        state.withLock { $0.cuts += 1 }
        _ = sleep(cuts.down)
        if cuts.takesDeviceDown { try site.network.setDevice(up: true) }
        site.network.relay.setCut(false)
    }

    /// Whether it was not told to stop meanwhile.
    private func sleep(_ duration: Duration) -> Bool {
        let end = ContinuousClock.now + duration
        while ContinuousClock.now < end {
            if isStopped.load(ordering: .acquiring) { return false }
            pause()
        }
        return true
    }
}
