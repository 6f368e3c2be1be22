/// Why a server could not be set up.
public enum HTTPError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The text is not `address:port` or `[address]:port`.
    case invalidListenAddress(String)
    /// The operating system refused to listen there.
    case cannotListen(address: String, reason: String)
    /// The certificate or key is not usable PEM, or they do not belong together.
    case tlsIdentityRejected(reason: String)
    /// The server could not start for another reason.
    case cannotStart(reason: String)

    /// What happened, in one sentence.
    public var description: String {
        switch self {
        case .invalidListenAddress(let text): "“\(text)” is not an address to listen on"
        case .cannotListen(let address, let reason): "cannot listen on \(address): \(reason)"
        case .tlsIdentityRejected(let reason): "the TLS certificate or key is unusable: \(reason)"
        case .cannotStart(let reason): "the HTTP server cannot start: \(reason)"
        }
    }

    /// What the operator can do about it.
    public var hint: String {
        switch self {
        case .invalidListenAddress: "write 127.0.0.1:8080, 0.0.0.0:8080 or [::1]:8080"
        case .cannotListen: "is another program using the port, or does it need more rights?"
        case .tlsIdentityRejected: "give a PEM certificate chain and its unencrypted PEM key"
        case .cannotStart: "check the limits on open files and memory"
        }
    }
}
