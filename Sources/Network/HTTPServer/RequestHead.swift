internal import Addresses
internal import HTTP

/// What is known of a request before its body is read.
struct RequestHead: Sendable {
    let method: String
    /// nil when the request line's target is malformed.
    let target: RequestTarget?
    let headers: HTTPHeaders
    let remoteAddress: String
    /// Who asks, when a trusted proxy forwards it; `nil` when that is the connection's peer.
    let forwardedClient: NetworkAddress?
    /// Bytes of the request line and the headers.
    let bytes: Int
    /// As in the request line: `HTTP/1.1`.
    let version: String

    init(
        method: String, rawPath: String, rawQuery: [(name: String, value: String)],
        headers: HTTPHeaders, remoteAddress: String, forwardedClient: NetworkAddress? = nil,
        version: String = "HTTP/1.1"
    ) {
        self.version = version
        self.method = method
        self.target = RequestTarget(rawPath: rawPath, rawQuery: rawQuery)
        self.headers = headers
        self.remoteAddress = remoteAddress
        self.forwardedClient = forwardedClient
        let queryBytes = rawQuery.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count + 2 }
        let line = method.utf8.count + rawPath.utf8.count + queryBytes
        self.bytes = line + " ".utf8.count * 2 + "HTTP/1.1\r\n\r\n".utf8.count + headers.wireBytes
    }

    /// Whether bytes may follow the headers: also when nobody can say how many.
    var announcesBody: Bool {
        headers["Transfer-Encoding"] != nil
            || headers["Content-Length"] != nil && declaredBodyBytes != 0
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
        guard let problem = fieldProblem ?? lengthProblem else { return nil }
        return problem.closingConnection
    }

    /// Whether a body of so many bytes is the one that the headers announced: if libmicrohttpd reads
    /// another length than we do, the rest would pass for another request.
    func announced(bodyBytes: Int) -> Bool {
        headers["Transfer-Encoding"] != nil || (declaredBodyBytes ?? 0) == bodyBytes
    }

    /// Whether a name begins as one that decides where a message ends. libmicrohttpd 0.9.75 adds what is
    /// folded onto the next line to the name of its header, and so loses a folded length.
    private static func isFoldedFraming(_ name: String) -> Bool {
        ["content-length", "transfer-encoding"].contains {
            name.utf8.count > $0.utf8.count && name.lowercased().hasPrefix($0)
        }
    }

    /// Names that are no tokens and values with control characters are read in different ways, and
    /// so is a second host (RFC 9110 §5.5, RFC 9112 §3.2, §5.1).
    private var fieldProblem: HTTPResponse? {
        guard headers.fields.allSatisfy(\.isWellFormed) else {
            return .problem(400, "Malformed header")
        }
        guard !headers.fields.contains(where: { Self.isFoldedFraming($0.name) }) else {
            return .problem(400, "Malformed message length")
        }
        return headers.values("Host").count > 1 ? .problem(400, "More than one Host") : nil
    }

    private var lengthProblem: HTTPResponse? {
        let lengths = headers.values("Content-Length")
        let codings = headers.values("Transfer-Encoding")
        if codings.count == 1, lengths.isEmpty {
            // HTTP/1.0 has no codings: whoever forwards such a request reads it in another way.
            guard version != "HTTP/1.0" else { return .problem(400, "Malformed message length") }
            return codings[0].isSameHeaderName(as: "chunked")
                ? nil : .problem(501, "Transfer coding not supported")
        }
        if codings.isEmpty, lengths.isEmpty || lengths.count == 1 && declaredBodyBytes != nil {
            return nil
        }
        return .problem(400, "Malformed message length")
    }

    /// Whether it says that it would only wait for news (`Prefer: wait=55`, RFC 7240 §4.3).
    var prefersToWait: Bool {
        headers.values("Prefer").flatMap { $0.split(separator: ",") }.contains {
            $0.drop { $0 == " " || $0 == "\t" }.lowercased().hasPrefix("wait=")
        }
    }

    func request(
        body: [UInt8], noteWaiting: @escaping @Sendable (Bool) -> Void
    ) -> HTTPRequest {
        HTTPRequest(
            method: method, path: target?.path ?? "/", query: target?.query ?? [:],
            headers: headers, body: body, remoteAddress: remoteAddress,
            bytesReceived: bytes + body.count, noteWaiting: noteWaiting)
    }
}
