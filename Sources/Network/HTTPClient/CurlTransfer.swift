import CCurl
import Glibc
internal import HTTP

/// A request as the client was asked for it.
struct CurlRequest: Sendable {
    let method: String
    let url: String
    let headers: HTTPHeaders
    let body: [UInt8]
    let timeout: Duration?
    let replyDelay: Duration
    let progress: (@Sendable (TransferProgress) -> Void)?
}

/// One transfer on libcurl's easy handle; lives on the session's thread.
final class CurlTransfer {
    private static let responseHeaderBytesMax = 256 << 10
    private static let expectBodyBytesMin = 1 << 20

    private let request: CurlRequest
    private let options: HTTPClientOptions
    private let easy: UnsafeMutableRawPointer
    private let meter: SocketMeter
    /// What the meter said when this transfer began.
    private let crossedBefore: SocketBytes
    private var headerList: UnsafeMutablePointer<curl_slist>?
    private let errorText: UnsafeMutablePointer<CChar>

    private var headers = HTTPHeaders()
    private var headerBytes = 0
    private var body: [UInt8] = []
    private(set) var isTooLarge = false
    private var isHeadComplete = false
    private var bytesSent = 0
    private var bytesReceived = 0
    private var pacedBytes = 0
    private(set) var isPaused = false
    /// The socket of the connection that was opened last, perhaps for an earlier transfer; or -1.
    private(set) var socket: Int32
    private var reported: TransferProgress?

    init(
        _ request: CurlRequest, _ options: HTTPClientOptions, _ easy: UnsafeMutableRawPointer,
        _ meter: SocketMeter, lastSocket: Int32
    ) {
        self.meter = meter
        crossedBefore = meter.total
        socket = lastSocket
        self.request = request
        self.options = options
        self.easy = easy
        errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    }

    deinit {
        // The handle outlives the transfer and must not point into it.
        curl_easy_reset(easy)
        curl_slist_free_all(headerList)
        errorText.deallocate()
    }

    /// Sets every option; a problem means that nothing may be sent.
    func prepare() -> HTTPClientError? {
        if let problem = prepareHeaders() { return problem }
        guard !request.url.utf8.contains(0), setText(CURLOPT_URL, request.url) else {
            return .invalidURL
        }
        prepareMethod()
        prepareLink()
        prepareTimes()
        if let problem = prepareTrust() { return problem }
        prepareCallbacks()
        return nil
    }

    /// Runs with the request body in place, where libcurl reads it.
    func withBody<Result>(_ run: () -> Result) -> Result {
        request.body.withUnsafeBytes { bytes in
            if sendsBody {
                shim_set_offset(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(bytes.count))
                if bytes.isEmpty {
                    setText(CURLOPT_COPYPOSTFIELDS, "")
                } else {
                    shim_set_pointer(easy, CURLOPT_POSTFIELDS, bytes.baseAddress)
                }
            }
            return run()
        }
    }

    /// Bytes that crossed the wire since this was asked last.
    func takeUnpacedBytes() -> Int {
        let total = bytesSent + bytesReceived
        defer { pacedBytes = total }
        return total - pacedBytes
    }

    /// Bytes that crossed the wire, or were handed to the kernel.
    var crossedBytes: Int { bytesSent + bytesReceived }

    /// How long nothing may move.
    var silenceMax: Duration? { options.silenceMax.map { $0 + request.replyDelay } }

    /// Lets libcurl hand over what it kept back.
    func unpause() -> CURLcode {
        guard isPaused else { return CURLE_OK }
        isPaused = false
        return curl_easy_pause(easy, CURLPAUSE_CONT)
    }

    /// What the transfer has cost, however it ended.
    var traffic: HTTPTraffic {
        var traffic = HTTPTraffic()
        traffic.requests = 1
        traffic.connections = shim_long_info(easy, CURLINFO_NUM_CONNECTS)
        let crossed = meter.total
        traffic.bytesSent = crossed.sent - crossedBefore.sent
        traffic.bytesReceived = crossed.received - crossedBefore.received
        return traffic
    }

    /// The URL's host and port as far as they can be read, without user or path.
    var host: String {
        let rest = request.url.split(separator: "//", maxSplits: 1).last ?? ""
        let authority = rest.prefix { !"/?#".contains($0) }
        return String(authority.split(separator: "@").last ?? "")
    }

    var responseBytesMax: Int { options.responseBytesMax }

    /// Whether the connection and its handshake were complete.
    var isConnected: Bool { shim_offset_info(easy, CURLINFO_PRETRANSFER_TIME_T) > 0 }

    /// OpenSSL's verdict on the server's certificate; 0 when it found nothing wrong.
    var verifyResult: Int { shim_long_info(easy, CURLINFO_SSL_VERIFYRESULT) }

    /// The address that was asked for.
    var requestURL: String { request.url }

    /// libcurl's words for what went wrong.
    func reason(for code: CURLcode) -> String {
        let text = String(cString: errorText)
        return text.isEmpty ? String(cString: curl_easy_strerror(code)) : text
    }

    /// Whether libcurl itself has said nothing.
    var errorIsUnsaid: Bool { errorText[0] == 0 }

    func result(of code: CURLcode) -> Result<HTTPClientResponse, HTTPClientError> {
        guard code == CURLE_OK else { return .failure(error(for: code)) }
        // libcurl 7.88 takes an answer whose headers break off for a complete one.
        guard isHeadComplete else {
            return .failure(.connectionLost(host: host, reason: "the headers broke off"))
        }
        let status = shim_long_info(easy, CURLINFO_RESPONSE_CODE)
        return .success(
            HTTPClientResponse(
                status: status, headers: headers, body: body, traffic: traffic,
                serverCertificate: options.trustsAnybody
                    ? shim_server_certificate(easy).map { String(cString: $0) } : nil))
    }
}

extension CurlTransfer {
    private var sendsBody: Bool {
        !request.body.isEmpty || ["POST", "PUT", "PATCH"].contains(request.method)
    }

    private func prepareHeaders() -> HTTPClientError? {
        guard !request.method.isEmpty, request.method.utf8.allSatisfy(\.isTokenByte) else {
            return .invalidHeader(name: "method")
        }
        for field in request.headers.fields {
            guard field.isWellFormed else { return .invalidHeader(name: field.name) }
            // libcurl's way to send an empty value is a semicolon.
            appendHeader(
                field.value.isEmpty ? "\(field.name);" : "\(field.name): \(field.value)")
        }
        var unwanted = ["Accept", "Content-Type"]
        if request.body.count < Self.expectBodyBytesMin { unwanted.append("Expect") }
        for name in unwanted where request.headers[name] == nil { appendHeader("\(name):") }
        shim_set_pointer(easy, CURLOPT_HTTPHEADER, headerList)
        return nil
    }

    private func appendHeader(_ line: String) {
        guard let longer = curl_slist_append(headerList, line) else { return }
        headerList = longer
    }

    private func prepareMethod() {
        switch request.method {
        case "HEAD" where request.body.isEmpty: shim_set_long(easy, CURLOPT_NOBODY, 1)
        case "GET" where request.body.isEmpty: shim_set_long(easy, CURLOPT_HTTPGET, 1)
        default:
            if sendsBody { shim_set_long(easy, CURLOPT_POST, 1) }
            setText(CURLOPT_CUSTOMREQUEST, request.method)
        }
    }

    private func prepareLink() {
        setText(CURLOPT_PROTOCOLS_STR, "http,https")
        shim_set_long(easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1)
        shim_set_long(easy, CURLOPT_FOLLOWLOCATION, 0)
        shim_set_long(easy, CURLOPT_NOSIGNAL, 1)
        // Giving up does not wait for a name server.
        shim_set_long(easy, CURLOPT_QUICK_EXIT, 1)
        shim_set_long(easy, CURLOPT_TCP_NODELAY, 1)
        shim_set_long(easy, CURLOPT_TCP_KEEPALIVE, 1)
        shim_set_long(easy, CURLOPT_TCP_KEEPIDLE, 30)
        shim_set_long(easy, CURLOPT_TCP_KEEPINTVL, 15)
        shim_set_long(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        if let proxy = options.proxy { setText(CURLOPT_PROXY, proxy) }
        if let userAgent = options.userAgent { setText(CURLOPT_USERAGENT, userAgent) }
        shim_set_offset(easy, CURLOPT_MAXFILESIZE_LARGE, curl_off_t(options.responseBytesMax))
        if let rate = options.bytesPerSecondMax {
            // Small steps keep the rate even.
            shim_set_long(easy, CURLOPT_BUFFERSIZE, min(max(rate / 8, 1 << 10), 16 << 10))
            shim_set_long(easy, CURLOPT_UPLOAD_BUFFERSIZE, 16 << 10)
        }
    }

    private func prepareTimes() {
        let connect = max(options.connectTimeout.wholeMilliseconds, 1)
        shim_set_long(easy, CURLOPT_CONNECTTIMEOUT_MS, connect)
        if let total = request.timeout ?? options.totalTimeout.map({ $0 + request.replyDelay }) {
            shim_set_long(easy, CURLOPT_TIMEOUT_MS, max(total.wholeMilliseconds, 1))
        }
        if let speed = options.lowSpeedBytesPerSecond {
            let time = options.lowSpeedTime + request.replyDelay
            shim_set_long(easy, CURLOPT_LOW_SPEED_LIMIT, speed)
            shim_set_long(easy, CURLOPT_LOW_SPEED_TIME, max(time.wholeSeconds, 1))
        }
    }

    private func prepareTrust() -> HTTPClientError? {
        shim_set_long(easy, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2)
        if let caFile = options.caFile {
            guard setText(CURLOPT_CAINFO, caFile), setText(CURLOPT_CAPATH, nil) else {
                return unusableTrust("the file cannot be set")
            }
        }
        if let pem = options.caPEM {
            let bytes = Array(pem.utf8)
            guard setText(CURLOPT_CAINFO, nil), setText(CURLOPT_CAPATH, nil),
                shim_set_bytes(easy, CURLOPT_CAINFO_BLOB, bytes, bytes.count) == CURLE_OK
            else { return unusableTrust("the text cannot be set") }
        }
        if options.trustsAnybody {
            shim_set_long(easy, CURLOPT_SSL_VERIFYPEER, 0)
            shim_set_long(easy, CURLOPT_SSL_VERIFYHOST, 0)
            shim_set_long(easy, CURLOPT_CERTINFO, 1)
            return nil
        }
        guard let pin = options.pinnedPublicKey else { return nil }
        guard pin.hasPrefix("sha256//"), setText(CURLOPT_PINNEDPUBLICKEY, pin) else {
            return unusableTrust("the pin is not sha256// and Base64")
        }
        if options.caFile == nil, options.caPEM == nil {
            shim_set_long(easy, CURLOPT_SSL_VERIFYPEER, 0)
            shim_set_long(easy, CURLOPT_SSL_VERIFYHOST, 0)
        }
        return nil
    }

    private func unusableTrust(_ reason: String) -> HTTPClientError {
        .tlsFailure(host: host, problem: .unusableTrust, reason: reason)
    }

    private func prepareCallbacks() {
        let context = Unmanaged.passUnretained(self).toOpaque()
        shim_set_pointer(easy, CURLOPT_ERRORBUFFER, errorText)
        shim_set_pointer(easy, CURLOPT_WRITEDATA, context)
        shim_set_pointer(easy, CURLOPT_HEADERDATA, context)
        shim_set_pointer(easy, CURLOPT_XFERINFODATA, context)
        shim_set_long(easy, CURLOPT_NOPROGRESS, request.progress == nil ? 1 : 0)
        shim_set_data_callback(easy, CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
            let piece = UnsafeRawBufferPointer(start: bytes, count: size * count)
            return transfer(context)?.bodyArrived(piece) ?? 0
        }
        shim_set_data_callback(easy, CURLOPT_HEADERFUNCTION) { bytes, size, count, context in
            let line = UnsafeRawBufferPointer(start: bytes, count: size * count)
            return transfer(context)?.headerArrived(line) ?? 0
        }
        // The counts of `curl_easy_getinfo` take a body that leaves together with its head twice.
        shim_set_pointer(easy, CURLOPT_DEBUGDATA, context)
        shim_set_long(easy, CURLOPT_VERBOSE, 1)
        shim_set_debug_callback(easy) { _, kind, _, size, context in
            transfer(context)?.crossed(kind, size)
            return 0
        }
        shim_set_pointer(easy, CURLOPT_SOCKOPTDATA, context)
        shim_set_socket_callback(easy) { context, socket, _ in
            transfer(context)?.socket = socket
            transfer(context)?.meter.opened(socket)
            return Int32(CURL_SOCKOPT_OK)
        }
        meter.watch(easy)
        shim_set_progress_callback(easy) { context, toReceive, received, toSend, sent in
            transfer(context)?.report(toReceive, received, toSend, sent)
            return 0
        }
    }

    @discardableResult
    private func setText(_ option: CURLoption, _ text: String?) -> Bool {
        shim_set_text(easy, option, text) == CURLE_OK
    }
}

extension CurlTransfer {
    /// Any other number than the count makes libcurl give up, or pause.
    private func bodyArrived(_ bytes: UnsafeRawBufferPointer) -> Int {
        let unpaced = bytesSent + bytesReceived - pacedBytes
        if let rate = options.bytesPerSecondMax, unpaced > rate / 8 {
            // One step of libcurl may read many buffers: end it, so that the session can wait.
            isPaused = true
            return Int(CURL_WRITEFUNC_PAUSE)
        }
        guard body.count + bytes.count <= options.responseBytesMax else {
            isTooLarge = true
            return 0
        }
        body.append(contentsOf: bytes)
        return bytes.count
    }

    private func headerArrived(_ bytes: UnsafeRawBufferPointer) -> Int {
        headerBytes += bytes.count
        guard headerBytes <= Self.responseHeaderBytesMax else {
            isTooLarge = true
            return 0
        }
        if bytes.starts(with: "HTTP/".utf8) {
            // A new status line: what came before was interim, such as 100 Continue.
            headers = HTTPHeaders()
            isHeadComplete = false
        } else if bytes.first == UInt8(ascii: "\r") || bytes.first == UInt8(ascii: "\n") {
            isHeadComplete = true
        } else if let colon = bytes.firstIndex(of: UInt8(ascii: ":")) {
            headers.append(text(bytes[..<colon]), text(bytes[(colon + 1)...]))
        }
        return bytes.count
    }

    private func crossed(_ kind: curl_infotype, _ byteCount: Int) {
        switch kind {
        case CURLINFO_HEADER_OUT, CURLINFO_DATA_OUT: bytesSent += byteCount
        case CURLINFO_HEADER_IN, CURLINFO_DATA_IN: bytesReceived += byteCount
        default: break
        }
    }

    private func text(_ bytes: Slice<UnsafeRawBufferPointer>) -> String {
        let blanks: [UInt8] = [0x20, 0x09, 0x0D, 0x0A]
        var bytes = bytes.drop { blanks.contains($0) }
        while let last = bytes.last, blanks.contains(last) { bytes.removeLast() }
        return String(decoding: bytes, as: UTF8.self)
    }

    private func report(
        _ toReceive: curl_off_t, _ received: curl_off_t, _ toSend: curl_off_t, _ sent: curl_off_t
    ) {
        let progress = TransferProgress(
            bytesSent: Int(sent), bytesToSend: request.body.count, bytesReceived: Int(received),
            bytesToReceive: toReceive > 0 ? Int(toReceive) : nil)
        if progress == reported { return }
        reported = progress
        request.progress?(progress)
    }
}

private func transfer(_ context: UnsafeMutableRawPointer?) -> CurlTransfer? {
    context.map { Unmanaged<CurlTransfer>.fromOpaque($0).takeUnretainedValue() }
}
