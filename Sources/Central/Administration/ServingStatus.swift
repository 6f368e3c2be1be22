public import Causality
public import Store

/// The limits of a serving central, and what is taken of them.
public struct ServingStatus: Equatable, Sendable {
    /// Its process.
    public var processID: Int32
    /// When its process began, in the kernel's ticks: another process may get the number.
    public var startTicks: Int64
    /// Where it listens.
    public var url: String
    /// When it began to serve.
    public var since: Timestamp
    /// Connections at once.
    public var connectionsMax: Int
    /// Of one address.
    public var connectionsPerAddressMax: Int
    /// Proxies that are believed who asks.
    public var trustedProxies: [String]
    /// How long it keeps what no promise rests on.
    public var retention = Retention()
    /// Connections at the last look.
    public var connections = 0
    /// Devices of which a request waited for news at the last look.
    public var waiting = 0
    /// Requests that were told to come back, since it began.
    public var refused = 0
    /// Lines of the log that nobody read in time, since it began.
    public var droppedLogLines = 0

    /// A central with nothing taken.
    public init(
        processID: Int32, startTicks: Int64, url: String, since: Timestamp, connectionsMax: Int,
        connectionsPerAddressMax: Int, trustedProxies: [String]
    ) {
        self.processID = processID
        self.startTicks = startTicks
        self.url = url
        self.since = since
        self.connectionsMax = connectionsMax
        self.connectionsPerAddressMax = connectionsPerAddressMax
        self.trustedProxies = trustedProxies
    }
}
