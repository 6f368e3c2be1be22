package import CGnuTLS
import Glibc

/// What people and pins need to know of a certificate.
public struct TLSCertificate: Sendable, Hashable {
    /// The hash of its public key.
    public let keyHash: PublicKeyHash
    /// Since when it counts, in seconds since 1970.
    public let notBefore: Int64
    /// Until when it counts, in seconds since 1970.
    public let notAfter: Int64
    /// The host names and addresses that it is for.
    public let names: [String]
    /// Whether its own key has signed it: no authority stands behind it, only a pin.
    public let isSelfSigned: Bool

    /// Reads the first certificate of a PEM text.
    /// - Throws: `HTTPError.tlsIdentityRejected`.
    public init(pem: String) throws(HTTPError) {
        let chain = try CertificateChain(pem: pem)
        do throws(GnuTLSError) {
            keyHash = try chain.keyHash()
        } catch {
            throw .tlsIdentityRejected(reason: "the certificate's key: \(error.reason)")
        }
        let first = chain.first
        notBefore = Int64(gnutls_x509_crt_get_activation_time(first))
        notAfter = Int64(gnutls_x509_crt_get_expiration_time(first))
        isSelfSigned = gnutls_x509_crt_check_issuer(first, first) != 0
        names = Self.names(of: first)
    }

    /// Who has signed the certificate of a PEM text that holds it alone, unless this machine knows him for
    /// an authority: an intermediate, or an authority of the house; `nil` for one that signed itself.
    /// - Throws: `HTTPError.tlsIdentityRejected`.
    public static func missingIssuer(pem: String) throws(HTTPError) -> String? {
        let chain = try CertificateChain(pem: pem)
        guard chain.certificates.count == 1,
            gnutls_x509_crt_check_issuer(chain.first, chain.first) == 0
        else { return nil }
        return unknownIssuer(of: chain.first)
    }

    /// Whether it counts at a time in seconds since 1970.
    public func isValid(at seconds: Int64) -> Bool {
        notBefore <= seconds && seconds <= notAfter
    }

    /// The name of who signed a certificate, unless this machine knows him for an authority.
    private static func unknownIssuer(of certificate: gnutls_x509_crt_t) -> String? {
        var list: gnutls_x509_trust_list_t?
        guard gnutls_x509_trust_list_init(&list, 0) == 0, let list else { return nil }
        defer { gnutls_x509_trust_list_deinit(list, 1) }
        // A machine without authorities knows none.
        _ = gnutls_x509_trust_list_add_system_trust(list, 0, 0)
        var issuer: gnutls_x509_crt_t?
        guard gnutls_x509_trust_list_get_issuer(list, certificate, &issuer, 0) != 0 else {
            return nil
        }
        var name = gnutls_datum_t()
        guard gnutls_x509_crt_get_issuer_dn3(certificate, &name, 0) == 0 else { return "?" }
        return String(decoding: taken(name), as: UTF8.self)
    }

    private static func names(of certificate: gnutls_x509_crt_t) -> [String] {
        var names: [String] = []
        var bytes = [UInt8](repeating: 0, count: 1_024)
        for index in 0..<UInt32(1_000) {
            var count = bytes.count
            let type = gnutls_x509_crt_get_subject_alt_name(
                certificate, index, &bytes, &count, nil)
            if type == GNUTLS_E_SHORT_MEMORY_BUFFER { continue }
            guard type >= 0 else { break }
            switch gnutls_x509_subject_alt_name_t(rawValue: UInt32(type)) {
            case GNUTLS_SAN_DNSNAME: names.append(String(decoding: bytes[..<count], as: UTF8.self))
            case GNUTLS_SAN_IPADDRESS:
                if let address = addressText(bytes[..<count]) { names.append(address) }
            default: continue
            }
        }
        return names
    }

    private static func addressText(_ bytes: ArraySlice<UInt8>) -> String? {
        guard bytes.count == 4 || bytes.count == 16 else { return nil }
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let family = bytes.count == 4 ? AF_INET : AF_INET6
        let isWritten = Array(bytes).withUnsafeBytes {
            inet_ntop(family, $0.baseAddress, &text, socklen_t(text.count)) != nil
        }
        return isWritten
            ? String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
            : nil
    }
}

/// Certificates of a PEM text, the server's first.
package final class CertificateChain {
    package let certificates: [gnutls_x509_crt_t]
    package let first: gnutls_x509_crt_t

    /// - Throws: `HTTPError.tlsIdentityRejected`.
    package init(pem: String) throws(HTTPError) {
        var list: UnsafeMutablePointer<gnutls_x509_crt_t?>?
        var count: UInt32 = 0
        do throws(GnuTLSError) {
            try withDatum(pem.utf8) { datum throws(GnuTLSError) in
                try check(
                    gnutls_x509_crt_list_import2(
                        &list, &count, &datum, GNUTLS_X509_FMT_PEM,
                        GNUTLS_X509_CRT_LIST_SORT.rawValue))
            }
        } catch {
            throw .tlsIdentityRejected(reason: "the certificate: \(error.reason)")
        }
        certificates = UnsafeBufferPointer(start: list, count: Int(count)).compactMap { $0 }
        shim_gnutls_free(list)
        guard let first = certificates.first else {
            throw .tlsIdentityRejected(reason: "there is no certificate in it")
        }
        self.first = first
    }

    deinit {
        for certificate in certificates { gnutls_x509_crt_deinit(certificate) }
    }

    /// The hash of the server's public key.
    package func keyHash() throws(GnuTLSError) -> PublicKeyHash {
        var bytes = [UInt8](repeating: 0, count: PublicKeyHash.byteCount)
        var count = bytes.count
        try check(
            gnutls_x509_crt_get_key_id(first, GNUTLS_KEYID_USE_SHA256.rawValue, &bytes, &count))
        guard let hash = PublicKeyHash(bytes: bytes) else {
            throw GnuTLSError(code: GNUTLS_E_INTERNAL_ERROR)
        }
        return hash
    }
}
