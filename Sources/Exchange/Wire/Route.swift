/// What central answers over HTTP: each path with its methods (`Protocol/openapi.yaml`).
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
    /// A session, for an administrator's name and password.
    case adminLogin = "/v1/admin/login"
    /// The end of a session.
    case adminLogout = "/v1/admin/logout"
    /// What has arrived, and what has not.
    case adminStatus = "/v1/admin/status"
    /// The devices.
    case adminDevices = "/v1/admin/devices"
    /// What was done at central.
    case adminTrail = "/v1/admin/trail"
    /// Asks devices to sync.
    case adminRequestSync = "/v1/admin/request-sync"
    /// Shuts a device out.
    case adminRevoke = "/v1/admin/revoke"
    /// A one-time code for a device.
    case adminEnrol = "/v1/admin/enrol"

    /// The media type of requests and replies of an exchange.
    public static let syncMediaType = "application/vnd.dossiersync+cbor"

    /// The path.
    public var path: String { rawValue }

    /// The methods that it takes.
    public var methods: [String] {
        switch self {
        case .health, .ready: ["GET", "HEAD"]
        case .adminStatus, .adminDevices, .adminTrail: ["GET"]
        case .enrol, .token, .sync, .adminLogin, .adminLogout, .adminRequestSync, .adminRevoke,
            .adminEnrol:
            ["POST"]
        }
    }

    /// The media type of what is sent to it; `nil` when it takes no body.
    public var requestMediaType: String? {
        switch self {
        case .health, .ready, .adminStatus, .adminDevices, .adminTrail, .adminLogout: nil
        case .enrol, .token, .adminLogin, .adminRequestSync, .adminRevoke, .adminEnrol:
            "application/json"
        case .sync: Self.syncMediaType
        }
    }

    /// Whether it wants a bearer token: a device's, or an administrator's session.
    public var wantsToken: Bool { self == .sync || isForAdmins }

    /// Whether the token is that of an administrator's session.
    public var isForAdmins: Bool {
        switch self {
        case .adminLogout, .adminStatus, .adminDevices, .adminTrail, .adminRequestSync,
            .adminRevoke, .adminEnrol:
            true
        case .health, .ready, .enrol, .token, .sync, .adminLogin: false
        }
    }

    /// Whether it changes something, which viewers may not.
    public var isForAdminsOnly: Bool {
        self == .adminRequestSync || self == .adminRevoke || self == .adminEnrol
    }
}
