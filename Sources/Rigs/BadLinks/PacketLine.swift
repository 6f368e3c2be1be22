internal import Demonstration
internal import SeededRandom

/// One direction of a link, as numbers: when each packet comes out at the other end. The same seed
/// meets the same packets with the same fate.
struct PacketLine {
    private let condition: LinkCondition
    private var chance: SeededGenerator
    /// When the last byte that waits before a slow line will have left.
    private var freeAt = Duration.zero

    /// Whether nothing gets through.
    var isCut = false
    /// Packets that were lost here.
    private(set) var lostCount = 0

    init(_ condition: LinkCondition, seed: UInt64) {
        self.condition = condition
        chance = SeededGenerator(seed: seed)
    }

    /// When a packet that is sent now arrives: never, once or twice.
    mutating func arrivals(ofBytes bytes: Int, at now: Duration) -> [Duration] {
        guard !isCut, !happens(condition.loss) else { return lose() }
        var departure = now
        if let rate = condition.bytesPerSecond {
            let start = max(freeAt, now)
            let waitingBytes = (start - now) / .seconds(1) * Double(rate)
            guard waitingBytes <= Double(condition.queueBytesMax) else { return lose() }
            freeAt = start + .seconds(1) * bytes / rate
            departure = freeAt
        }
        let copies = happens(condition.duplication) ? 2 : 1
        return (0..<copies).map { _ in departure + condition.delay + condition.jitter * part() }
    }

    private mutating func lose() -> [Duration] {
        lostCount += 1
        return []
    }

    private mutating func happens(_ probability: Double) -> Bool {
        probability > 0 && part() < probability
    }

    /// A number from 0 to below 1.
    private mutating func part() -> Double {
        Double(chance.next() >> 11) / Double(1 << 53)
    }
}
