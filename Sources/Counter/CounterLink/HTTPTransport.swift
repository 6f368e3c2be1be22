// The exchange over HTTP/1.1.

internal import Causality
public import CounterEngine
internal import Crypto
internal import HTTP
public import HTTPClient
internal import JSON
public import Wire

/// Carries exchanges to central over HTTP.
public final class HTTPTransport: Transport {
    private let client: HTTPClient
    private let baseURL: String
    private let compressionLevel: Int32

    /// Prepares to talk to central at `baseURL`.
    ///
    /// - Parameter compressionLevel: the zstd level of requests that do not ask for a higher one.
    public init(
        baseURL: String, options: HTTPClientOptions = HTTPClientOptions(),
        compressionLevel: Int32 = Compression.levelDefault
    ) {
        client = HTTPClient(options: options)
        self.baseURL = baseURL.hasSuffix("/") ? String(baseURL.dropLast()) : baseURL
        self.compressionLevel = compressionLevel
    }

    /// Bytes that crossed the wire so far, headers and failed tries included.
    public var traffic: Traffic {
        let traffic = client.traffic
        return Traffic(bytesSent: traffic.bytesSent, bytesReceived: traffic.bytesReceived)
    }

    /// Sends a request and brings its reply.
    ///
    /// - Throws: `SyncFailure`.
    public func exchange(
        _ request: SyncRequest, token: String
    ) async throws(SyncFailure) -> SyncReply {
        var headers = HTTPHeaders()
        headers.append("Authorization", "Bearer " + token)
        headers.append("Content-Type", Route.syncMediaType)
        var body = request.encoded()
        let level = request.batches?.compressionLevel ?? compressionLevel
        let packed = try Compression.packed(
            body: body, level: max(level, compressionLevel), dictionary: request.dictionary)
        if let packed {
            body = packed
            headers.append("Content-Encoding", Compression.contentCoding)
        }
        headers.append("Accept-Encoding", Compression.contentCoding)
        // Who only waits gives way where connections are few (RFC 7240 §4.3).
        if request.waitSeconds > 0 { headers.append("Prefer", "wait=\(request.waitSeconds)") }
        let response = try await send(
            path: Route.sync.path, headers, body, waitSeconds: request.waitSeconds)
        guard response.headers["Content-Type"] == Route.syncMediaType else {
            throw .notCentral(
                status: response.status,
                contentType: response.headers["Content-Type"] ?? "no content type")
        }
        return try SyncReply(encoded: Self.decoded(response))
    }

    /// Buys an identity with a one-time code.
    ///
    /// - Throws: `SyncFailure`.
    public func enrol(_ request: EnrolmentRequest) async throws(SyncFailure) -> EnrolmentReply {
        var headers = HTTPHeaders()
        headers.append("Content-Type", "application/json")
        let body = request.json.serializedBytes()
        let response = try await send(path: Route.enrol.path, headers, body, waitSeconds: 0)
        do {
            return try EnrolmentReply(json: JSONValue(parsing: response.body))
        } catch let failure as SyncFailure {
            throw failure
        } catch {
            throw .notCentral(
                status: response.status,
                contentType: response.headers["Content-Type"] ?? "no content type")
        }
    }

    /// Has another bearer token put in the place of the present one.
    ///
    /// - Throws: `SyncFailure`; `.notCentral` when what answers does not say that it was done.
    public func replaceToken(
        _ replacement: TokenReplacement
    ) async throws(SyncFailure) -> TokenReceipt {
        var headers = HTTPHeaders()
        headers.append("Content-Type", "application/json")
        let response = try await send(
            path: Route.token.path, headers, replacement.json.serializedBytes(), waitSeconds: 0)
        let answer = try? JSONValue(parsing: response.body)  // a login page's is none
        guard let receipt = answer.flatMap(TokenReceipt.init(json:)),
            receipt.generation == replacement.generation
        else {
            throw .notCentral(
                status: response.status,
                contentType: response.headers["Content-Type"] ?? "no content type")
        }
        return receipt
    }

    private func send(
        path: String, _ headers: HTTPHeaders, _ body: [UInt8], waitSeconds: UInt64
    ) async throws(SyncFailure) -> HTTPClientResponse {
        let response: HTTPClientResponse
        do throws(HTTPClientError) {
            response = try await client.send(
                method: "POST", url: baseURL + path, headers: headers, body: body,
                replyDelay: .seconds(Int64(clamping: waitSeconds)))
        } catch {
            throw SyncFailure(error)
        }
        guard response.status == 200 else { throw SyncFailure(response, from: baseURL) }
        return response
    }

    private static func decoded(_ response: HTTPClientResponse) throws(SyncFailure) -> [UInt8] {
        switch response.headers["Content-Encoding"] {
        case nil: return response.body
        case Compression.contentCoding: return try Compression.decompressed(response.body)
        default: throw .unsupportedContent(reason: "the reply's content coding is not zstd")
        }
    }
}
