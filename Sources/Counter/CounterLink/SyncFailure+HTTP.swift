// What an answer over HTTP, or the lack of one, means.

internal import HTTP
public import HTTPClient
internal import Text
public import Wire

extension SyncFailure {
    /// What an HTTP client's failure means for an exchange.
    public init(_ error: HTTPClientError) {
        self =
            switch error {
            case .tlsFailure:
                .untrusted(reason: LinkReason(error.message), hint: LinkReason(error.hint))
            case .proxyUnreachable, .proxyWantsPassword, .proxyRefused:
                .proxy(reason: LinkReason(error.message), hint: LinkReason(error.hint))
            case .couldNotResolve, .couldNotConnect, .invalidURL,
                .timedOut(_, whileConnecting: true):
                .unreachable(reason: LinkReason(error.message))
            case .invalidReply: .notCentral(status: 0, contentType: "no HTTP")
            case .responseTooLarge(let limit): .tooLarge(limitBytes: limit)
            default: .interrupted(reason: LinkReason(error.message))
            }
    }

    /// What an answer means that is not what was asked for.
    ///
    /// - Parameter baseURL: where it was asked.
    public init(_ response: HTTPClientResponse, from baseURL: String) {
        let seconds = response.headers["Retry-After"].flatMap { Int($0) } ?? 0
        let named = Problem.failure(status: response.status, body: response.body)
        if case .busy(let said)? = named {
            self = .busy(retryAfterSeconds: max(said, seconds))
        } else if response.status == 407 {
            self = SyncFailure(.proxyWantsPassword(ProxySetting.of(url: baseURL)))
        } else {
            self = named ?? Self.failure(ofStranger: response, retryAfterSeconds: seconds)
        }
    }

    /// What an answer means that is none of central's. A proxy that stands before central says with
    /// one of three statuses that it does not reach it (RFC 9110 §15.6), and by `Retry-After`, or
    /// 429 (RFC 6585), when it may be asked again.
    private static func failure(
        ofStranger response: HTTPClientResponse, retryAfterSeconds: Int
    ) -> SyncFailure {
        switch response.status {
        case 429,
            503 where retryAfterSeconds > 0:
            .busy(retryAfterSeconds: retryAfterSeconds)
        case 502, 503, 504:
            .unreachable(
                reason: LinkReason(
                    Message(
                        "a proxy answered in its place (status \(response.status))",
                        vi: "một proxy trả lời thay (mã \(response.status))")))
        case 301, 302, 303, 307, 308:
            response.headers["Location"].map {
                .moved(status: response.status, location: Self.shown(location: $0))
            }
                ?? .notCentral(
                    status: response.status,
                    contentType: response.headers["Content-Type"] ?? "no content type")
        case 413: .tooLarge(limitBytes: WireLimits.bodyBytesMax)
        default:
            .notCentral(
                status: response.status,
                contentType: response.headers["Content-Type"] ?? "no content type")
        }
    }

    /// An address without what stands behind its path, which may name a session.
    private static func shown(location: String) -> String {
        String(location.prefix { $0 != "?" && $0 != "#" }.prefix(200).filter { $0.isASCII })
    }
}
