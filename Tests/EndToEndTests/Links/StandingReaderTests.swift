// Services whose standard error leads into a pipe that is full, and that nobody reads.

import Foundation
import JSON
import Testing

@Suite("A reader of the log that stands still", .ownThreads)
struct StandingReaderTests {
    /// A pipe with a name, full to the brim.
    private final class FullPipe {
        let path: String
        private let descriptor: Int32

        init(in directory: TemporaryDirectory) throws {
            path = directory.path + "/full-pipe"
            try #require(mkfifo(path, 0o600) == 0)
            descriptor = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC)
            try #require(descriptor >= 0)
            let bytes = [UInt8](repeating: 0x2E, count: 4_096)
            while write(descriptor, bytes, bytes.count) > 0 {}
            while write(descriptor, bytes, 1) > 0 {}
        }

        deinit {
            close(descriptor)
        }
    }

    @Test("central goes on answering, and ends when it is told")
    func central() throws {
        let office = try Office()
        let desk = try office.desk("desk")
        try office.stop()
        let pipe = try FullPipe(in: office.root)
        try office.start(errors: pipe.path)
        for _ in 0..<50 {
            let answer = try RawAnswer(
                office.url, "POST /v1/sync",
                [
                    "Authorization: Bearer none",
                    "Content-Type: application/vnd.dossiersync+cbor",
                ], body: [0xA0])
            #expect(answer.status == 401, "each is a line of the log")
        }
        _ = try desk.enter("officer=A")
        try desk.sync()
        #expect(try office.stop().code == 0)
        withExtendedLifetime(pipe) {}
    }

    @Test("an agent goes on syncing, and ends when it is told")
    func agent() throws {
        let office = try Office()
        let desk = try office.desk("desk")
        let pipe = try FullPipe(in: office.root)
        let agent = try Program(
            "/bin/sh",
            Program.arguments("counter", ["run", "--home", desk.home], errorsTo: pipe.path),
            in: office.root)
        defer { agent.signal(SIGKILL) }
        // Each is a line of the agent's.
        for number in 1...3 {
            _ = try desk.enter("officer=A\(number)")
            try waitUntil("change \(number) is synced") {
                let status = try? desk("status", "--json").json
                return status?["pending"] == 0 && status?["agent"]?["phase"] == "waiting"
            }
        }
        agent.signal(SIGTERM)
        #expect(try agent.ending().code == 0)
        withExtendedLifetime(pipe) {}
    }
}
