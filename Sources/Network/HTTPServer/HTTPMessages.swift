public import HTTP

/// A request that has arrived completely.
public struct HTTPRequest: Sendable {
    /// The method as sent, for example `POST`.
    public let method: String
    /// The path, percent-decoded, always starting with `/` (or `*` for a server-wide `OPTIONS`).
    public let path: String
    /// The query's names and values, decoded; of a repeated name the first counts.
    public let query: [String: String]
    /// The header lines.
    public let headers: HTTPHeaders
    /// The body, chunked coding removed; any content coding is left as it is.
    public let body: [UInt8]
    /// The numeric address of who asks, without port: the peer's, or what a trusted proxy says.
    public let remoteAddress: String
    /// Bytes of head and body as received, chunk framing not counted.
    public let bytesReceived: Int
    /// Tells the server that from now on the handler only waits for news, or that it works again. One
    /// that waits may be cancelled to give way to others; what it answers then is still sent.
    public let noteWaiting: @Sendable (_ isWaiting: Bool) -> Void
}

/// What a handler answers; length, date and connection headers are added by the server.
public struct HTTPResponse: Sendable {
    /// 200...599; anything else is answered as 500.
    public var status: Int
    /// The header lines; `Content-Length` and `Transfer-Encoding` are the server's and are ignored.
    public var headers: HTTPHeaders
    /// The body; not sent in reply to `HEAD`, nor with 204 and 304.
    public var body: [UInt8]
    /// Writes the body while it is read, in the place of `body`; one of a limited number.
    public var stream: HTTPStream?

    /// Creates a response whose body is written while it is read.
    public init(status: Int = 200, headers: HTTPHeaders = [:], stream: HTTPStream) {
        self.init(status: status, headers: headers)
        self.stream = stream
    }

    /// Creates a response from bytes.
    public init(status: Int = 200, headers: HTTPHeaders = [:], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// Creates a response from text of a content type.
    public init(status: Int = 200, contentType: String, text: String) {
        self.init(status: status, headers: ["Content-Type": contentType], body: Array(text.utf8))
    }

    /// A problem found by the server itself (RFC 9457, type `about:blank`).
    static func problem(_ status: Int, _ title: String) -> HTTPResponse {
        HTTPResponse(
            status: status, contentType: "application/problem+json",
            text: #"{"type":"about:blank","title":"\#(title)","status":\#(status)}"#)
    }

    /// The same, and nothing more is read from the connection: what follows may be no request.
    var closingConnection: HTTPResponse {
        var response = self
        response.headers["Connection"] = "close"
        return response
    }
}

extension HTTPResponse: Equatable {
    /// Whether both say the same; two streams never do.
    public static func == (left: HTTPResponse, right: HTTPResponse) -> Bool {
        left.status == right.status && left.headers == right.headers && left.body == right.body
            && left.stream === right.stream
    }
}
