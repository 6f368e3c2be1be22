import Dispatch
import Foundation
import Glibc
import Synchronization
import Testing
import Text

@testable import CommandLine

@Suite("Writing lines")
struct OutputSinkTests {
    /// The two ends of a new pipe.
    private func makePipe() throws -> (readEnd: Int32, writeEnd: Int32) {
        var ends: [Int32] = [-1, -1]
        try #require(pipe(&ends) == 0)
        return (ends[0], ends[1])
    }

    @Test("Lines arrive whole and in order")
    func lines() throws {
        let (readEnd, writeEnd) = try makePipe()
        let sink = OutputSink(descriptor: writeEnd, name: "pipe")
        try sink.write(line: "hồ sơ")
        try sink.write(line: "")
        try sink.write("end")
        close(writeEnd)
        var buffer = [UInt8](repeating: 0, count: 100)
        let count = read(readEnd, &buffer, buffer.count)
        close(readEnd)
        #expect(String(decoding: buffer.prefix(count), as: UTF8.self) == "hồ sơ\n\nend")
    }

    @Test("When the reader is gone, writing ends quietly")
    func brokenPipe() throws {
        signal(SIGPIPE, SIG_IGN)
        let (readEnd, writeEnd) = try makePipe()
        defer { close(writeEnd) }
        close(readEnd)
        let sink = OutputSink(descriptor: writeEnd, name: "pipe")
        #expect(!sink.isClosed)
        try sink.write(line: "lost")
        #expect(sink.isClosed)
        try sink.write(line: "dropped")
    }

    @Test("Other errors are thrown with the exit code for I/O")
    func otherErrors() throws {
        let full = open("/dev/full", O_WRONLY)
        defer { close(full) }
        let sink = OutputSink(descriptor: full, name: "standard output")
        let error = #expect(throws: CommandFailure.self) { try sink.write(line: "x") }
        #expect(error?.exitCode == .ioError)
        let words = "cannot write to standard output: No space left on device"
        #expect(error?.message.english == words)
        #expect(!sink.isClosed)
    }

    @Test("An output that takes nothing, and names no error, is one that failed")
    func nothingTaken() {
        let tries = Mutex(0)
        let sink = OutputSink(descriptor: -1, name: "pipe") { _, bytes in
            tries.withLock { tries in
                tries += 1
                return [2, bytes.count, 0][min(tries, 3) - 1]
            }
        }
        #expect(throws: Never.self) { try sink.write("whole") }
        #expect(tries.withLock { $0 } == 2)
        let error = #expect(throws: CommandFailure.self) { try sink.write("stuck") }
        #expect(error?.exitCode == .ioError && tries.withLock { $0 } == 3)
    }

    @Test("What is collected has a limit, behind which it is as if the reader were gone")
    func collectedLimit() throws {
        let sink = OutputSink(columns: 20, bytesMax: 4)
        #expect(sink.columns == 80, "no table fits into less")
        try sink.write("1234")
        #expect(!sink.isClosed)
        try sink.write("5")
        #expect(sink.isClosed)
        try sink.write("6")
        #expect(sink.text == "12345")
        #expect(OutputSink().columns == nil)
    }

    @Test("A pipe that does not block is waited for")
    func nonBlockingPipe() throws {
        let (readEnd, writeEnd) = try makePipe()
        #expect(fcntl(writeEnd, F_SETFL, O_NONBLOCK) == 0)
        let sink = OutputSink(descriptor: writeEnd, name: "pipe")
        let bytes = [UInt8](repeating: UInt8(ascii: "x"), count: 300_000)

        // A thread of its own: the writer blocks one of the few that tasks share.
        let received = Mutex(0)
        let finished = DispatchSemaphore(value: 0)
        Thread.detachNewThread {
            var buffer = [UInt8](repeating: 0, count: 4096)
            while case let count = read(readEnd, &buffer, buffer.count), count > 0 {
                received.withLock { $0 += count }
            }
            finished.signal()
        }
        try sink.write(bytes: bytes)
        close(writeEnd)
        finished.wait()
        #expect(received.withLock { $0 } == bytes.count)
        close(readEnd)
    }
}
