import CCurl
import Dispatch
public import HTTP
import Synchronization

/// An HTTP/1.1 client over libcurl that keeps its connection open between requests.
///
/// It performs one request at a time, in the order of the calls: a program that waits in a long
/// poll while it sends uses two clients.
public final class HTTPClient: Sendable {
    private let session: CurlSession

    /// Creates a client; it connects with its first request.
    public init(options: HTTPClientOptions = HTTPClientOptions()) {
        session = CurlSession(options: options)
    }

    deinit {
        session.close()
    }

    /// What all requests have cost so far, failed ones included.
    public var traffic: HTTPTraffic { session.traffic }

    /// Sends a request and waits for the complete answer; redirects are not followed.
    ///
    /// - Parameters:
    ///   - timeout: replaces the options' `totalTimeout`.
    ///   - replyDelay: how long the server may think before it answers (a long poll), added to
    ///     the options' `lowSpeedTime` and `totalTimeout`.
    ///   - progress: called about once per second and on news, on the client's thread.
    /// - Throws: `HTTPClientError`; an answer with an error status is not thrown.
    public func send(
        method: String = "GET", url: String, headers: HTTPHeaders = [:], body: [UInt8] = [],
        timeout: Duration? = nil, replyDelay: Duration = .zero,
        progress: (@Sendable (TransferProgress) -> Void)? = nil
    ) async throws(HTTPClientError) -> HTTPClientResponse {
        let request = CurlRequest(
            method: method, url: url, headers: headers, body: body, timeout: timeout,
            replyDelay: replyDelay, progress: progress)
        let abort = AbortSignal()
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                session.enqueue(request, abort) { continuation.resume(returning: $0) }
            }
        } onCancel: {
            session.abort(abort)
        }
        return try result.get()
    }

    /// Aborts what is running or waiting and closes the connection; later requests are refused.
    public func close() {
        session.close()
    }
}

/// Set once to give up one request.
final class AbortSignal: Sendable {
    private let flag = Atomic<Bool>(false)

    var isSet: Bool { flag.load(ordering: .acquiring) }

    func set() { flag.store(true, ordering: .releasing) }
}
