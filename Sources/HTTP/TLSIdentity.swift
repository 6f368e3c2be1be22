/// A certificate chain and its key, as PEM texts.
public struct TLSIdentity: Sendable {
    /// The server's certificate, then those that lead to an authority.
    public let certificatePEM: String
    /// The private key; secret.
    public let keyPEM: String

    /// Creates an identity; whoever uses it checks it.
    public init(certificatePEM: String, keyPEM: String) {
        self.certificatePEM = certificatePEM
        self.keyPEM = keyPEM
    }
}
