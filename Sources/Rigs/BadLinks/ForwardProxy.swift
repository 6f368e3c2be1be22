// An HTTP proxy as it stands between a network and the world: one request a connection, each handed
// on over a connection of its own (RFC 9112 §3.2.2). It does to them what its habits say.

internal import Foundation
internal import Synchronization

/// A proxy in a namespace.
final class ForwardProxy: Sendable {
    private static let headBytesMax = 64 << 10
    /// Longer than this nobody is silent.
    private static let silenceMaxSeconds = 60

    private let listener: Int32
    private let target: sockaddr_in
    private let state: Mutex<State>

    private struct State {
        var habits: ProxyHabits
        var number = 0
        var refused = 0
    }

    /// Listens at `address`, and hands on to `target`, wherever a request wants to go.
    init(
        at address: String, to target: String, _ habits: ProxyHabits,
        in namespace: NetworkNamespace
    ) throws {
        let here = try Self.socketAddress(address)
        self.target = try Self.socketAddress(target)
        state = Mutex(State(habits: habits))
        listener = try namespace.run {
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            guard descriptor >= 0 else { throw RigError(failed: "socket") }
            let isOpen = Self.withAddress(here) { bind(descriptor, $0, $1) } == 0
            guard isOpen, listen(descriptor, 16) == 0 else {
                defer { close(descriptor) }
                throw RigError(failed: "the proxy cannot listen")
            }
            return descriptor
        }
        try namespace.run { [self] in
            Thread.detachNewThread { self.serve() }
        }
    }

    /// Requests that did not come through to central and back.
    var refusedCount: Int { state.withLock(\.refused) }

    /// Ends it; what is under way comes to its end.
    func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
    }

    private func serve() {
        while true {
            let connection = accept(listener, nil, nil)
            guard connection >= 0 else { break }
            Thread.detachNewThread {
                self.handle(connection)
                close(connection)
            }
        }
        close(listener)
    }

    private func handle(_ connection: Int32) {
        Self.limitSilence(of: connection)
        guard let (head, body) = Self.readRequest(connection) else { return }
        let deed = state.withLock { state in
            let deed = state.habits.deed(number: state.number, bodyBytes: body.count)
            if body.count <= state.habits.bodyBytesMax { state.number += 1 }
            if deed != .forwards { state.refused += 1 }
            return deed
        }
        switch deed {
        case .answers(let status, let seconds):
            Self.write(Self.answer(status, retryAfterSeconds: seconds), to: connection)
        case .forwards:
            let reply = forward(head, body)
            Self.write(reply.isEmpty ? Self.answer(502) : reply, to: connection)
        case .losesReply:
            _ = forward(head, body)
            Self.write(Self.answer(504), to: connection)
        }
    }

    private func forward(_ head: String, _ body: [UInt8]) -> [UInt8] {
        let central = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard central >= 0 else { return [] }
        defer { close(central) }
        Self.limitSilence(of: central)
        guard Self.withAddress(target, { connect(central, $0, $1) }) == 0 else { return [] }
        Self.write(Array(Self.rewritten(head).utf8) + body, to: central)
        var reply: [UInt8] = []
        while let more = Self.read(central) { reply += more }
        return reply
    }
}

extension ForwardProxy {
    /// The head for central: a path in the place of the URL, and an end to the connection.
    static func rewritten(_ head: String) -> String {
        var lines = head.split(separator: "\r\n").map(String.init)
        var words = lines.first?.split(separator: " ").map(String.init) ?? []
        if words.count == 3, words[1].hasPrefix("http://") {
            let path = words[1].dropFirst("http://".count).drop { $0 != "/" }
            words[1] = path.isEmpty ? "/" : String(path)
            lines[0] = words.joined(separator: " ")
        }
        let ofThisConnection = ["connection:", "proxy-connection:"]
        lines.removeAll { line in
            ofThisConnection.contains { line.lowercased().hasPrefix($0) }
        }
        return (lines + ["Connection: close"]).joined(separator: "\r\n") + "\r\n\r\n"
    }

    private static func answer(_ status: Int, retryAfterSeconds: Int? = nil) -> [UInt8] {
        let text = "<html><body>Proxy: \(status)</body></html>"
        let retry = retryAfterSeconds.map { "Retry-After: \($0)\r\n" } ?? ""
        return Array(
            ("HTTP/1.1 \(status) Proxy\r\nContent-Type: text/html\r\n\(retry)"
                + "Content-Length: \(text.utf8.count)\r\nConnection: close\r\n\r\n\(text)").utf8)
    }

    /// A whole request; `nil` when it breaks off.
    private static func readRequest(_ connection: Int32) -> (head: String, body: [UInt8])? {
        var bytes: [UInt8] = []
        let end = Array("\r\n\r\n".utf8)
        var headEnd: Int?
        while headEnd == nil {
            guard bytes.count < headBytesMax, let more = read(connection) else { return nil }
            let from = max(bytes.count - end.count, 0)
            bytes += more
            headEnd = bytes.indices.dropFirst(from).first { bytes[$0...].starts(with: end) }
        }
        guard let headEnd else { return nil }
        let head = String(decoding: bytes[..<headEnd], as: UTF8.self)
        let length = head.split(separator: "\r\n").compactMap { line -> Int? in
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2, parts[0].lowercased() == "content-length" else { return nil }
            return Int(parts[1].trimmingCharacters(in: .whitespaces))
        }.first
        var body = Array(bytes[(headEnd + end.count)...])
        while body.count < length ?? 0 {
            guard let more = read(connection) else { return nil }
            body += more
        }
        return (head, body)
    }

    /// What comes next; `nil` at the end, and when nothing comes.
    private static func read(_ descriptor: Int32) -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        return count > 0 ? Array(buffer[..<count]) : nil
    }

    private static func write(_ bytes: [UInt8], to descriptor: Int32) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    private static func limitSilence(of descriptor: Int32) {
        var limit = timeval(tv_sec: silenceMaxSeconds, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            setsockopt(
                descriptor, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
        }
    }

    private static func socketAddress(_ text: String) throws -> sockaddr_in {
        let parts = text.split(separator: ":")
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        guard parts.count == 2, let port = UInt16(parts[1]),
            inet_pton(AF_INET, String(parts[0]), &address.sin_addr) == 1
        else { throw RigError("\(text) is no address") }
        address.sin_port = port.bigEndian
        return address
    }

    private static func withAddress(
        _ address: sockaddr_in, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        withUnsafePointer(to: address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}
