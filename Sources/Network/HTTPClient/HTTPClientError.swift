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

    /// Whether the same request may succeed later without anybody changing anything.
    public var isRetryable: Bool {
        switch self {
        case .couldNotResolve, .couldNotConnect, .timedOut, .tooSlow, .connectionLost: true
        case .invalidReply: true
        case .tlsFailure, .responseTooLarge, .invalidURL, .invalidHeader, .cancelled: false
        case .other: true
        }
    }

    /// What happened, in one sentence.
    public var description: String {
        switch self {
        case .couldNotResolve(let host): "no address found for \(host)"
        case .couldNotConnect(let host, let reason): "cannot connect to \(host): \(reason)"
        case .timedOut(let host, true): "no connection to \(host) in time"
        case .timedOut(let host, false): "no complete answer from \(host) in time"
        case .tooSlow(let host): "the link to \(host) is too slow"
        case .tlsFailure(let host, let problem, let reason):
            "no secure connection to \(host): \(problem.words) (\(reason))"
        case .connectionLost(let host, let reason): "connection to \(host) lost: \(reason)"
        case .responseTooLarge(let limitBytes): "the answer is larger than \(limitBytes) bytes"
        case .invalidReply(let host, let reason): "\(host) did not answer in HTTP: \(reason)"
        case .invalidURL: "not an http or https URL"
        case .invalidHeader(let name): "header or method cannot be sent: \(name)"
        case .cancelled: "cancelled"
        case .other(let code, let message): "transfer failed (libcurl \(code)): \(message)"
        }
    }

    /// What the operator can do about it.
    public var hint: String {
        switch self {
        case .couldNotResolve: "is the network up, and the server's name written correctly?"
        case .couldNotConnect: "is the network up, and the server running at this port?"
        case .timedOut, .tooSlow, .connectionLost: "the link is bad; it is tried again later"
        case .tlsFailure(_, let problem, _): problem.hint
        case .responseTooLarge: "ask for less at once, or raise the limit"
        case .invalidReply: "does a portal or proxy of the network answer in the server's place?"
        case .invalidURL: "write http://host:port/ or https://host/"
        case .invalidHeader: "remove control characters from it"
        case .cancelled: "start it again when it is wanted"
        case .other: "it is tried again later; if it stays, report the code"
        }
    }
}
