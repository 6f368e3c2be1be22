import Foundation
import JSON
import Testing

@Suite("Limits of open files", .ownThreads)
struct OpenFileTests {
    @Test("a central with more connections than files says so, and serves when some have gone")
    func centralFull() throws {
        let office = try Office()
        let desk = try office.desk("desk")
        try office.stop()
        try office.start(openFilesMax: 48)
        let server = try #require(office.server)
        #expect(server.errors.contains("the limit of 48 open files leaves 11 connections"))
        let file = EditFile(0..<500)
        #expect(try desk("apply", "-", input: file.lines()).code == 0)

        var connections = try (0..<60).map { _ in try RawConnection(office.url) }
        let sync = try desk.start("sync", "--json")
        connections.removeAll()
        let ending = try sync.ending()
        #expect(ending.code == 0, "\(ending.output) \(ending.errors)")
        #expect(try office.central("verify").code == 0)
        try office.expectSame(as: desk)
    }

    @Test("a central that gets no file for a connection says so, and serves when it does again")
    func centralWithoutFiles() throws {
        let office = try Office()
        let desk = try office.desk("desk")
        _ = try desk.enter("officer=A")
        let server = try #require(office.server)
        try server.setOpenFilesMax("3", in: office.root)
        let sync = try desk.start("sync", "--json")
        try waitUntil("central says that it is full") { server.errors.contains("limit") }
        try server.setOpenFilesMax("1000", in: office.root)
        let ending = try sync.ending()
        #expect(ending.code == 0, "\(ending.output) \(ending.errors)")
        try office.expectSame(as: desk)
    }

    @Test(
        "too low a limit is said clearly, and never a crash", arguments: [4, 5, 6, 8, 10, 14, 18])
    func low(limit: Int) throws {
        let office = try Office()
        let desk = try office.desk("desk")
        let id = try desk.enter("officer=A")
        let serve = try office.limited(
            openFilesMax: limit, "central", ["serve", "--listen", "127.0.0.1:0"],
            home: office.home)
        expectFailure(serve, 71, "open", "hint:", "ulimit -n")
        for arguments in [["list"], ["new", "officer=B"], ["sync"]] {
            let ending = try office.limited(
                openFilesMax: limit, "counter", arguments, home: desk.home)
            guard ending.code != 0 else { continue }
            expectFailure(ending, 71, "open", "hint:", "ulimit -n")
        }
        #expect(try desk.soundRecords().contains(id))
        try desk.sync()
        try office.expectSame(as: desk)
    }
}

extension Office {
    /// Runs a program of the package that may open so many files.
    func limited(
        openFilesMax: Int, _ name: String, _ arguments: [String], home: String
    ) throws -> Program.Ending {
        try Program.run(
            "/bin/sh",
            Program.limitedArguments(name, arguments + ["--home", home], openFilesMax), in: root)
    }
}

extension Program {
    /// Sets how many files the running program may open.
    func setOpenFilesMax(_ count: String, in directory: TemporaryDirectory) throws {
        let ending = try Program.run(
            "/usr/bin/prlimit", ["--pid", "\(identifier)", "--nofile=\(count):"], in: directory)
        try #require(ending.code == 0, "\(ending.errors)")
    }
}
