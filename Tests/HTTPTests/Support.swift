import Dispatch
import Glibc
import HTTP
import HTTPClient
import HTTPServer
import Synchronization

/// Opens when it was counted down; waiting costs no thread.
final class Latch: Sendable {
    private struct State {
        var left: Int
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let state: Mutex<State>

    init(_ count: Int = 1) { state = Mutex(State(left: count)) }

    func countDown() {
        let waiters = state.withLock { state in
            state.left -= 1
            guard state.left <= 0 else { return [CheckedContinuation<Void, Never>]() }
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    func wait() async {
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                if state.left > 0 { state.waiters.append(continuation) }
                return state.left <= 0
            }
            if isOpen { continuation.resume() }
        }
    }

    /// Opens the latch when the task is cancelled, so that waiting ends then too.
    func waitOrCancellation() async {
        await withTaskCancellationHandler {
            await wait()
        } onCancel: {
            countDown()
        }
    }
}

/// A value several threads change.
final class Shared<Value: Sendable>: Sendable {
    private let state: Mutex<Value>

    init(_ value: Value) { state = Mutex(value) }

    var value: Value { state.withLock { $0 } }

    func update<Result: Sendable>(_ change: (inout Value) -> Result) -> Result {
        state.withLock { value in
            var copy = value
            defer { value = copy }
            return change(&copy)
        }
    }
}

/// Runs blocking calls on a thread of their own, off the pool the handlers need.
func blocking<Result: Sendable>(_ work: @escaping @Sendable () -> Result) async -> Result {
    await withCheckedContinuation { continuation in
        DispatchQueue(label: "test.blocking").async { continuation.resume(returning: work()) }
    }
}

let echo: @Sendable (HTTPRequest) async -> HTTPResponse = { request in
    HTTPResponse(headers: ["X-Path": request.path], body: request.body)
}

/// A server on a free loopback port.
func makeServer(
    limits: HTTPServerLimits = HTTPServerLimits(), tls: TLSIdentity? = nil,
    suppressDate: Bool = false,
    handler: @escaping @Sendable (HTTPRequest) async -> HTTPResponse = echo,
    headerCheck: HTTPServer.HeaderCheck? = nil
) throws -> HTTPServer {
    try HTTPServer(
        listen: ListenAddress("127.0.0.1:0"), limits: limits, tls: tls,
        suppressDate: suppressDate, handler: handler, headerCheck: headerCheck)
}

/// A client that ignores the proxies of the environment.
func makeClient(_ change: (inout HTTPClientOptions) -> Void = { _ in }) -> HTTPClient {
    var options = HTTPClientOptions()
    options.proxy = ""
    // Nothing here is about how long a busy machine may take.
    options.connectTimeout = .seconds(600)
    options.lowSpeedTime = .seconds(600)
    change(&options)
    return HTTPClient(options: options)
}

extension HTTPServer {
    func url(_ path: String = "/") -> String { "http://127.0.0.1:\(port)\(path)" }
}

/// The error a request ends with, nil if it is answered.
func failure(
    _ client: HTTPClient, _ url: String, method: String = "GET", body: [UInt8] = [],
    timeout: Duration? = nil
) async -> HTTPClientError? {
    do throws(HTTPClientError) {
        _ = try await client.send(method: method, url: url, body: body, timeout: timeout)
        return nil
    } catch {
        return error
    }
}
