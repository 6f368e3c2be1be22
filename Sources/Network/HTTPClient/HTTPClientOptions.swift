public import HTTP

/// How a client connects, and how long it bears with a bad link.
public struct HTTPClientOptions: Sendable {
    /// Time for the name, the connection and the TLS handshake.
    public var connectTimeout: Duration = .seconds(15)
    /// Average below which a transfer is given up after `lowSpeedTime`; nil never gives up.
    public var lowSpeedBytesPerSecond: Int? = 1
    /// How long a transfer may be slower than `lowSpeedBytesPerSecond`, in whole seconds.
    public var lowSpeedTime: Duration = .seconds(60)
    /// How long nothing may move in either direction, not even out of the kernel's send buffer; nil
    /// bears with any silence that the low speed allows.
    public var silenceMax: Duration?
    /// Time for a whole request and its answer; nil sets no limit.
    public var totalTimeout: Duration?
    /// Sent as `User-Agent`; nil sends none.
    public var userAgent: String?
    /// PEM file of trusted authorities, instead of the system's.
    public var caFile: String?
    /// PEM text of trusted authorities, instead of the system's and of `caFile`.
    public var caPEM: String?
    /// The server's public key as `sha256//` and Base64; several are separated by `;`.
    ///
    /// Without `caFile` or `caPEM` the pin alone is the trust: neither authority, name nor dates of the
    /// certificate count, so that a wrong clock or a self-signed certificate do no harm.
    public var pinnedPublicKey: String?
    /// Proxy URL; nil follows the environment, the empty text uses none.
    public var proxy: String?
    /// Most bytes per second on average, both directions together; nil sets no limit.
    ///
    /// Bodies of up to 64 KiB may leave in one burst, after which the client pauses.
    public var bytesPerSecondMax: Int?
    /// Largest response body, in bytes.
    public var responseBytesMax = 64 << 20
    /// Takes any server and keeps its certificate; for nothing but asking for its key.
    var trustsAnybody = false

    /// Creates the default options.
    public init() {}
}

/// What crossed the wire: heads and bodies of HTTP, without TLS and TCP overhead.
public struct HTTPTraffic: Sendable, Equatable {
    /// Request lines, headers and bodies sent, in bytes.
    public internal(set) var bytesSent = 0
    /// Status lines, headers and bodies received, in bytes; chunk framing included.
    public internal(set) var bytesReceived = 0
    /// Requests that were tried.
    public internal(set) var requests = 0
    /// Connections that were opened for them.
    public internal(set) var connections = 0

    /// Creates a count of nothing.
    public init() {}

    /// Adds another count to this one.
    public static func += (total: inout HTTPTraffic, more: HTTPTraffic) {
        total.bytesSent += more.bytesSent
        total.bytesReceived += more.bytesReceived
        total.requests += more.requests
        total.connections += more.connections
    }
}

/// How far a transfer has come; bodies only, in bytes.
public struct TransferProgress: Sendable, Equatable {
    /// Bytes of the request body sent.
    public let bytesSent: Int
    /// Size of the request body.
    public let bytesToSend: Int
    /// Bytes of the response body received.
    public let bytesReceived: Int
    /// Size of the response body, nil while or when unknown.
    public let bytesToReceive: Int?
}

/// A complete answer, whatever its status.
public struct HTTPClientResponse: Sendable {
    /// The status code.
    public let status: Int
    /// The header lines of the final answer.
    public let headers: HTTPHeaders
    /// The body, chunked coding removed; any content coding is left as it is.
    public let body: [UInt8]
    /// What this request cost.
    public let traffic: HTTPTraffic
    /// The server's certificate, when it was asked for.
    let serverCertificate: String?
}
