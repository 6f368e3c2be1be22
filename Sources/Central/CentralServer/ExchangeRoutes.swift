// The routes of devices, and of whoever watches central (`Protocol/sync.md` §HTTP).

internal import Backups
internal import CBOR
internal import Causality
internal import CentralEngine
internal import Crypto
internal import Files
internal import HTTP
internal import HTTPServer
internal import JSON
internal import SQLiteStore
internal import Synchronization
internal import Wire

/// What devices ask of a node.
struct ExchangeRoutes {
    let node: FileCentral
    let supervision: Supervision

    var list: [ServedRoute] {
        [
            ServedRoute(["GET", "HEAD"], .exactly(Route.health.path), .anybody) {
                _, _ throws(SyncFailure) in
                HTTPResponse(contentType: "application/json", text: #"{"status":"ok"}"#)
            },
            ServedRoute(["GET", "HEAD"], .exactly(Route.ready.path), .anybody) {
                [node, supervision] _, _ async throws(SyncFailure) in
                let backup = BackupNote(home: Folder.path(of: node.databasePath))
                return await supervision.readiness(
                    of: node, BackupAge(made: backup?.made, now: SystemClock().now()))
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

    private func sync(
        _ request: RoutedRequest, _ line: inout ExchangeLine
    ) async throws(SyncFailure) -> HTTPResponse {
        guard case .presenter(let holder) = request.caller else { throw .notEnrolled }
        let http = request.http
        let byteCount = try Self.contentByteCount(of: http)
        let notes = ExchangeNotes(http.noteWaiting)
        let waiting = WaitingRequest(of: holder) { notes.note(isWaiting: $0) }
        // Of one that fails too.
        defer { line.request = notes.requestTime.map { "\($0)" } }
        let exchange = try await node.exchange(
            byteCount: byteCount, from: holder.replica, waiting
        ) {
            [supervision, node] () throws(SyncFailure) -> SyncRequest in
            var message = try SyncRequest(encoded: Self.content(of: http))
            notes.note(requestTime: message.time.milliseconds)
            if message.push != nil || message.states != nil {
                try supervision.requireRoom(at: node.databasePath)
            }
            // People read sequences.
            if Self.wantsJSON(http) { message.batches = nil }
            return message
        }
        line.waitedMilliseconds = notes.waitedMilliseconds
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
        try supervision.requireRoom(at: node.databasePath)
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

/// What is noted of an exchange while it is answered: how long it waited for news, of the time that it took, and
/// when it was asked by the device's clock.
private final class ExchangeNotes: Sendable {
    private let asked = Mutex<Int64?>(nil)
    private let spent = Mutex<(since: ContinuousClock.Instant?, sum: Duration)>((nil, .zero))
    private let tell: @Sendable (Bool) -> Void

    /// - Parameter tell: hears what is noted.
    init(_ tell: @escaping @Sendable (Bool) -> Void) {
        self.tell = tell
    }

    func note(requestTime: Int64) { asked.withLock { $0 = requestTime } }

    /// In milliseconds; `nil` before the request was read.
    var requestTime: Int64? { asked.withLock { $0 } }

    func note(isWaiting: Bool) {
        spent.withLock { spent in
            if let since = spent.since { spent.sum += since.duration(to: .now) }
            spent.since = isWaiting ? .now : nil
        }
        tell(isWaiting)
    }

    var waitedMilliseconds: Int { Int(spent.withLock { $0.sum } / .milliseconds(1)) }
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
