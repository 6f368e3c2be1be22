// HTTP by hand, to send what no client would.

import Foundation
import JSON
import Testing

/// One connection to a server on loopback.
final class RawConnection {
    private let descriptor: Int32

    /// Connects to the address of `http://127.0.0.1:PORT`, perhaps from another of this machine's.
    init(_ url: String, from source: String? = nil) throws {
        let port = try #require(url.split(separator: ":").last.flatMap { UInt16($0) })
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        try #require(descriptor >= 0)
        var limit = timeval(tv_sec: 600, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            setsockopt(
                descriptor, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
        }
        if let source {
            var own = sockaddr_in()
            own.sin_family = sa_family_t(AF_INET)
            own.sin_addr.s_addr = inet_addr(source)
            let bound = withUnsafePointer(to: &own) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            try #require(bound == 0)
        }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let connected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        try #require(connected == 0)
    }

    deinit {
        close(descriptor)
    }

    /// Sends bytes; stops early when the server has closed.
    func send(_ bytes: some Sequence<UInt8>) {
        let bytes = Array(bytes)
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            sent += count
        }
    }

    /// What the server sends until a text has come, or until it closes.
    func received(through text: String) -> String {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while !String(decoding: bytes, as: UTF8.self).contains(text) {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { break }
            bytes += buffer[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// All that the server sends until it closes.
    func received() -> String {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
            bytes += buffer[..<count]
        }
    }
}

/// A server's answer: status and body.
struct RawAnswer {
    var status: Int
    var body: String

    /// Sends one request, its length declared, and reads the answer.
    init(
        _ url: String, _ requestLine: String, _ headers: [String] = [], body: [UInt8] = []
    ) throws {
        let connection = try RawConnection(url)
        let head =
            [
                requestLine + " HTTP/1.1", "Host: central", "Connection: close",
                "Content-Length: \(body.count)",
            ] + headers
        connection.send((head.joined(separator: "\r\n") + "\r\n\r\n").utf8)
        connection.send(body)
        try self.init(parsing: connection.received())
    }

    /// Reads an answer's text.
    init(parsing text: String) throws {
        let parts = text.split(separator: " ", maxSplits: 2)
        status = try #require(parts.count > 1 ? Int(parts[1]) : nil, "no answer: \(text)")
        let end = try #require(text.range(of: "\r\n\r\n"))
        body = String(text[end.upperBound...])
    }

    /// The problem's name, of a problem document.
    var problem: String? {
        let type = (try? JSONValue(parsing: body))?["type"]?.stringValue
        return type?.split(separator: ":").last.map(String.init)
    }
}
