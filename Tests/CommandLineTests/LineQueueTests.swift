import CommandLine
import Dispatch
import Glibc
import Testing

@Suite("Lines of a service whose reader stands still")
struct LineQueueTests {
    private struct Pipe {
        let readEnd: Int32
        let writeEnd: Int32

        init() throws {
            var ends: [Int32] = [-1, -1]
            try #require(pipe(&ends) == 0)
            (readEnd, writeEnd) = (ends[0], ends[1])
        }

        /// All lines until the writer closes.
        func lines() -> [Substring] {
            var bytes: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 64 << 10)
            while case let count = read(readEnd, &buffer, buffer.count), count > 0 {
                bytes += buffer.prefix(count)
            }
            close(readEnd)
            return String(decoding: bytes, as: UTF8.self).split(separator: "\n")
        }
    }

    private func queue(_ pipe: Pipe, bytesMax: Int = LineQueue.bytesMaxDefault) -> LineQueue {
        LineQueue(to: OutputSink(descriptor: pipe.writeEnd, name: "pipe"), bytesMax: bytesMax) {
            "dropped \($0)"
        }
    }

    @Test("lines arrive whole and in order, and the end waits for them")
    func inOrder() async throws {
        let pipe = try Pipe()
        let queue = queue(pipe)
        await queue.finish(within: .seconds(1))
        for number in 0..<1_000 { queue.write(line: "hồ sơ \(number)") }
        await queue.finish(within: .seconds(300))
        close(pipe.writeEnd)
        #expect(pipe.lines() == (0..<1_000).map { "hồ sơ \($0)" })
        #expect(queue.droppedCount == 0)
    }

    @Test("nobody who writes waits; what is dropped is counted and said where it stood")
    func standing() async throws {
        let pipe = try Pipe()
        let queue = queue(pipe, bytesMax: 100_000)
        let filler = String(repeating: "x", count: 200)
        // Nobody reads: a pipe and the queue together have no room for a tenth of it.
        for number in 0..<10_000 { queue.write(line: "\(number) \(filler)") }
        await queue.finish(within: .milliseconds(10))
        let dropped = queue.droppedCount
        #expect(dropped > 8_000 && dropped < 10_000)
        let reading = Task {
            await withCheckedContinuation { answer in
                DispatchQueue(label: "reader").async { answer.resume(returning: pipe.lines()) }
            }
        }
        await queue.finish(within: .seconds(300))
        queue.write(line: "later")
        await queue.finish(within: .seconds(300))
        close(pipe.writeEnd)
        let lines = await reading.value
        #expect(lines.last == "later")
        // The queue may have had room again in between: each gap is said where it stood.
        var (next, said, notices) = (0, 0, 0)
        for line in lines.dropLast() {
            if line.hasPrefix("dropped ") {
                let count = try #require(Int(line.dropFirst("dropped ".count)))
                (next, said, notices) = (next + count, said + count, notices + 1)
            } else {
                #expect(Int(line.prefix { $0 != " " }) == next)
                next += 1
            }
        }
        #expect(next == 10_000 && said == dropped)
        // A gap is one entry of the queue, however many lines it is.
        #expect(notices < 100)
    }

    @Test("a sink that fails is no reason to stop")
    func failing() async throws {
        let queue = LineQueue(to: OutputSink(descriptor: -1, name: "nothing")) { "\($0)" }
        queue.write(line: "lost")
        await queue.finish(within: .seconds(300))
        #expect(queue.droppedCount == 0)
    }
}
