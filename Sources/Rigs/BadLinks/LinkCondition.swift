/// How bad a link is, and what else happens on it. Figures hold for each direction.
public struct LinkCondition: Sendable {
    /// Its word in tables and options.
    public var name: String
    /// The same for a person, in a few words.
    public var summary: String

    /// From one end to the other.
    var delay = Duration.zero
    /// A random part of this is added: packets overtake one another.
    var jitter = Duration.zero
    /// The part of packets that is lost.
    var loss = 0.0
    /// The part of packets that comes twice.
    var duplication = 0.0
    /// The rate; `nil` for what the machine can do.
    var bytesPerSecond: Int?
    /// Bytes that wait before a slow line at most; what comes then is lost.
    var queueBytesMax = 32 << 10
    /// The largest packet of both ends.
    var mtu = 1_500
    /// When the link is cut.
    var cuts: Cuts?
    /// Every so many replies one is lost after central has committed: 0 for none.
    var replyLossInterval = 0
    /// How often central is killed and started again on the way.
    var centralKills = 0
    /// The proxy in between.
    var proxy: ProxyHabits?
    /// `counter sync --limit-rate`.
    var limitRate: Int?
    /// `counter sync --timeout`.
    var timeoutSeconds: Int?

    /// A link that is cut again and again.
    struct Cuts: Sendable {
        var up = Duration.seconds(3)
        var down = Duration.seconds(2)
        /// Whether the counter's device goes down with it, as that of a modem does.
        var takesDeviceDown = true
        /// Whether connections from before are dead, as behind a new address.
        var forgetsConnections = false
    }

    /// The conditions of the table; the first is the clean one.
    public static let all: [LinkCondition] = [
        LinkCondition("clean", "nothing is in the way"),
        LinkCondition("slow", "64 kbit/s") { $0.bytesPerSecond = 8_000 },
        LinkCondition("far", "300 ms each way") { $0.delay = .milliseconds(300) },
        LinkCondition("lossy", "10 % lost, 300 ms each way, reordered, 1 % twice") {
            ($0.loss, $0.duplication) = (0.1, 0.01)
            ($0.delay, $0.jitter) = (.milliseconds(250), .milliseconds(100))
        },
        LinkCondition("cut", "128 kbit/s, cut for 2 s after every 3 s") {
            $0.bytesPerSecond = 16_000
            $0.cuts = Cuts()
        },
        LinkCondition("redial", "128 kbit/s, a new address every 8 s; --timeout 3") {
            $0.bytesPerSecond = 16_000
            $0.cuts = Cuts(up: .seconds(6), forgetsConnections: true)
            $0.timeoutSeconds = 3
        },
        LinkCondition("replies", "every second reply lost after the commit; --timeout 3") {
            $0.replyLossInterval = 2
            $0.timeoutSeconds = 3
        },
        LinkCondition("mtu", "packets of 576 bytes, 300 ms there and back") {
            $0.mtu = 576
            $0.delay = .milliseconds(150)
        },
        LinkCondition("killed", "128 kbit/s, central killed and started again, 4 times") {
            $0.bytesPerSecond = 16_000
            $0.centralKills = 4
        },
        LinkCondition("proxy", "a proxy that takes 16 KiB, and answers 502, 429, 504 at times") {
            $0.proxy = ProxyHabits()
        },
        LinkCondition("limited", "--limit-rate 16000") { $0.limitRate = 16_000 },
    ]

    /// Makes a condition, clean but for what `change` says.
    init(_ name: String, _ summary: String, _ change: (inout LinkCondition) -> Void = { _ in }) {
        self.name = name
        self.summary = summary
        change(&self)
    }
}
