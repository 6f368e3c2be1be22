/// All limits and tuning numbers of serving, beside those of the HTTP server (`HTTPServerLimits`) and of the
/// engine (`CentralLimits`).
public struct ServingLimits: Hashable, Sendable {
    /// How often it is looked whether what was written has come to rest: whoever copies the file alone then
    /// has it.
    public var restInterval = Duration.seconds(2)
    /// How often the file is brought up to date that says how central stands: a person who asks waits no longer.
    public var statusInterval = Duration.seconds(5)
    /// How often it looks for what is kept no longer, from its beginning on.
    public var retentionInterval = Duration.seconds(3_600)
    /// Between two small steps of that.
    public var retentionPause = Duration.milliseconds(200)
    /// How often those who are told of news get a line that means nothing: proxies cut what is silent, and who
    /// reads knows by its absence that the link is gone.
    public var heartbeat = Duration.seconds(15)
    /// After how many milliseconds they are to come again when the link breaks.
    public var newsRetryMilliseconds = 5_000
    /// Lines a minute that tell of the HTTP server's limits: peers must not fill the disk with them.
    public var warningLinesMax = 20
    /// How old the count of dossiers past their time may be that figures tell: every open one is looked at for it.
    public var overdueAgeMax = Duration.seconds(300)
    /// Clones that one request to revoke may spare: bounds what it costs.
    public var sparedMax = 100
    /// Seconds after which whoever found central not ready is to look again.
    public var readinessRetrySeconds = 30

    /// What holds where nobody names others.
    public static let standard = ServingLimits()
}
