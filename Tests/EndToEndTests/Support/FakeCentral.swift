import Foundation
import Synchronization
import Testing

/// What answers in central's place: at every connection it reads a request and sends fixed bytes.
final class FakeCentral: Sendable {
    private let listener: Int32
    /// Its port, which the system chooses for 0.
    let port: UInt16
    private let done = DispatchSemaphore(value: 0)
    private let requests = Mutex(0)

    /// Requests answered so far.
    var requestCount: Int { requests.withLock(\.self) }

    /// Listens at an address `http://127.0.0.1:PORT` that central has left.
    init(at url: String, answering answer: [UInt8]) throws {
        let wanted = try #require(url.split(separator: ":").last.flatMap { UInt16($0) })
        let own = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        try #require(own >= 0)
        var isOn: Int32 = 1
        setsockopt(
            own, SOL_SOCKET, SO_REUSEADDR, &isOn, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = wanted.bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(own, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let named = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                getsockname(own, $0, &length)
            }
        }
        (listener, port) = (own, UInt16(bigEndian: address.sin_port))
        guard bound == 0, named == 0, listen(own, 8) == 0 else {
            close(own)
            throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EINVAL)
        }
        Thread.detachNewThread { [self] in serve(answer) }
    }

    /// Stops, and frees the address.
    func stop() throws {
        shutdown(listener, Int32(SHUT_RDWR))
        try #require(done.wait(timeout: .now() + .seconds(600)) == .success)
    }

    private func serve(_ answer: [UInt8]) {
        while case let connection = accept(listener, nil, nil), connection >= 0 {
            var limit = timeval(tv_sec: 30, tv_usec: 0)
            setsockopt(
                connection, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
            if readRequest(from: connection) {
                requests.withLock { $0 += 1 }
                send(connection, answer, answer.count, Int32(MSG_NOSIGNAL))
            }
            close(connection)
        }
        close(listener)
        done.signal()
    }

    /// Reads head and body, so that closing afterwards resets nothing.
    private func readRequest(from connection: Int32) -> Bool {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            if let end = end(of: bytes), bytes.count >= end { return true }
            let count = recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else { return false }
            bytes += buffer[..<count]
        }
    }

    /// Where the request ends, once its head is there.
    private func end(of bytes: [UInt8]) -> Int? {
        let text = String(decoding: bytes, as: Unicode.ASCII.self)
        guard let head = text.range(of: "\r\n\r\n") else { return nil }
        let lengths = text[..<head.lowerBound].lowercased().split(separator: "\r\n")
            .filter { $0.hasPrefix("content-length:") }
            .compactMap { Int($0.dropFirst("content-length:".count).trimmingPrefix(" ")) }
        let headLength = text.unicodeScalars.distance(
            from: text.startIndex, to: head.upperBound)
        return headLength + (lengths.first ?? 0)
    }
}

/// The bytes of an HTTP answer.
func httpAnswer(
    _ status: String, type: String, length: Int? = nil, headers: [String] = [], body: [UInt8]
) -> [UInt8] {
    let head =
        [
            "HTTP/1.1 \(status)", "Content-Type: \(type)",
            "Content-Length: \(length ?? body.count)", "Connection: close",
        ] + headers
    return Array((head.joined(separator: "\r\n") + "\r\n\r\n").utf8) + body
}
