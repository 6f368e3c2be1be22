/// What is known of a request before its body is read.
struct RequestHead: Sendable {
    let method: String
    /// nil when the request line's target is malformed.
    let target: RequestTarget?
    let headers: HTTPHeaders
    let remoteAddress: String
    /// Bytes of the request line and the headers.
    let bytes: Int

    init(
        method: String, rawPath: String, rawQuery: [(name: String, value: String)],
        headers: HTTPHeaders, remoteAddress: String
    ) {
        self.method = method
        self.target = RequestTarget(rawPath: rawPath, rawQuery: rawQuery)
        self.headers = headers
        self.remoteAddress = remoteAddress
        let queryBytes = rawQuery.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count + 2 }
        let line = method.utf8.count + rawPath.utf8.count + queryBytes
        self.bytes = line + " ".utf8.count * 2 + "HTTP/1.1\r\n\r\n".utf8.count + headers.wireBytes
    }

    /// Whether bytes are to follow the headers.
    var announcesBody: Bool {
        headers["Transfer-Encoding"] != nil || (declaredBodyBytes ?? 0) > 0
    }

    /// The number in `Content-Length`, if there is a valid one.
    var declaredBodyBytes: Int? {
        guard let text = headers["Content-Length"],
            text.utf8.allSatisfy({ (0x30...0x39).contains($0) })
        else { return nil }
        return Int(text)
    }

    /// Ambiguous framing is refused, lest a proxy in between reads other requests than we do
    /// (RFC 9112 §6.3).
    var framingProblem: HTTPResponse? {
        let lengths = headers.values("Content-Length")
        let codings = headers.values("Transfer-Encoding")
        if codings.count == 1, lengths.isEmpty {
            return codings[0].isSameHeaderName(as: "chunked")
                ? nil : .problem(501, "Transfer coding not supported")
        }
        if codings.isEmpty, lengths.isEmpty || lengths.count == 1 && declaredBodyBytes != nil {
            return nil
        }
        return .problem(400, "Malformed message length")
    }

    func request(body: [UInt8]) -> HTTPRequest {
        HTTPRequest(
            method: method, path: target?.path ?? "/", query: target?.query ?? [:],
            headers: headers, body: body, remoteAddress: remoteAddress,
            bytesReceived: bytes + body.count)
    }
}
