public import Addresses

/// What one server grants its clients; all limits of the server side stand here.
public struct HTTPServerLimits: Sendable {
    /// Largest request body, in bytes; more is answered 413.
    public var bodyBytesMax = 8 << 20
    /// Bytes of all bodies being received or handled at once; more is answered 503.
    public var bodyBytesInFlightMax = 256 << 20
    /// Largest request line and headers together, in bytes; more is answered 431.
    public var headerBytesMax = 16 << 10
    /// Connections that have a seat (`Seats`); one that waits for news takes about 20 KiB.
    public var connectionsMax = 5_000
    /// Connections of one IPv4 address or IPv6 /64, or requests of one behind a trusted proxy.
    public var connectionsPerAddressMax = 100
    /// Connections beyond, which are answered 503; still further ones wait in the kernel's queue.
    public var guestsMax = 100
    /// Connections that have been displaced and are not closed yet.
    static let displacedMax = 4
    /// Connections beyond of one address.
    public var guestsPerAddressMax = 20
    /// Time for a connection beyond to say what it wants.
    public var guestTimeout: Duration = .seconds(10)
    /// Silence after which a connection that has not asked anything gives way to another.
    public var silenceGrace: Duration = .seconds(10)
    /// Bodies that are written while they are read, at once; a further one is answered 503.
    public var streamsMax = 100
    /// Of one IPv4 address or IPv6 /64.
    public var streamsPerAddressMax = 10
    /// Bytes that the reader of such a body may leave unread, here and once more in the kernel; then it is
    /// cut off.
    public var streamBufferBytesMax = 64 << 10
    /// When who was told that there is no seat may come again, in seconds: with work, and to wait.
    public var retryAfterSeconds = (work: 5, waiting: 60)
    /// Proxies whose `X-Forwarded-For` or `Forwarded` says who asks.
    public var trustedProxies: [AddressRange] = []
    /// Silence after which a connection is closed, in whole seconds; handlers are not counted.
    public var idleTimeout: Duration = .seconds(60)
    /// Time for a request's line and headers to arrive, beyond `idleTimeout`.
    public var headTimeout: Duration = .seconds(30)
    /// Slowest average of a body or an answer, in bytes per second, after `idleTimeout`.
    public var bytesPerSecondMin = 100
    /// How long `stop()` lets running requests finish before it cancels their handlers.
    public var stopGracePeriod: Duration = .seconds(5)
    /// How long `stop()` waits for the answers of cancelled handlers before it closes.
    public var cancelGracePeriod: Duration = .seconds(1)

    /// Creates the default limits.
    public init() {}
}
