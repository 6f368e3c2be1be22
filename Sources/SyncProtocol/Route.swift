/// What central answers over HTTP: each path with its methods (`Protocol/openapi.yaml`).
public enum Route: String, CaseIterable, Sendable {
    /// Whether central is there; for anybody.
    case health = "/v1/health"
    /// An identity, for a one-time code.
    case enrol = "/v1/enrol"
    /// Another bearer token, for a device's signature.
    case token = "/v1/token"
    /// One exchange, for a bearer token.
    case sync = "/v1/sync"

    /// The media type of requests and replies of an exchange.
    public static let syncMediaType = "application/vnd.dossiersync+cbor"

    /// The path.
    public var path: String { rawValue }

    /// The methods that it takes.
    public var methods: [String] {
        switch self {
        case .health: ["GET", "HEAD"]
        case .enrol, .token, .sync: ["POST"]
        }
    }

    /// The media type of what is sent to it; `nil` when it takes no body.
    public var requestMediaType: String? {
        switch self {
        case .health: nil
        case .enrol, .token: "application/json"
        case .sync: Self.syncMediaType
        }
    }

    /// Whether it wants a bearer token.
    public var wantsToken: Bool { self == .sync }
}
