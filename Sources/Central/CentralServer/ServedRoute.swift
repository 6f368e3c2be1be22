public import CentralEngine
internal import HTTP
public import HTTPServer
public import JSON
internal import SQLiteStore
public import Store
public import Wire

/// One thing that central answers over HTTP: where, to whom, how much, and with what. The server knows no
/// route by itself: who serves gives it a list (`RouteList`).
public struct ServedRoute: Sendable {
    /// Where a route stands.
    public enum Place: Hashable, Sendable {
        /// At this path alone.
        case exactly(String)
        /// At every path that begins with this, which ends with a slash. A route that stands exactly at a
        /// path, or under a longer beginning, comes before it.
        case under(String)
    }

    /// Who may ask.
    public enum Access: Hashable, Sendable {
        /// Anybody.
        case anybody
        /// A device, by its bearer token.
        case device
        /// An administrator's session, by its bearer token; viewers only where the least role is theirs.
        case session(least: AdminAccount.Role)

        /// Whether a request without `Authorization` is refused before its body is read.
        public var wantsToken: Bool { self != .anybody }
    }

    /// What is sent to it.
    public enum Body: Hashable, Sendable {
        /// Nothing that is read.
        case none
        /// A JSON document, which messages call `name`.
        case json(name: String, bytesMax: Int = WireLimits.documentBytesMax)
        /// Bytes of a media type.
        case bytes(mediaType: String, bytesMax: Int = WireLimits.bodyBytesMax)

        /// The media type that a request has to have; `nil` when it takes no body.
        public var mediaType: String? {
            switch self {
            case .none: nil
            case .json: "application/json"
            case .bytes(let mediaType, _): mediaType
            }
        }

        /// Bytes at most.
        public var bytesMax: Int {
            switch self {
            case .none: WireLimits.bodyBytesMax
            case .json(_, let bytesMax), .bytes(_, let bytesMax): bytesMax
            }
        }
    }

    /// Answers a request that was let through; may note in the log's line what came of it.
    ///
    /// What it throws is answered as problem details.
    public typealias Answer =
        @Sendable (RoutedRequest, inout ExchangeLine) async throws(SyncFailure) -> HTTPResponse

    /// The methods that it takes.
    public var methods: [String]
    /// Where it stands.
    public var place: Place
    /// Who may ask.
    public var access: Access
    /// What is sent to it.
    public var body: Body
    /// What its line in the log is called; `nil` for none.
    public var event: ExchangeLine.Event?
    /// What answers.
    public var answer: Answer

    /// Describes a route.
    public init(
        _ methods: [String], _ place: Place, _ access: Access, body: Body = .none,
        event: ExchangeLine.Event? = nil, answer: @escaping Answer
    ) {
        if case .under(let path) = place {
            precondition(path.hasSuffix("/"), "a place that others are under ends with a slash")
        }
        self.methods = methods
        self.place = place
        self.access = access
        self.body = body
        self.event = event
        self.answer = answer
    }
}

/// A request that a route was found for, and that it lets through.
public struct RoutedRequest: Sendable {
    /// Who asks.
    public enum Caller: Sendable {
        /// Nobody had to say.
        case anybody
        /// Who presents a token that was a device's when it was last looked at. An exchange looks again;
        /// nothing else may rest on it.
        case presenter(TokenHolder)
        /// An administrator, in the session of a token.
        case admin(AdminAccount, token: String)
    }

    /// The request as it came.
    public let http: HTTPRequest
    /// Who asks, by the route's access.
    public let caller: Caller
    /// The document that was sent, where the route takes one.
    public let json: JSONValue?
}
