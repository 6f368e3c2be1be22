// The routes of devices, and of whoever watches central (`Protocol/sync.md` §HTTP).

internal import CBOR
internal import Causality
internal import CentralEngine
internal import Crypto
internal import HTTP
internal import HTTPServer
internal import JSON
internal import ReplicaStore
internal import Wire

/// What devices ask of a node.
struct ExchangeRoutes {
    let node: CentralNode

    var list: [ServedRoute] {
        [
            ServedRoute(["GET", "HEAD"], .exactly(Route.health.path), .anybody) {
                _, _ throws(SyncFailure) in
                HTTPResponse(contentType: "application/json", text: #"{"status":"ok"}"#)
            },
            ServedRoute(["GET", "HEAD"], .exactly(Route.ready.path), .anybody) {
                [node] _, _ async throws(SyncFailure) in
                await Self.readiness(of: node)
            },
            ServedRoute(
                ["POST"], .exactly(Route.enrol.path), .anybody, body: .json(name: "enrolment"),
                event: .enrolment, answer: enrol),
            ServedRoute(
                ["POST"], .exactly(Route.token.path), .anybody,
                body: .json(name: "token replacement"), event: .token, answer: replaceToken),
            ServedRoute(
                ["POST"], .exactly(Route.sync.path), .device,
                body: .bytes(mediaType: Route.syncMediaType), event: .exchange, answer: sync),
        ]
    }

    private static func readiness(of node: CentralNode) async -> HTTPResponse {
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

    private func sync(
        _ request: RoutedRequest, _ line: inout ExchangeLine
    ) async throws(SyncFailure) -> HTTPResponse {
        guard case .presenter(let holder) = request.caller else { throw .notEnrolled }
        let http = request.http
        let byteCount = try Self.contentByteCount(of: http)
        let waiting = WaitingRequest(of: holder, note: http.noteWaiting)
        let exchange = try await node.exchange(
            byteCount: byteCount, from: holder.replica, waiting
        ) {
            () throws(SyncFailure) -> SyncRequest in
            var message = try SyncRequest(encoded: Self.content(of: http))
            // People read sequences.
            if Self.wantsJSON(http) { message.batches = nil }
            return message
        }
        let reply = exchange.reply
        line.pushed = exchange.hasPush ? reply.accepted.seq : 0
        line.refused = reply.refusals.count
        line.items = reply.itemCount
        line.isComplete = !reply.hasMore
        return try Self.response(reply, to: http, batches: exchange.batches)
    }

    private func enrol(
        _ request: RoutedRequest, _ line: inout ExchangeLine
    ) async throws(SyncFailure) -> HTTPResponse {
        let reply = try await node.enrol(
            try EnrolmentRequest(json: request.json ?? .null), from: request.http.remoteAddress)
        line.device = reply.replica.description
        return HTTPResponse(contentType: "application/json", text: reply.json.serialized())
    }

    private func replaceToken(
        _ request: RoutedRequest, _ line: inout ExchangeLine
    ) async throws(SyncFailure) -> HTTPResponse {
        let replacement = try TokenReplacement(json: request.json ?? .null)
        let receipt: TokenReceipt
        do throws(SyncFailure) {
            receipt = try await node.replaceToken(replacement)
        } catch {
            // Anybody may say a name: it is noted only when a signature was true.
            if error.isOfKnownDevice { line.device = replacement.replica.description }
            throw error
        }
        line.device = replacement.replica.description
        return HTTPResponse(contentType: "application/json", text: receipt.json.serialized())
    }
}

extension ExchangeRoutes {
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
