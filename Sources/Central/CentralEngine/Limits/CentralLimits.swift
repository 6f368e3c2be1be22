public import Store
internal import Wire

/// All limits and tuning numbers of central's engine: a node is given them when it is made. What both ends
/// have to agree on is in `WireLimits`.
public struct CentralLimits: Hashable, Sendable {
    /// Ways to read the store beside the one writer: as many as central's machine has to spare.
    public var readerCount = 2
    /// Pieces of work in one transaction at most: bounds how long one waits for the others.
    public var batchJobsMax = 64
    /// How long what is only noted of an exchange waits for something to be written with; zero for an
    /// exchange that is noted before it is answered.
    public var noteDelay = Duration.zero
    /// Notes that wait at most, in the order of a batch: what a machine that dies then forgets.
    public var waitingNotesMax = 256
    /// How long, in milliseconds, what was noted of a device that only waits counts as the present:
    /// thousands that wait would else write all the time.
    public var notedMilliseconds: Int64 = 300_000
    /// Bytes that have to be free on the disk: a full push, its feed and the store's log fit in.
    public var freeBytesMin: UInt64 = 64 << 20

    /// Seconds that a request waits for news at most: what stands between cuts what is silent for a minute.
    public var waitSecondsMax = WireLimits.waitSecondsMax
    /// How often it is looked for news while anybody waits: as late as news may come, at ten looks a second.
    public var newsInterval = Duration.milliseconds(100)
    /// Looks with news that one who is told of all may leave untaken: he then loses the oldest.
    public var listenerNewsMax = 64

    /// Bytes of items in one reply at most, whatever a device asks for: bounds memory at both ends.
    public var pullBytesMax = 4 << 20
    /// Rows that the first page of a reply reads at most: most replies are small.
    public var firstPageRowsMax = 64
    /// Rows that a further page reads at most: bounds memory.
    public var pageRowsMax = 1_024
    /// Moves of copies that a reply tells of: of more the latest, since each counts alone.
    public var movesMax = 1 << 14
    /// Items of the feed that are counted for a progress bar, with every page: some milliseconds.
    public var remainingItemsCountedMax: Int64 = 100_000
    /// Refusals that a device of another epoch hears again, the latest: bounds a reply.
    public var refusalsRepeatedMax = 1_000
    /// Changes of a push that one task hashes and checks while others are still being decoded.
    public var checkedChangesPerTask = 64
    /// Tries when the same device syncs over a link while its bundle is applied.
    public var bundleTriesMax = 3

    /// Tokens whose holders are remembered: as many as a country has counters, in some megabytes.
    public var recalledTokensMax = 65_536
    /// How long it keeps what no promise rests on.
    public var retention = Retention()
    /// How often wrong codes and passwords may be tried.
    public var attempts = AttemptLimits.standard
    /// What requests may cost that are decoded.
    public var decoding = DecodingBudget.standard

    /// What holds where nobody names others.
    public static let standard = CentralLimits()

    /// What a node works with that goes on serving: a note may come a second late.
    public static let serving: CentralLimits = {
        var limits = CentralLimits()
        limits.noteDelay = .seconds(1)
        return limits
    }()

    /// The edges: pages of a row or two, replies of some records, all that is remembered soon forgotten. What
    /// is lost beyond a limit, and not only asked for once more, is as in `standard`.
    public static let tiny: CentralLimits = {
        var limits = CentralLimits()
        limits.readerCount = 1
        limits.batchJobsMax = 1
        limits.waitingNotesMax = 1
        limits.notedMilliseconds = 0
        limits.pullBytesMax = 300
        limits.firstPageRowsMax = 1
        limits.pageRowsMax = 2
        limits.remainingItemsCountedMax = 1
        limits.checkedChangesPerTask = 1
        limits.bundleTriesMax = 2
        limits.recalledTokensMax = 1
        limits.attempts = .tiny
        limits.decoding = .tiny
        return limits
    }()
}
