// What crosses the wire on a client's sockets, counted by the kernel: also what libcurl does not tell, the
// handshakes of TLS and the frame of each record. Not counted are the headers of IP and TCP, and what TCP
// had to send again. A socket is read when a transfer ends, and for the last time when it is closed.

import CCurl
import Glibc

/// Counts the bytes of one client's sockets; used on its thread only.
final class SocketMeter {
    private var closed = SocketBytes()
    /// What each open socket has carried, as it was read last.
    private var open: [Int32: SocketBytes] = [:]

    /// Counts a socket from now on.
    func opened(_ socket: Int32) {
        open[socket] = SocketBytes()
    }

    /// Counts a socket for the last time and closes it.
    func close(_ socket: Int32) -> Int32 {
        let bytes = SocketBytes(of: socket) ?? open[socket]
        if open.removeValue(forKey: socket) != nil, let bytes { closed += bytes }
        return Glibc.close(socket)
    }

    /// All that has crossed until now.
    var total: SocketBytes {
        for socket in open.keys {
            if let bytes = SocketBytes(of: socket) { open[socket] = bytes }
        }
        return open.values.reduce(closed, +)
    }

    /// Has libcurl tell of the sockets that it opens and closes. The meter has to outlive them.
    func watch(_ easy: UnsafeMutableRawPointer) {
        let context = Unmanaged.passUnretained(self).toOpaque()
        shim_set_pointer(easy, CURLOPT_CLOSESOCKETDATA, context)
        shim_set_close_callback(easy) { context, socket in
            guard let context else { return Glibc.close(socket) }
            return Unmanaged<SocketMeter>.fromOpaque(context).takeUnretainedValue().close(socket)
        }
    }
}

/// Bytes that crossed on a socket.
struct SocketBytes: Equatable {
    var sent = 0
    var received = 0

    init() {}

    /// What the kernel has counted on a TCP socket; `nil` when it does not say.
    init?(of socket: Int32) {
        var info = [UInt8](repeating: 0, count: TCPInfo.byteCount)
        var count = socklen_t(info.count)
        guard getsockopt(socket, Int32(IPPROTO_TCP), TCPInfo.option, &info, &count) == 0,
            count >= TCPInfo.byteCount
        else { return nil }
        func number(at offset: Int) -> Int {
            info.withUnsafeBytes {
                Int(clamping: $0.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
            }
        }
        sent = number(at: TCPInfo.bytesSent) - number(at: TCPInfo.bytesSentAgain)
        received = number(at: TCPInfo.bytesReceived)
        // The peer's end of the stream counts as a byte in the sequence, and is none.
        if TCPInfo.statesAfterEnd.contains(info[0]), received > 0 { received -= 1 }
    }

    static func + (left: SocketBytes, right: SocketBytes) -> SocketBytes {
        var sum = left
        sum += right
        return sum
    }

    static func += (left: inout SocketBytes, right: SocketBytes) {
        left.sent += right.sent
        left.received += right.received
    }
}

/// `struct tcp_info` of Linux (linux/tcp.h, since 4.19), whose members keep their places: the C library's
/// own has not all of them.
private enum TCPInfo {
    static let option: Int32 = 11
    static let byteCount = 216
    /// tcpi_bytes_received.
    static let bytesReceived = 128
    /// tcpi_bytes_sent.
    static let bytesSent = 200
    /// tcpi_bytes_retrans.
    static let bytesSentAgain = 208
    /// TCP_CLOSE_WAIT, TCP_LAST_ACK, TCP_CLOSING, TCP_TIME_WAIT: the peer has ended its stream.
    static let statesAfterEnd: Set<UInt8> = [8, 9, 11, 6]
}
