/// Why no secure connection came about.
public enum TLSProblem: Sendable, Hashable {
    /// The server's key is none of those that are pinned.
    case wrongKey
    /// No trusted authority stands behind the certificate.
    case unknownAuthority
    /// The certificate has expired, or this machine's clock is ahead.
    case expired
    /// The certificate does not count yet, or this machine's clock is behind.
    case notYetValid
    /// The certificate is for other names.
    case wrongName
    /// The trusted certificates, or the pin, given to the client cannot be used.
    case unusableTrust
    /// The server speaks no TLS, or none of the versions and ciphers of ours.
    case noAgreement

    /// What is wrong, in words that follow “no secure connection to HOST: ”.
    var words: String {
        switch self {
        case .wrongKey: "its key is not the pinned one"
        case .unknownAuthority: "no trusted authority stands behind its certificate"
        case .expired: "its certificate has expired, or this machine's clock is ahead"
        case .notYetValid:
            "its certificate does not count yet, or this machine's clock is behind"
        case .wrongName: "its certificate is for another name"
        case .unusableTrust: "the trusted certificates or the pin given here cannot be used"
        case .noAgreement: "it does not speak TLS 1.2 or newer there"
        }
    }

    var hint: String {
        switch self {
        case .wrongKey:
            "somebody may stand between, or the server has a new key: ask those who run it, by "
                + "another way, before you trust the new one"
        case .unknownAuthority:
            "does a proxy of the network answer in the server's place? if not, give the authority's "
                + "certificate or the key's pin"
        case .expired, .notYetValid:
            "set this machine's clock; if it is right, the server needs another certificate"
        case .wrongName: "write the address with a name that the certificate is for"
        case .unusableTrust: "give PEM certificates, or a pin as sha256// and Base64"
        case .noAgreement: "is the port right, and does https answer there?"
        }
    }
}
