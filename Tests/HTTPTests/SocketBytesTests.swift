import Dispatch
import Glibc
import Testing

@testable import HTTP
@testable import HTTPClient
@testable import HTTPServer

/// What the kernel says of a socket where it counts more than has crossed.
@Suite("Bytes of a socket", .prompt)
struct SocketBytesTests {
    @Test("what TCP had to send again is counted once")
    func sentAgain() throws {
        let (isDeaf, mayHear, hasHeard) = (
            DispatchSemaphore(value: 0), DispatchSemaphore(value: 0), DispatchSemaphore(value: 0)
        )
        let server = try #require(
            RawServer { far in
                if far.dropsAll() { isDeaf.signal() }
                mayHear.wait()
                far.dropsNothing()
                _ = far.receive(through: "end")
                hasHeard.signal()
            })
        let near = try #require(RawSocket(port: server.port))
        defer { near.close() }
        isDeaf.wait()
        let text = String(repeating: "x", count: 500) + "end"
        near.send(text)
        while near.sentAgainCount == 0 { sched_yield() }
        mayHear.signal()
        hasHeard.wait()
        #expect(SocketBytes(of: near.descriptor)?.sent == text.utf8.count)
    }

    @Test("the end of a stream is no byte", arguments: ["", "hello"])
    func end(text: String) throws {
        let server = try #require(
            RawServer { far in
                far.send(text)
                far.endSending()
                _ = far.receiveAll()
            })
        let near = try #require(RawSocket(port: server.port))
        defer { near.close() }
        #expect(near.receiveAll().bytes.count == text.utf8.count)
        #expect(SocketBytes(of: near.descriptor)?.received == text.utf8.count)
    }
}

/// A program of one instruction for the packets of a socket (linux/filter.h).
private struct PacketFilter {
    /// BPF_RET with a constant: so many bytes of each packet are kept.
    var code: UInt16 = 6
    var jumps: UInt16 = 0
    var keptBytes: UInt32 = 0
}

private struct PacketProgram {
    var count: UInt16 = 1
    var filters: UnsafeMutablePointer<PacketFilter>
}

extension RawSocket {
    /// Loses all that comes from now on, as a bad link does; whether it could be asked for.
    fileprivate func dropsAll() -> Bool {
        var filter = PacketFilter()
        return withUnsafeMutablePointer(to: &filter) { filters in
            var program = PacketProgram(filters: filters)
            let size = socklen_t(MemoryLayout<PacketProgram>.size)
            return setsockopt(descriptor, SOL_SOCKET, SO_ATTACH_FILTER, &program, size) == 0
        }
    }

    fileprivate func dropsNothing() {
        var nothing: Int32 = 0
        setsockopt(
            descriptor, SOL_SOCKET, SO_DETACH_FILTER, &nothing,
            socklen_t(MemoryLayout<Int32>.size))
    }

    /// Segments that were sent again (tcpi_total_retrans of linux/tcp.h).
    fileprivate var sentAgainCount: UInt32 {
        var info = [UInt8](repeating: 0, count: 104)
        var count = socklen_t(info.count)
        getsockopt(descriptor, Int32(IPPROTO_TCP), TCP_INFO, &info, &count)
        return info.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: 100, as: UInt32.self) }
    }
}
