// Central's HTTP interface (`Protocol/sync.md` §HTTP): a few routes, errors as problem details.

internal import CBOR
internal import Causality
internal import Crypto
public import HTTP
internal import JSON
internal import Wire
public import CentralEngine
public import HTTPServer

/// Answers HTTP requests for a central node.
public struct CentralHTTP: Sendable {
    private let node: CentralNode
    private let log: @Sendable (ExchangeLine) -> Void

    /// Serves a node; `log` gets a line for each exchange.
    public init(node: CentralNode, log: @escaping @Sendable (ExchangeLine) -> Void) {
        self.node = node
        self.log = log
    }

    /// Refuses what no route takes before its body is read.
    public static func check(
        method: String, path: String, headers: HTTPHeaders
    ) -> HTTPResponse? {
        guard let route = Route(rawValue: path) else {
            return problem(.refused(status: 404, title: "there is nothing at this path"))
        }
        guard route.methods.contains(method) else {
            let methods = route.methods.joined(separator: ", ")
            return problem(
                .refused(status: 405, title: "this path takes only \(methods)"),
                ["Allow": methods])
        }
        if route.wantsToken, headers["Authorization"] == nil {
            return problem(
                route.isForAdmins
                    ? .refused(status: 401, title: "there is no such session: log in")
                    : .notEnrolled)
        }
        if let expected = route.requestMediaType {
            let type = headers["Content-Type"]?.split(separator: ";").first.map(String.init)
            guard type?.lowercased() == expected else {
                return problem(
                    .unsupportedContent(reason: "the Content-Type must be \(expected)"))
            }
        }
        return nil
    }

    /// Answers one request.
    public func respond(to request: HTTPRequest) async -> HTTPResponse {
        if let refusal = Self.check(
            method: request.method, path: request.path, headers: request.headers)
        {
            return refusal
        }
        do throws(SyncFailure) {
            guard let route = Route(rawValue: request.path) else {
                throw .refused(status: 404, title: "there is nothing at this path")
            }
            switch route {
            case .sync: return try await sync(request)
            case .enrol: return try await enrol(request)
            case .token: return try await replaceToken(request)
            case .adminLogin: return try await logIn(request)
            case .adminLogout, .adminStatus, .adminDevices, .adminTrail, .adminRequestSync,
                .adminRevoke, .adminEnrol:
                return try await administer(request, route)
            case .health:
                return HTTPResponse(contentType: "application/json", text: #"{"status":"ok"}"#)
            case .ready: return await readiness()
            }
        } catch {
            return Self.problem(error)
        }
    }

    private func readiness() async -> HTTPResponse {
        guard let reason = await node.unreadiness() else {
            return HTTPResponse(contentType: "application/json", text: #"{"status":"ready"}"#)
        }
        let document = JSONValue.object([
            ("type", "about:blank"), ("title", "central cannot do all its work now"),
            ("status", .integer(503)), ("hint", .string(reason.hint)),
            ("reason", .string(reason.rawValue)),
        ])
        var response = HTTPResponse(
            status: 503, contentType: Problem.mediaType, text: document.serialized())
        response.headers.append("Retry-After", "30")
        return response
    }

    private func sync(_ request: HTTPRequest) async throws(SyncFailure) -> HTTPResponse {
        try await logged(ExchangeLine(.exchange, bytesIn: request.bytesReceived)) {
            line throws(SyncFailure) in
            let replica: ReplicaID
            do throws(SyncFailure) {
                replica = try await authenticate(request)
            } catch {
                // A former token, or that of a revoked device, may be in a thief's hands: whose is it?
                line.device =
                    try await node.holder(ofToken: Self.token(of: request))?
                    .description ?? ""
                throw error
            }
            line.device = replica.description
            let byteCount = try Self.contentByteCount(of: request)
            let waiting = WaitingRequest(
                token: Self.token(of: request), note: request.noteWaiting)
            let exchange = try await node.exchange(
                byteCount: byteCount, from: replica, waiting
            ) {
                () throws(SyncFailure) -> SyncRequest in
                var message = try SyncRequest(encoded: Self.content(of: request))
                // People read sequences.
                if Self.wantsJSON(request) { message.batches = nil }
                return message
            }
            let reply = exchange.reply
            line.pushed = exchange.hasPush ? reply.accepted.seq : 0
            line.refused = reply.refusals.count
            line.items = reply.itemCount
            line.isComplete = !reply.hasMore
            return try Self.response(reply, to: request, batches: exchange.batches)
        }
    }

    /// Answers a request and logs one line of it, whatever comes of it.
    private func logged(
        _ first: ExchangeLine,
        _ answer: (inout ExchangeLine) async throws(SyncFailure) -> HTTPResponse
    ) async throws(SyncFailure) -> HTTPResponse {
        let start = ContinuousClock.now
        var line = first
        do throws(SyncFailure) {
            let response = try await answer(&line)
            line.bytesOut = response.body.count
            line.milliseconds = Int(start.duration(to: .now) / .milliseconds(1))
            log(line)
            return response
        } catch {
            line.failure = error.problemName ?? "refused"
            if case .centralStore(let reason) = error { line.reason = reason }
            line.milliseconds = Int(start.duration(to: .now) / .milliseconds(1))
            log(line)
            throw error
        }
    }

    private func enrol(_ request: HTTPRequest) async throws(SyncFailure) -> HTTPResponse {
        try await logged(ExchangeLine(.enrolment, bytesIn: request.bytesReceived)) {
            line throws(SyncFailure) in
            let json = try Self.document(in: request, "enrolment")
            let reply = try await node.enrol(
                try EnrolmentRequest(json: json), from: request.remoteAddress)
            line.device = reply.replica.description
            return HTTPResponse(contentType: "application/json", text: reply.json.serialized())
        }
    }

    private func replaceToken(_ request: HTTPRequest) async throws(SyncFailure) -> HTTPResponse {
        try await logged(ExchangeLine(.token, bytesIn: request.bytesReceived)) {
            line throws(SyncFailure) in
            let json = try Self.document(in: request, "token replacement")
            let replacement = try TokenReplacement(json: json)
            let receipt: TokenReceipt
            do throws(SyncFailure) {
                receipt = try await node.replaceToken(replacement)
            } catch {
                // Anybody may say a name: it is noted only when a signature was true.
                if error.isOfKnownDevice { line.device = replacement.replica.description }
                throw error
            }
            line.device = replacement.replica.description
            return HTTPResponse(
                contentType: "application/json", text: receipt.json.serialized())
        }
    }

    private func logIn(_ request: HTTPRequest) async throws(SyncFailure) -> HTTPResponse {
        try await logged(ExchangeLine(.admin, bytesIn: request.bytesReceived)) {
            line throws(SyncFailure) in
            let json = try Self.document(in: request, "login")
            let (answer, name) = try await AdminHTTP(node: node).logIn(
                json, from: request.remoteAddress)
            line.device = "admin:\(name)"
            return HTTPResponse(contentType: "application/json", text: answer.serialized())
        }
    }

    private func administer(
        _ request: HTTPRequest, _ route: Route
    ) async throws(SyncFailure) -> HTTPResponse {
        try await logged(ExchangeLine(.admin, bytesIn: request.bytesReceived)) {
            line throws(SyncFailure) in
            var json: JSONValue?
            if route.requestMediaType != nil { json = try Self.document(in: request, "request") }
            let (answer, name) = try await AdminHTTP(node: node).respond(
                to: route, json, token: Self.token(of: request), from: request.remoteAddress)
            line.device = "admin:\(name)"
            return HTTPResponse(contentType: "application/json", text: answer.serialized())
        }
    }

    private func authenticate(_ request: HTTPRequest) async throws(SyncFailure) -> ReplicaID {
        guard let token = Self.token(of: request) else { throw .notEnrolled }
        return try await node.authenticate(token: token, from: request.remoteAddress)
    }
}

extension CentralHTTP {
    /// Bytes of a request's body without its coding, before anything is decompressed.
    private static func contentByteCount(of request: HTTPRequest) throws(SyncFailure) -> Int {
        guard request.headers["Content-Encoding"]?.lowercased() == Compression.contentCoding else {
            return request.body.count
        }
        return try Compression.contentByteCount(
            of: request.body, limitBytes: WireLimits.requestBytesMax)
    }

    private static func content(of request: HTTPRequest) throws(SyncFailure) -> [UInt8] {
        switch request.headers["Content-Encoding"]?.lowercased() {
        case nil, "identity": return request.body
        case Compression.contentCoding:
            return try Compression.decompressed(
                request.body, limitBytes: WireLimits.requestBytesMax)
        default: throw .unsupportedContent(reason: "the content coding must be zstd or none")
        }
    }

    private static func token(of request: HTTPRequest) -> String? {
        let scheme = "Bearer "
        guard let header = request.headers["Authorization"], header.hasPrefix(scheme) else {
            return nil
        }
        return String(header.dropFirst(scheme.count))
    }

    /// The document of a request that strangers may send: a small one.
    private static func document(
        in request: HTTPRequest, _ name: String
    ) throws(SyncFailure) -> JSONValue {
        guard request.body.count <= WireLimits.documentBytesMax else {
            throw .tooLarge(limitBytes: WireLimits.documentBytesMax)
        }
        do throws(JSONError) {
            return try JSONValue(parsing: request.body)
        } catch {
            throw .malformed(what: name, reason: "\(error)")
        }
    }

    private static func wantsJSON(_ request: HTTPRequest) -> Bool {
        request.headers["Accept"]?.contains("application/json") == true
    }

    private static func response(
        _ reply: SyncReply, to request: HTTPRequest, batches: BatchWishes?
    ) throws(SyncFailure) -> HTTPResponse {
        if wantsJSON(request) {
            return HTTPResponse(
                contentType: "application/json", text: reply.json.serialized())
        }
        var response = HTTPResponse(
            headers: ["Content-Type": Route.syncMediaType], body: reply.encoded())
        let takesZstd =
            request.headers["Accept-Encoding"]?.contains(Compression.contentCoding) == true
        guard takesZstd else { return response }
        let packed = try Compression.packed(
            body: response.body, level: batches?.compressionLevel ?? Compression.levelDefault,
            dictionary: CompressionDictionary.newest(through: batches?.dictionary ?? 0))
        if let packed {
            response.body = packed
            response.headers.append("Content-Encoding", Compression.contentCoding)
        }
        return response
    }

    private static func problem(
        _ failure: SyncFailure, _ headers: HTTPHeaders = [:]
    ) -> HTTPResponse {
        var response = HTTPResponse(
            status: failure.httpStatus, contentType: Problem.mediaType,
            text: Problem.document(of: failure).serialized())
        for field in headers.fields { response.headers.append(field.name, field.value) }
        switch failure {
        case .notEnrolled, .tokenReplaced: response.headers.append("WWW-Authenticate", "Bearer")
        case .busy(let seconds), .tooManyTries(let seconds):
            response.headers.append("Retry-After", "\(seconds)")
        case .centralStore: response.headers.append("Retry-After", "30")
        default: break
        }
        return response
    }
}

extension Unreadiness {
    /// What helps, for whoever watches central.
    fileprivate var hint: String {
        switch self {
        case .store: "see what central says on standard error, and run central verify"
        case .disk: "make room on central's disk, and see that it may be written to"
        case .recovery: "let all devices sync, then central recover --end; do not shut them out"
        }
    }
}

extension SyncFailure {
    /// Whether central says this only to a device that it knows.
    fileprivate var isOfKnownDevice: Bool {
        switch self {
        case .tokenReplaced, .revoked: true
        default: false
        }
    }
}
