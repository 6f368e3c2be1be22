internal import Wire

/// All limits and tuning numbers of a counter's engine: a session and an agent are given them when they are
/// made. What both ends have to agree on is in `WireLimits`; what a person wishes of a sync is in `SyncOptions`.
public struct CounterLimits: Hashable, Sendable {
    /// Exchanges in a row at most in which neither side gets anywhere: a bound on our own mistakes. Two may
    /// be right: the device hears of another epoch, and then which states central needs before a push.
    public var idleRoundsMax = 4
    /// New identities in one sync at most: two copies may have got the same one first.
    public var rotationsMax = 3
    /// Times that differences are looked for in one sync: others may write while they are mended.
    public var repairsMax = 2
    /// Records whose states one request asks for: as many as central lets it name.
    public var fetchedRecordsMax = WireLimits.fetchedRecordsMax
    /// Copies of which one request asks whether central lacks them: as many as central lets it name.
    public var heldCopiesMax = WireLimits.fetchedRecordsMax
    /// Places of its chain that a forked device names in one request, two at least: as many as central reads.
    public var probesMax = WireLimits.probesMax

    /// Milliseconds after which a token is replaced, 30 days: a stolen one is of no use for longer.
    public var tokenMillisecondsMax: Int64 = 30 * 86_400_000
    /// Tries in one sync to go on with a new token: a copy may have taken another at the same time.
    public var tokenFailuresMax = 3
    /// Tries in one replacement of a token: a copy of this store may have announced newer ones meanwhile.
    public var tokenTriesMax = 3

    /// How a sync adapts to its link.
    public var pace = Pace()
    /// How long a request waits at central for news.
    public var news = News()
    /// When an agent tries again.
    public var agent = Agent()

    /// How a sync adapts to its link.
    public struct Pace: Hashable, Sendable {
        /// Bytes of canonical changes, and of items wanted, that a chunk adapts within. At 64 kbit/s the least
        /// takes 0.2 s in columns; more than the most gains nothing on any link.
        public var chunkBytes = (4 << 10)...(1 << 20)
        /// Bytes of a chunk on a link of which nothing is known: 5 s at 64 kbit/s, and two exchanges from
        /// the most.
        public var chunkBytesAtFirst = 256 << 10
        /// Quicker than this, in seconds, the next chunk is larger: a round trip then costs much of it.
        public var quickSeconds = 2.0
        /// Slower than this, in seconds, the next one is smaller: a cut then wastes too much.
        public var slowSeconds = 8.0
        /// What crosses in less than this, in seconds, a cut hits by chance.
        public var momentSeconds = 1.0
        /// Fewer bytes than these say nothing of the rate, but of the round trip.
        public var measuredBytesMin = 4_096
        /// Below these bytes a second (0.5 Mbit/s) a smaller body is worth its time.
        public var slowBytesPerSecond = 64_000
    }

    /// How long a request waits at central for news.
    public struct News: Hashable, Sendable {
        /// Seconds that are asked for: shorter waits than the least cost more than what they bring, longer
        /// ones than the most central does not grant.
        public var waitSeconds = 5...WireLimits.waitSecondsMax
        /// What ends sooner than this says nothing of waiting.
        public var cutMin = Duration.seconds(2)
        /// Cuts by a rule come after the same time, but for what the link itself takes.
        public var tolerance = Duration.seconds(2)
    }

    /// When an agent tries again.
    public struct Agent: Hashable, Sendable {
        /// How often it looks whether another program has written here.
        public var watchInterval = Duration.milliseconds(500)
        /// A try that a clerk's change asks for comes no sooner after the last one.
        public var localChangePause = Duration.seconds(15)
        /// News that comes sooner after a sync than this is waited for, longer each time: a central that
        /// rings without end is not answered without end.
        public var promptNewsPause = Duration.milliseconds(500)
        /// A hindrance of the machine itself is looked at again so soon.
        public var hindrancePause = Duration.seconds(2)
        /// Times that these two pauses double at most.
        public var doublingsMax = 10
        /// What only a person can mend is tried as seldom as this.
        public var personPause = Duration.seconds(900)
        /// How long who found no room to wait at central does without, where central does not say.
        public var noRoomPause = Duration.seconds(60)
        /// Things that happened and have not been looked at: of more the oldest are forgotten.
        public var happeningsMax = 64
    }

    /// What holds where nobody names others.
    public static let standard = CounterLimits()

    /// The edges: chunks of a few changes, lists of one, a token for each sync, a single repair.
    public static let tiny: CounterLimits = {
        var limits = CounterLimits()
        limits.idleRoundsMax = 3
        limits.rotationsMax = 1
        limits.repairsMax = 1
        limits.fetchedRecordsMax = 1
        limits.heldCopiesMax = 1
        limits.probesMax = 2
        limits.tokenMillisecondsMax = 60_000
        limits.tokenFailuresMax = 1
        limits.tokenTriesMax = 2
        limits.pace.chunkBytes = 1...400
        limits.pace.chunkBytesAtFirst = 100
        limits.pace.measuredBytesMin = 1
        return limits
    }()
}
