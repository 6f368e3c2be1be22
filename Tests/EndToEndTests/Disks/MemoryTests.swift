import Foundation
import JSON
import Testing

/// Promise 5 with the built programs: memory follows what changed, not the size of the replica.
@Suite(
    "Memory of a small sync", .ownThreads, .enabled(if: PeakMemory.isThere, "perl is not there"))
struct MemoryTests {
    /// The highest memory of one small sync, in kilobytes, and the size of the databases.
    private struct Peaks {
        var writing: Int
        var reading: Int
        var central: Int
        var databaseBytes: Int
    }

    /// Two desks hold so many dossiers with long notes; one writes a field, and the other gets it.
    private func peaks(dossiers: Int) throws -> Peaks {
        let office = try Office()
        let (writer, reader) = (try office.desk("writer"), try office.desk("reader"))
        var file = EditFile(0..<dossiers)
        file.noteLength = 9_000
        let applied = try writer("apply", "-", input: file.lines())
        try #require(applied.code == 0, "\(applied.errors)")
        for desk in [writer, reader] { try desk.sync() }
        try office.stop()
        try office.start()
        try #require(try writer("set", file.ids[dossiers / 2], "fee_vnd=12000").code == 0)
        let writing = try PeakMemory.ofSync(writer)
        let reading = try PeakMemory.ofSync(reader)
        let central = try PeakMemory.soFar(#require(office.server))
        #expect(try reader.record(file.ids[dossiers / 2])["fields"]?["fee_vnd"] == 12_000)
        let size =
            try FileManager.default.attributesOfItem(
                atPath: writer.home + "/replica.db")[.size] as? Int
        return Peaks(
            writing: writing, reading: reading, central: central,
            databaseBytes: try #require(size))
    }

    @Test("in a replica of 40 times the size, it is the same at both counters and at central")
    func smallSync() throws {
        let (small, large) = (try peaks(dossiers: 50), try peaks(dossiers: 2_000))
        #expect(large.databaseBytes - small.databaseBytes > 15_000_000, "\(small) \(large)")
        // A page here and there; a tenth of what there is more to be held.
        let slackKilobytes = 3_000
        #expect(large.writing < small.writing + slackKilobytes, "\(small) \(large)")
        #expect(large.reading < small.reading + slackKilobytes, "\(small) \(large)")
        #expect(large.central < small.central + slackKilobytes, "\(small) \(large)")
    }
}

/// The highest memory that a program had in its life, in kilobytes, as the kernel counts it.
enum PeakMemory {
    /// A process begins with the peak of the one that it was forked from: only a small one may
    /// start what is to be measured, and ask the kernel afterwards.
    private static let script = """
        my $getrusage = shift;
        system(@ARGV) == 0 or exit 1;
        my $usage = "\\0" x 1024;
        syscall($getrusage, -1, $usage) == 0 or exit 2;
        print "\\n", unpack("x32 q", $usage), "\\n";
        """

    private static let perl = "/usr/bin/perl"

    /// The number of the system call.
    private static var getrusage: String {
        #if arch(x86_64)
            "98"
        #else
            "165"
        #endif
    }

    /// Whether it can be measured. Says so when not: a skipped test is not a passed one.
    static let isThere: Bool = {
        let isThere = FileManager.default.fileExists(atPath: perl)
        if !isThere {
            FileHandle.standardError.write(Data("NOT RUN: memory, for want of \(perl)\n".utf8))
        }
        return isThere
    }()

    /// That of one sync, which must succeed.
    static func ofSync(_ desk: Desk) throws -> Int {
        let ending = try Program.run(
            perl,
            ["-e", script, getrusage, Program.path("counter"), "sync", "--json"]
                + ["--home", desk.home], in: desk.directory)
        try #require(ending.code == 0, "\(ending.output) \(ending.errors)")
        return try #require(ending.output.split(separator: "\n").last.flatMap { Int($0) })
    }

    /// That of a program that runs.
    static func soFar(_ program: Program) throws -> Int {
        let status = try String(
            contentsOfFile: "/proc/\(program.identifier)/status", encoding: .utf8)
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        return try #require(line?.split(separator: " ").dropFirst().first.flatMap { Int($0) })
    }
}
