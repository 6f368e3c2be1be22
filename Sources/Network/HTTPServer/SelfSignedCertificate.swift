// A certificate for a first day: no authority signs it, the counters pin its key (RFC 7469 §2.4 has
// the form of the pin). X.509 is GnuTLS's.

import CGnuTLS
import Glibc
public import HTTP

extension TLSIdentity {
    /// Most names that one certificate is made for.
    public static let namesMax = 100

    /// Makes a key (ECDSA, P-256), or keeps one, and signs a certificate for it with itself.
    ///
    /// It counts from a day before now, for clients whose clocks are behind.
    /// - Parameters:
    ///   - names: host names and numeric addresses of the server, at least one.
    ///   - now: seconds since 1970.
    ///   - days: how long it counts.
    ///   - keyPEM: the key to keep, as PEM text: a pin of it stays right.
    /// - Throws: `HTTPError.tlsIdentityRejected` for names or keys that cannot be used.
    public static func selfSigned(
        names: [String], now: Int64, days: Int, keyPEM: String? = nil
    ) throws(HTTPError) -> TLSIdentity {
        guard let first = names.first, names.count <= namesMax else {
            throw .tlsIdentityRejected(reason: "it needs 1 to \(namesMax) names")
        }
        let alternatives = try names.map { name throws(HTTPError) in
            guard let alternative = AlternativeName(name) else {
                throw .tlsIdentityRejected(reason: "“\(name)” is no host name or address")
            }
            return alternative
        }
        do throws(GnuTLSError) {
            let key = try PrivateKey(keyPEM)
            let certificate = try Certificate()
            let pointer = certificate.pointer
            try check(gnutls_x509_crt_set_version(pointer, 3))
            try check(gnutls_x509_crt_set_key(pointer, key.pointer))
            var serial = [UInt8](repeating: 0, count: 16)
            try check(gnutls_rnd(GNUTLS_RND_NONCE, &serial, serial.count))
            // Positive, and never shortened (RFC 5280 §4.1.2.2).
            serial[0] = serial[0] & 0x3F | 0x40
            try check(gnutls_x509_crt_set_serial(pointer, serial, serial.count))
            try check(gnutls_x509_crt_set_activation_time(pointer, time_t(now - 86_400)))
            try check(
                gnutls_x509_crt_set_expiration_time(pointer, time_t(now + Int64(days) * 86_400)))
            // A common name has 64 characters at most (RFC 5280, appendix A); the names that count
            // stand below.
            let commonName = Array(first.utf8.prefix(64))
            try check(
                gnutls_x509_crt_set_dn_by_oid(
                    pointer, "2.5.4.3", 0, commonName, UInt32(commonName.count)))
            for alternative in alternatives {
                try check(
                    gnutls_x509_crt_set_subject_alt_name(
                        pointer, alternative.type, alternative.bytes,
                        UInt32(alternative.bytes.count), UInt32(GNUTLS_FSAN_APPEND)))
            }
            try check(gnutls_x509_crt_set_basic_constraints(pointer, 0, -1))
            try check(
                gnutls_x509_crt_set_key_usage(pointer, UInt32(GNUTLS_KEY_DIGITAL_SIGNATURE)))
            try check(gnutls_x509_crt_set_key_purpose_oid(pointer, "1.3.6.1.5.5.7.3.1", 0))
            try check(
                gnutls_x509_crt_sign2(pointer, pointer, key.pointer, GNUTLS_DIG_SHA256, 0))
            return TLSIdentity(certificatePEM: try certificate.pem(), keyPEM: try key.pem())
        } catch {
            throw .tlsIdentityRejected(reason: error.reason)
        }
    }
}

/// A name of a server as its certificate has it.
private struct AlternativeName {
    let type: gnutls_x509_subject_alt_name_t
    let bytes: [UInt8]

    init?(_ name: String) {
        var address = [UInt8](repeating: 0, count: 16)
        if inet_pton(AF_INET, name, &address) == 1 {
            (type, bytes) = (GNUTLS_SAN_IPADDRESS, Array(address[..<4]))
        } else if inet_pton(AF_INET6, name, &address) == 1 {
            (type, bytes) = (GNUTLS_SAN_IPADDRESS, address)
        } else {
            let labels = name.split(separator: ".", omittingEmptySubsequences: false)
            let isHostName =
                name.utf8.count <= 253
                && labels.allSatisfy { label in
                    (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
                        && label.utf8.allSatisfy { byte in
                            switch byte {
                            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x5F: true
                            default: false
                            }
                        }
                }
            // Digits alone look like an address that was mistyped.
            guard isHostName, labels.last?.allSatisfy(\.isNumber) == false else { return nil }
            (type, bytes) = (GNUTLS_SAN_DNSNAME, Array(name.utf8))
        }
    }
}

private final class PrivateKey {
    let pointer: gnutls_x509_privkey_t

    /// Reads a key, or makes one.
    init(_ pem: String?) throws(GnuTLSError) {
        var made: gnutls_x509_privkey_t?
        try check(gnutls_x509_privkey_init(&made))
        guard let made else { throw GnuTLSError(code: GNUTLS_E_MEMORY_ERROR) }
        pointer = made
        guard let pem else {
            try check(gnutls_x509_privkey_generate(made, GNUTLS_PK_ECDSA, shim_p256_bits(), 0))
            return
        }
        try withDatum(pem.utf8) { datum throws(GnuTLSError) in
            try check(
                gnutls_x509_privkey_import2(made, &datum, GNUTLS_X509_FMT_PEM, nil, 0))
        }
    }

    deinit {
        gnutls_x509_privkey_deinit(pointer)
    }

    func pem() throws(GnuTLSError) -> String {
        var datum = gnutls_datum_t()
        try check(
            gnutls_x509_privkey_export2_pkcs8(
                pointer, GNUTLS_X509_FMT_PEM, nil, GNUTLS_PKCS_PLAIN.rawValue, &datum))
        return String(decoding: taken(datum), as: UTF8.self)
    }
}

private final class Certificate {
    let pointer: gnutls_x509_crt_t

    init() throws(GnuTLSError) {
        var made: gnutls_x509_crt_t?
        try check(gnutls_x509_crt_init(&made))
        guard let made else { throw GnuTLSError(code: GNUTLS_E_MEMORY_ERROR) }
        pointer = made
    }

    deinit {
        gnutls_x509_crt_deinit(pointer)
    }

    func pem() throws(GnuTLSError) -> String {
        var datum = gnutls_datum_t()
        try check(gnutls_x509_crt_export2(pointer, GNUTLS_X509_FMT_PEM, &datum))
        return String(decoding: taken(datum), as: UTF8.self)
    }
}
