// Carries packets between two TUN devices. All that a condition does to them happens here, in one
// thread; what it decides by is in `PacketLine` and `ConnectionFates`.

internal import CLinux
internal import Foundation
internal import Synchronization

/// The link between two namespaces.
final class Relay: Sendable {
    /// The two ends of the link.
    enum End: Int, CaseIterable {
        case counter, central

        var other: End { self == .counter ? .central : .counter }
    }

    /// What has gone over the link.
    struct Counts: Sendable {
        /// Packets that were sent, lost ones included.
        var packets = 0
        /// Their bytes, from the IP header on.
        var bytes = 0
        /// Packets that were lost.
        var lost = 0
        /// Replies that were lost once central had committed.
        var lostReplies = 0
    }

    private static let packetsAtOnceMax = 64
    /// It looks this often, in milliseconds, whether it is to end.
    private static let idleMilliseconds = 20

    private let descriptors: [Int32]
    private let state: Mutex<State>
    private let isStopped = Atomic<Bool>(false)
    private let ended = DispatchSemaphore(value: 0)
    private let start = ContinuousClock.now

    /// Begins to carry packets between two TUN devices, which are its own from now on.
    init(counter: Int32, central: Int32, _ condition: LinkCondition, seed: UInt64) {
        descriptors = [counter, central]
        state = Mutex(State(condition, seed: seed))
        Thread.detachNewThread { [self] in
            while !isStopped.load(ordering: .acquiring) { carry() }
            ended.signal()
        }
    }

    /// Ends it and closes the devices.
    func stop() {
        guard !isStopped.exchange(true, ordering: .acquiringAndReleasing) else { return }
        ended.wait()
        for descriptor in descriptors { close(descriptor) }
    }

    var counts: Counts {
        state.withLock { state in
            var counts = state.counts
            counts.lost = state.lines.reduce(0) { $0 + $1.lostCount } + state.deadCount
            counts.lostReplies = state.fates.lostReplies
            return counts
        }
    }

    /// Lets nothing through, or everything again; a cut may make it forget the connections.
    func setCut(_ isCut: Bool, forgetsConnections: Bool = false) {
        state.withLock { state in
            for end in End.allCases { state.lines[end.rawValue].isCut = isCut }
            if isCut { state.onTheWay = [] }
            if isCut, forgetsConnections { state.fates.forgetConnections() }
        }
    }

    private func carry() {
        var polled = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        let now = start.duration(to: .now)
        let next = state.withLock { $0.onTheWay.first?.arrival }
        let wait = next.map { Int((($0 - now) / .milliseconds(1)).rounded(.up)) }
        poll(
            &polled, nfds_t(polled.count),
            Int32(min(max(wait ?? Self.idleMilliseconds, 0), Self.idleMilliseconds)))
        for end in End.allCases where polled[end.rawValue].revents != 0 { take(from: end) }
        deliver()
    }

    private func take(from end: End) {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        for _ in 0..<Self.packetsAtOnceMax {
            let count = read(descriptors[end.rawValue], &buffer, buffer.count)
            guard count > 0 else { return }
            // The kernels' own talk in IPv6 is no part of the link.
            guard buffer[0] >> 4 == 4 else { continue }
            let now = start.duration(to: .now)
            state.withLock { $0.take(Array(buffer[..<count]), from: end, at: now) }
        }
    }

    private func deliver() {
        let now = start.duration(to: .now)
        for packet in state.withLock({ $0.takeArrived(at: now) }) {
            // A device that is down takes nothing: then it is lost.
            _ = write(descriptors[packet.to.rawValue], packet.bytes, packet.bytes.count)
        }
    }
}

extension Relay {
    private struct Packet {
        var arrival: Duration
        var to: End
        var bytes: [UInt8]
    }

    private struct State {
        var counts = Counts()
        /// Packets that were lost with their connection.
        var deadCount = 0
        var lines: [PacketLine]
        var fates: ConnectionFates
        /// In the order of their arrival.
        var onTheWay: [Packet] = []

        init(_ condition: LinkCondition, seed: UInt64) {
            lines = End.allCases.map {
                PacketLine(condition, seed: seed &* 2 &+ UInt64($0.rawValue))
            }
            fates = ConnectionFates(lossInterval: condition.replyLossInterval)
        }

        mutating func take(_ bytes: [UInt8], from end: End, at now: Duration) {
            counts.packets += 1
            counts.bytes += bytes.count
            var bytes = bytes
            if let packet = TCPPacket(bytes), !lines[end.rawValue].isCut {
                switch fates.fate(of: packet, fromCentral: end == .central) {
                case .passes: break
                case .isLost:
                    deadCount += 1
                    return
                case .isReset: bytes = packet.resetInItsPlace
                }
            }
            for arrival in lines[end.rawValue].arrivals(ofBytes: bytes.count, at: now) {
                let place = onTheWay.lastIndex { $0.arrival <= arrival }.map { $0 + 1 } ?? 0
                onTheWay.insert(Packet(arrival: arrival, to: end.other, bytes: bytes), at: place)
            }
        }

        mutating func takeArrived(at now: Duration) -> [Packet] {
            let count = onTheWay.prefix { $0.arrival <= now }.count
            defer { onTheWay.removeFirst(count) }
            return Array(onTheWay.prefix(count))
        }
    }
}
