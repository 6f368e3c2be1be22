import Dispatch
import Glibc

/// A peer that can misbehave: a blocking TCP socket with ten minutes at most for each wait.
struct RawSocket: Sendable {
    let descriptor: Int32

    /// Connects to a loopback port.
    init?(port: UInt16) {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        limitWaits()
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, size) }
        }
        if result != 0 {
            close()
            return nil
        }
    }

    init(descriptor: Int32) {
        self.descriptor = descriptor
        limitWaits()
    }

    func limitWaits(milliseconds: Int = 600_000) {
        var limit = timeval(tv_sec: milliseconds / 1_000, tv_usec: milliseconds % 1_000 * 1_000)
        let size = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, size)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, size)
    }

    /// Sends everything; false when the peer has closed.
    @discardableResult
    func send(_ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if count <= 0 { return false }
            sent += count
        }
        return true
    }

    @discardableResult
    func send(_ text: String) -> Bool { send(Array(text.utf8)) }

    /// What has arrived next; empty at the end, nil on a reset or when nothing came in time.
    func receive() -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        return count < 0 ? nil : Array(buffer.prefix(count))
    }

    /// Everything until the peer closes, and whether it closed properly.
    func receiveAll() -> (bytes: [UInt8], isClosed: Bool) {
        var all: [UInt8] = []
        while let more = receive() {
            if more.isEmpty { return (all, true) }
            all += more
        }
        return (all, false)
    }

    /// What arrives until a text has arrived, or until the end.
    func receive(through text: String) -> String {
        var all: [UInt8] = []
        while !String(decoding: all, as: UTF8.self).contains(text) {
            guard let more = receive(), !more.isEmpty else { break }
            all += more
        }
        return String(decoding: all, as: UTF8.self)
    }

    func endSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    func close() { Glibc.close(descriptor) }
}

/// A server that says exactly what a test wants, to one connection after the other.
final class RawServer: Sendable {
    let port: UInt16

    /// Each connection runs one script, in order; then the server stops listening.
    init?(_ scripts: (@Sendable (RawSocket) -> Void)...) {
        guard let (listener, port) = boundSocket(), listen(listener, 8) == 0 else { return nil }
        self.port = port
        DispatchQueue(label: "test.raw-server").async {
            for script in scripts {
                let descriptor = accept(listener, nil, nil)
                guard descriptor >= 0 else { break }
                let peer = RawSocket(descriptor: descriptor)
                script(peer)
                peer.close()
            }
            close(listener)
        }
    }

    var url: String { "http://127.0.0.1:\(port)/" }
}

/// A port that refuses every connection for as long as this lives: it is taken, and nobody listens.
final class DeafPort: Sendable {
    let port: UInt16
    private let descriptor: Int32

    init?() {
        guard let (descriptor, port) = boundSocket() else { return nil }
        (self.descriptor, self.port) = (descriptor, port)
    }

    deinit { close(descriptor) }

    var url: String { "http://127.0.0.1:\(port)/" }
}

/// A TCP socket with a free loopback port of its own, not listening.
private func boundSocket() -> (descriptor: Int32, port: UInt16)? {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let result = withUnsafeMutablePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            bind(descriptor, $0, size) + getsockname(descriptor, $0, &size)
        }
    }
    return result == 0 ? (descriptor, UInt16(bigEndian: address.sin_port)) : nil
}
