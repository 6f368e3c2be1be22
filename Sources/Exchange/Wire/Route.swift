/// The paths of the exchange, which devices and whoever watches central ask (`Protocol/openapi.yaml`).
public enum Route: String, CaseIterable, Sendable {
    /// Whether central is there; for anybody.
    case health = "/v1/health"
    /// Whether central can do its work now; for anybody.
    case ready = "/v1/ready"
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
}
