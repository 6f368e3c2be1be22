internal import Text

/// Why a request got no complete answer.
public enum HTTPClientError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The name of the server or proxy has no address, or no name server answered.
    case couldNotResolve(host: String)
    /// Nothing answered at the address.
    case couldNotConnect(host: String, reason: String)
    /// A time limit passed.
    case timedOut(host: String, whileConnecting: Bool)
    /// The transfer stayed under the lowest acceptable speed.
    case tooSlow(host: String)
    /// The server could not prove who it is, or no secure connection could be agreed on.
    case tlsFailure(host: String, problem: TLSProblem, reason: String)
    /// The connection broke before the answer was complete.
    case connectionLost(host: String, reason: String)
    /// The answer is larger than the client accepts.
    case responseTooLarge(limitBytes: Int)
    /// What answered does not speak HTTP as it should.
    case invalidReply(host: String, reason: String)
    /// The URL is malformed, or neither http nor https.
    case invalidURL
    /// The method or a header cannot be sent as given.
    case invalidHeader(name: String)
    /// The task was cancelled or the client closed.
    case cancelled
    /// libcurl's own error code and message.
    case other(code: Int, message: String)

    /// The proxy that the environment names does not answer, or its name has no address.
    case proxyUnreachable(ProxySetting, reason: String)
    /// The proxy wants a name and a password.
    case proxyWantsPassword(ProxySetting?)
    /// The proxy lets nothing through to the server, with this status.
    case proxyRefused(ProxySetting?, status: Int)

    /// Whether the same request may succeed later without anybody changing anything.
    public var isRetryable: Bool {
        switch self {
        case .couldNotResolve, .couldNotConnect, .timedOut, .tooSlow, .connectionLost: true
        case .proxyUnreachable, .proxyWantsPassword, .proxyRefused: true
        case .invalidReply: true
        case .tlsFailure, .responseTooLarge, .invalidURL, .invalidHeader, .cancelled: false
        case .other: true
        }
    }

    /// What happened, in one sentence, in English.
    public var description: String { message.english }
}
