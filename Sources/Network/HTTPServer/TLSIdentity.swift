public import HTTP

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

    /// The certificate, once certificate and key have been found usable and to belong together.
    /// - Throws: `HTTPError.tlsIdentityRejected`.
    public func checked() throws(HTTPError) -> TLSCertificate {
        _ = try ServerCertificate(self)
        return try TLSCertificate(pem: certificatePEM)
    }
}
