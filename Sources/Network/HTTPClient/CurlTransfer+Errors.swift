import CCurl

extension CurlTransfer {
    /// Translates libcurl's code, by its message where one code has several meanings.
    func error(for code: CURLcode) -> HTTPClientError {
        if isTooLarge { return .responseTooLarge(limitBytes: responseBytesMax) }
        let reason = reason(for: code)
        switch code {
        case CURLE_URL_MALFORMAT: return .invalidURL
        case CURLE_UNSUPPORTED_PROTOCOL:
            return reason.contains("HTTP/0.9")
                ? .invalidReply(host: host, reason: reason) : .invalidURL
        case CURLE_COULDNT_RESOLVE_PROXY:
            return proxy.map { .proxyUnreachable($0, reason: reason) }
                ?? .couldNotResolve(host: host)
        case CURLE_COULDNT_RESOLVE_HOST: return .couldNotResolve(host: host)
        case CURLE_COULDNT_CONNECT:
            if let proxy, proxy.isNamed(in: reason) {
                return .proxyUnreachable(proxy, reason: reason)
            }
            return .couldNotConnect(host: host, reason: reason)
        case CURLE_RECV_ERROR where reason.contains("CONNECT tunnel failed"):
            let status = reason.split(separator: " ").last.flatMap { Int($0) } ?? 0
            return status == 407
                ? .proxyWantsPassword(proxy) : .proxyRefused(proxy, status: status)
        case CURLE_OPERATION_TIMEDOUT:
            // The silence watch gives this code without libcurl's words.
            return reason.contains("too slow") || errorIsUnsaid && isConnected
                ? .tooSlow(host: host) : .timedOut(host: host, whileConnecting: !isConnected)
        case CURLE_SSL_CONNECT_ERROR:
            return isBrokenHandshake(reason)
                ? .connectionLost(host: host, reason: reason)
                : .tlsFailure(host: host, problem: .noAgreement, reason: reason)
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_PINNEDPUBKEYNOTMATCH,
            CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
            CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_ENGINE_INITFAILED:
            return .tlsFailure(host: host, problem: trustProblem(code), reason: reason)
        case CURLE_PARTIAL_FILE, CURLE_GOT_NOTHING, CURLE_SEND_ERROR, CURLE_RECV_ERROR:
            return .connectionLost(host: host, reason: reason)
        case CURLE_WEIRD_SERVER_REPLY, CURLE_BAD_CONTENT_ENCODING:
            return .invalidReply(host: host, reason: reason)
        case CURLE_FILESIZE_EXCEEDED: return .responseTooLarge(limitBytes: responseBytesMax)
        case CURLE_ABORTED_BY_CALLBACK: return .cancelled
        default: return .other(code: Int(code.rawValue), message: reason)
        }
    }

    private var proxy: ProxySetting? { ProxySetting.of(url: requestURL) }

    /// What is wrong with the server's proof; libcurl compares the name, the rest is
    /// OpenSSL's verdict (X509_STORE_CTX_get_error(3)).
    private func trustProblem(_ code: CURLcode) -> TLSProblem {
        switch code {
        case CURLE_SSL_PINNEDPUBKEYNOTMATCH: return .wrongKey
        case CURLE_PEER_FAILED_VERIFICATION where reason(for: code).contains("target host name"):
            return .wrongName
        case CURLE_PEER_FAILED_VERIFICATION: break
        case CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CERTPROBLEM: return .unusableTrust
        default: return .noAgreement
        }
        switch verifyResult {
        case 9: return .notYetValid
        case 10: return .expired
        default: return .unknownAuthority
        }
    }

    /// A handshake cut by the link tells nothing about trust.
    private func isBrokenHandshake(_ reason: String) -> Bool {
        ["reset", "SYSCALL", "unexpected eof", "Broken pipe"].contains { reason.contains($0) }
    }
}
