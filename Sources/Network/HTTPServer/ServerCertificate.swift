// What a TLS server proves itself with, ready for GnuTLS.
//
// libmicrohttpd reads a certificate once, when it starts. So that a new one can take its place while
// connections are open, every handshake asks for it: `HandshakeCertificates` finds the server that a
// session belongs to, and answers with what that server has now. No listening socket is handed over
// and no connection ends. A session goes on pointing at what its handshake was given, so that a
// certificate which was replaced stays in memory, a few kilobytes, until the server is gone.

import CGnuTLS
import CMicrohttpd
internal import HTTP
import Synchronization

/// A certificate chain and its private key, which belong together.
///
/// `@unchecked Sendable`: nothing is changed after `init`, and GnuTLS only reads.
final class ServerCertificate: @unchecked Sendable {
    let chain: UnsafeMutablePointer<gnutls_pcert_st>
    let count: Int
    let key: gnutls_privkey_t

    /// - Throws: `HTTPError.tlsIdentityRejected`, which says which of the two is wrong.
    init(_ identity: TLSIdentity) throws(HTTPError) {
        let certificates = try CertificateChain(pem: identity.certificatePEM)
        key = try Self.key(identity.keyPEM)
        chain = .allocate(capacity: certificates.certificates.count)
        var done = 0
        var failure: HTTPError?
        do throws(GnuTLSError) {
            if try certificates.keyHash() != Self.hash(of: key) {
                failure = .tlsIdentityRejected(reason: "the key is not that of the certificate")
            }
            for certificate in certificates.certificates {
                try check(gnutls_pcert_import_x509(chain + done, certificate, 0))
                done += 1
            }
        } catch {
            failure = .tlsIdentityRejected(reason: "the certificate: \(error.reason)")
        }
        count = done
        if let failure { throw failure }
    }

    deinit {
        for index in 0..<count { gnutls_pcert_deinit(chain + index) }
        chain.deallocate()
        gnutls_privkey_deinit(key)
    }

    private static func key(_ pem: String) throws(HTTPError) -> gnutls_privkey_t {
        do throws(GnuTLSError) {
            var key: gnutls_privkey_t?
            try check(gnutls_privkey_init(&key))
            guard let key else { throw GnuTLSError(code: GNUTLS_E_MEMORY_ERROR) }
            do throws(GnuTLSError) {
                try withDatum(pem.utf8) { datum throws(GnuTLSError) in
                    try check(
                        gnutls_privkey_import_x509_raw(key, &datum, GNUTLS_X509_FMT_PEM, nil, 0))
                }
                return key
            } catch {
                gnutls_privkey_deinit(key)
                throw error
            }
        } catch {
            throw .tlsIdentityRejected(reason: "the key: \(error.reason)")
        }
    }

    private static func hash(of key: gnutls_privkey_t) throws(GnuTLSError) -> PublicKeyHash? {
        var publicKey: gnutls_pubkey_t?
        try check(gnutls_pubkey_init(&publicKey))
        defer { gnutls_pubkey_deinit(publicKey) }
        try check(gnutls_pubkey_import_privkey(publicKey, key, 0, 0))
        var bytes = [UInt8](repeating: 0, count: PublicKeyHash.byteCount)
        var count = bytes.count
        try check(
            gnutls_pubkey_get_key_id(
                publicKey, GNUTLS_KEYID_USE_SHA256.rawValue, &bytes, &count))
        return PublicKeyHash(bytes: bytes)
    }
}

/// What a server seals session tickets with (RFC 8446 §4.6.1): who comes back with one needs neither
/// certificate nor chain nor a signature. The two tickets that GnuTLS gives after each handshake cost 500
/// bytes, so that it is a chain which makes them worth while. GnuTLS derives from this a key for some
/// hours at a time.
private struct TicketKey {
    let bytes: [UInt8]

    init?() {
        var datum = gnutls_datum_t()
        guard gnutls_session_ticket_key_generate(&datum) == 0 else { return nil }
        bytes = taken(datum)
    }

    /// Has a session that has not begun its handshake take and give tickets. Without them it is a longer
    /// handshake, and no failure.
    func enable(in session: UnsafeMutableRawPointer) {
        do throws(GnuTLSError) {
            try withDatum(bytes) { datum throws(GnuTLSError) in
                try check(gnutls_session_ticket_enable_server(OpaquePointer(session), &datum))
            }
        } catch {}
    }
}

/// The certificate that a server has now, for every handshake.
final class HandshakeCertificates: Sendable {
    /// All since the server started: sessions point at them. The last one counts.
    private let certificates: Mutex<[ServerCertificate]>
    /// Another one with each certificate: a ticket proves that which it was given under.
    private let tickets = Mutex(TicketKey())
    /// Which server a session that has begun belongs to, in this process.
    private static let servers = Mutex<[UInt: HandshakeCertificates]>([:])

    init(_ certificate: ServerCertificate) {
        certificates = Mutex([certificate])
    }

    func replace(with certificate: ServerCertificate) {
        certificates.withLock { $0.append(certificate) }
        tickets.withLock { $0 = TicketKey() }
    }

    /// Answers the handshakes of a new connection.
    func serve(_ connection: ServerConnection) {
        guard let session = shim_tls_session(connection.pointer) else { return }
        Self.servers.withLock { $0[UInt(bitPattern: session)] = self }
        tickets.withLock(\.self)?.enable(in: session)
    }

    func forget(_ connection: ServerConnection) {
        guard let session = shim_tls_session(connection.pointer) else { return }
        Self.servers.withLock { $0[UInt(bitPattern: session)] = nil }
    }

    private var current: ServerCertificate? { certificates.withLock(\.last) }

    /// The function that libmicrohttpd gives to GnuTLS.
    static var callback: UnsafeRawPointer? {
        shim_address { session, _, _, _, _, chain, count, key in
            let server = HandshakeCertificates.servers.withLock {
                $0[UInt(bitPattern: session)]
            }
            guard let certificate = server?.current, let chain, let count, let key else {
                return -1
            }
            chain.pointee = certificate.chain
            count.pointee = UInt32(certificate.count)
            key.pointee = certificate.key
            return 0
        }
    }
}
