import Foundation
import Host
import Testing

@Suite("Programs that are started")
struct ChildProcessTests {
    /// What a shell printed, and how it ended.
    private func shell(
        _ script: String, environment: [String: String] = [:]
    ) throws -> (text: String, ending: ChildProcess.Ending?) {
        let path = NSTemporaryDirectory() + "dossiersync-child-" + UUID().uuidString
        let output = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        try #require(output >= 0)
        defer {
            close(output)
            unlink(path)
        }
        let child = try ChildProcess(
            "/bin/sh", ["-c", script], environment: environment, output: output, errors: output)
        let ending = child.waitForEnd(seconds: 60)
        #expect(!child.isRunning)
        return (try String(contentsOfFile: path, encoding: .utf8), ending)
    }

    @Test("it gets its words and its environment, no other, and nothing to read")
    func wordsAndEnvironment() throws {
        let (text, ending) = try shell(
            "echo \"$DOSSIER:$HOME\"; cat; exit 7", environment: ["DOSSIER": "một cửa"])
        #expect(text == "một cửa:\n")
        #expect(ending == .exited(7))
    }

    @Test("it inherits no descriptor, and a signal that ends it is told")
    func descriptorsAndSignals() throws {
        let open = Pipe()
        defer { withExtendedLifetime(open) {} }
        #expect(
            try shell("ls /proc/self/fd | wc -l").text.trimmingCharacters(in: .whitespaces) == "4\n"
        )
        #expect(try shell("kill -TERM $$").ending == .signalled(SIGTERM))
    }

    @Test(
        "an answer is read whole, however much goes in and comes out; one that takes too long is ended"
    )
    func answers() throws {
        func answer(_ script: String, _ input: [UInt8] = [], within seconds: Int = 60) throws
            -> ChildProcess.Answer
        {
            try ChildProcess.answer(
                of: "/bin/sh", ["-c", script], environment: ["PATH": "/usr/bin:/bin"],
                input: input, withinSeconds: seconds)
        }
        let input = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0) }
        let whole = try answer("cat; cat >&2; echo no >&2; exit 3", input)
        #expect(whole.output == input)
        #expect(String(decoding: whole.errors, as: UTF8.self) == "no\n")
        #expect(whole.ending == .exited(3))
        let late = try answer("echo some; exec sleep 600", within: 1)
        #expect(late.ending == nil)
        #expect(String(decoding: late.output, as: UTF8.self) == "some\n")
        #expect(throws: ChildProcess.StartFailure.self) {
            try ChildProcess.answer(
                of: "/nonexistent", [], environment: [:], input: [], withinSeconds: 1)
        }
    }

    @Test("many at once all end, each with its own code")
    func many() throws {
        let null = open("/dev/null", O_WRONLY | O_CLOEXEC)
        defer { close(null) }
        let children = try (0..<60).map { number in
            try ChildProcess(
                "/bin/sh", ["-c", "exit \(number)"], environment: [:], output: null, errors: null)
        }
        for (number, child) in children.enumerated() {
            #expect(child.waitForEnd(seconds: 60) == .exited(Int32(number)))
            // Its number may be another's by now.
            child.signal(SIGKILL)
        }
    }

    @Test("one that cannot be started is said by the system's words")
    func missing() {
        #expect(throws: ChildProcess.StartFailure.self) {
            try ChildProcess("/nonexistent/program", [], environment: [:], output: 1, errors: 2)
        }
    }
}
