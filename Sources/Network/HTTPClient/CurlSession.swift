import CCurl
import Dispatch
import Glibc
internal import HTTP
import Synchronization

/// libcurl's handles of one client, and the thread on which alone they are used.
///
/// `@unchecked Sendable`: `easy`, `multi`, `linkFreeAt`, `lastSocket` and `meter` are used on `thread` only,
/// but for `curl_multi_wakeup`, which is made for other threads.
final class CurlSession: @unchecked Sendable {
    private static let isReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    private let options: HTTPClientOptions
    private let thread = SerialThread()
    private let easy: UnsafeMutableRawPointer?
    private let multi: UnsafeMutableRawPointer?
    private let closing = AbortSignal()
    /// Signalled to end a pause early.
    private let alarm = DispatchSemaphore(value: 0)
    /// When the rate limit allows the next step; used on `thread` only.
    private var linkFreeAt = ContinuousClock.now
    /// The socket that was opened last, or -1; used on `thread` only.
    private var lastSocket: Int32 = -1
    /// Outlives the sockets: they are closed with the handles, in `deinit`.
    private let meter = SocketMeter()
    private let total = Mutex(HTTPTraffic())

    init(options: HTTPClientOptions) {
        self.options = options
        easy = Self.isReady ? curl_easy_init() : nil
        multi = Self.isReady ? curl_multi_init() : nil
        if let multi { _ = shim_set_multi_long(multi, CURLMOPT_MAXCONNECTS, 2) }
    }

    deinit {
        // All work on the thread holds the session: nothing runs any more.
        if let easy { curl_easy_cleanup(easy) }
        if let multi { curl_multi_cleanup(multi) }
    }

    var traffic: HTTPTraffic { total.withLock { $0 } }

    func enqueue(
        _ request: CurlRequest, _ abort: AbortSignal,
        _ completion: @escaping @Sendable (Result<HTTPClientResponse, HTTPClientError>) -> Void
    ) {
        thread.async { completion(self.perform(request, abort)) }
    }

    func abort(_ signal: AbortSignal) {
        signal.set()
        wakeUp()
    }

    func close() {
        closing.set()
        wakeUp()
    }

    private func wakeUp() {
        alarm.signal()
        if let multi { curl_multi_wakeup(multi) }
    }

    private func perform(
        _ request: CurlRequest, _ abort: AbortSignal
    ) -> Result<HTTPClientResponse, HTTPClientError> {
        if abort.isSet || closing.isSet { return .failure(.cancelled) }
        guard let easy, let multi else {
            return .failure(.other(code: Int(CURLE_FAILED_INIT.rawValue), message: "no memory"))
        }
        curl_easy_reset(easy)
        let transfer = CurlTransfer(request, options, easy, meter, lastSocket: lastSocket)
        if let problem = transfer.prepare() { return .failure(problem) }
        let code = transfer.withBody { run(transfer, easy, multi, abort) }
        lastSocket = transfer.socket
        let traffic = transfer.traffic
        total.withLock { $0 += traffic }
        if let code { return transfer.result(of: code) }
        return .failure(.cancelled)
    }

    /// Drives one transfer to its end; nil when it was aborted.
    private func run(
        _ transfer: CurlTransfer, _ easy: UnsafeMutableRawPointer,
        _ multi: UnsafeMutableRawPointer, _ abort: AbortSignal
    ) -> CURLcode? {
        guard curl_multi_add_handle(multi, easy) == CURLM_OK else { return CURLE_FAILED_INIT }
        defer { curl_multi_remove_handle(multi, easy) }
        blockBrokenPipeSignal()
        var silence = SilenceWatch(silenceMax: transfer.silenceMax)
        while true {
            waitForRate(abort)
            if abort.isSet || closing.isSet { return nil }
            let unpaused = transfer.unpause()
            guard unpaused == CURLE_OK else { return unpaused }
            var running: Int32 = 0
            guard curl_multi_perform(multi, &running) == CURLM_OK else { return CURLE_FAILED_INIT }
            spend(transfer.takeUnpacedBytes())
            let result = shim_finished_result(multi)
            if result >= 0 { return CURLcode(rawValue: UInt32(result)) }
            if transfer.isPaused { continue }
            if silence.isOver(crossedBytes: transfer.crossedBytes, socket: transfer.socket) {
                return CURLE_OPERATION_TIMEDOUT
            }
            let wait = silence.waitMilliseconds(atMost: 1_000)
            guard curl_multi_poll(multi, nil, 0, wait, nil) == CURLM_OK else {
                return CURLE_FAILED_INIT
            }
        }
    }
}

// libcurl 7.88's own rate limit lets hundreds of kilobytes through before it begins to work, and
// forgets between transfers; so the client paces itself between libcurl's steps.
extension CurlSession {
    private func spend(_ byteCount: Int) {
        guard let rate = options.bytesPerSecondMax, byteCount > 0 else { return }
        let cost = Duration.seconds(Double(byteCount) / Double(max(rate, 1)))
        linkFreeAt = max(linkFreeAt, .now) + cost
    }

    private func waitForRate(_ abort: AbortSignal) {
        while !abort.isSet, !closing.isSet {
            let wait = (linkFreeAt - .now).wholeMilliseconds
            if wait <= 0 || alarm.wait(timeout: .now() + .milliseconds(wait)) == .timedOut {
                return
            }
        }
    }
}

/// Writing to a closed connection is an error to report, not a reason to end the program.
private func blockBrokenPipeSignal() {
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGPIPE)
    pthread_sigmask(SIG_BLOCK, &signals, nil)
}
