import Foundation
import Testing

@Suite("The programs' memory is hidden", .ownThreads)
struct ProcessMemoryTests {
    /// A process that may be dumped has its /proc entries in its own user's name; one that may not, in
    /// root's (proc(5)).
    @Test(
        "no core file, and no other program of the same user looks in",
        .enabled(if: getuid() == 0, "another user is needed to tell"))
    func hidden() throws {
        let office = try Office()
        let desk = try office.desk("desk")
        let nobody: UInt32 = 65_534
        for path in [try office.root.path, desk.home] {
            try FileManager.default.setAttributes(
                [.ownerAccountID: nobody], ofItemAtPath: path)
        }
        for name in try FileManager.default.contentsOfDirectory(atPath: desk.home) {
            try FileManager.default.setAttributes(
                [.ownerAccountID: nobody], ofItemAtPath: desk.home + "/" + name)
        }
        #expect(try isOwned(by: nobody, running: "/usr/bin/sleep", ["60"], in: office))
        let counter = Program.path("counter")
        #expect(try isOwned(by: 0, running: counter, ["run", "--home", desk.home], in: office))
    }

    /// Whether the entries of a running program of user nobody come to belong to a user.
    private func isOwned(
        by owner: UInt32, running program: String, _ arguments: [String], in office: Office
    ) throws -> Bool {
        let process = try Program(
            "/usr/bin/setpriv",
            ["--reuid=65534", "--clear-groups", program] + arguments, in: office.root)
        defer { process.signal(SIGKILL) }
        let path = "/proc/\(process.identifier)"
        let deadline = ContinuousClock.now + .seconds(600)
        while ContinuousClock.now < deadline, process.isRunning {
            // What is started changes its user first, and then becomes the program that is meant.
            let name = try? FileManager.default.destinationOfSymbolicLink(atPath: path + "/exe")
            var status = stat()
            if name == program, stat(path + "/environ", &status) == 0, status.st_uid == owner {
                return true
            }
        }
        return false
    }
}
