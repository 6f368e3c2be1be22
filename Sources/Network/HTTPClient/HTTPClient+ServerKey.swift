public import HTTP

extension HTTPClient {
    /// Asks a server for its public key, whoever it is, and tells it nothing but the path.
    ///
    /// The hash proves nothing by itself: compare it with one that came by another way, and pin it.
    /// - Parameter options: how to connect; their trust is not used.
    /// - Throws: `HTTPClientError`.
    public static func publicKeyHash(
        ofServerAt url: String, options: HTTPClientOptions
    ) async throws(HTTPClientError) -> PublicKeyHash {
        var options = options
        options.trustsAnybody = true
        let client = HTTPClient(options: options)
        defer { client.close() }
        let response = try await client.send(method: "HEAD", url: url)
        guard let pem = response.serverCertificate else { throw .invalidURL }
        do throws(HTTPError) {
            return try TLSCertificate(pem: pem).keyHash
        } catch {
            throw .invalidReply(host: url, reason: error.description)
        }
    }
}
