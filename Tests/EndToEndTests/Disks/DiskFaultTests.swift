import Foundation
import JSON
import Testing

/// A disk that fails in the middle: nothing is acknowledged that is not there, nothing is damaged, and
/// all goes on when the fault is gone. After a sync that failed, SQLite writes the same pages of the
/// log again, or from the log to the database, before it syncs once more: no new start is needed.
@Suite("Disks that fail", .ownThreads, .enabled(if: Fault.isWanted, Fault.isWantedWords))
struct DiskFaultTests {
    /// A fault, the exit code that it has at a counter, and how far apart the calls are that it
    /// strikes at first.
    struct Case: CustomTestStringConvertible {
        var fault: Fault
        var codes: Set<Int32> = [74]
        var words = "the disk failed"
        var stride = 1
        var testDescription: String { fault.testDescription }
    }

    static let cases = [
        Case(fault: Fault(calls: "fdatasync,fsync", effect: "error=EIO")),
        Case(fault: Fault(calls: "pwrite64", effect: "error=EIO"), stride: 3),
        Case(
            fault: Fault(calls: "pwrite64", effect: "error=ENOSPC"), words: "disk is full",
            stride: 5),
        // SQLite calls it damage when the system cannot read a page.
        Case(
            fault: Fault(calls: "pread64", effect: "error=EIO"), codes: [65, 74], words: "the disk",
            stride: 4),
    ]

    @Test("a counter's edit is there or says clearly why not, whichever call fails")
    func edit() throws {
        let office = try Office()
        let desk = try office.desk("desk")
        var ids = EditFile(0..<200).ids[...]
        var acknowledged: Set<String> = []
        for each in Self.cases {
            var failures = 0
            for call in Swift.stride(from: 1, to: 200, by: each.stride) {
                let id = ids.removeFirst()
                let name = Comment(rawValue: "\(each.fault.testDescription) from call \(call) on")
                let outcome = try each.fault.run(
                    "counter", ["new", "officer=A", "--id", id, "--home", desk.home],
                    database: desk.home + "/replica.db", when: "\(call)+", in: desk.directory)
                if outcome.ending.code == 0 {
                    acknowledged.insert(id)
                } else {
                    failures += 1
                    #expect(each.codes.contains(outcome.ending.code), name)
                    #expect(outcome.ending.errors.contains(each.words), name)
                    #expect(outcome.ending.errors.contains("hint:"), name)
                }
                let records = try desk.soundRecords()
                #expect(acknowledged.isSubset(of: records), name)
                // "Nothing was written" is true: a person enters it again, and it is there once.
                #expect(records.contains(id) == (outcome.ending.code == 0), name)
                // The program makes no more calls.
                if outcome.count == 0 { break }
            }
            #expect(failures > 0, "\(each.fault.testDescription)")
        }
        try desk.sync()
        try office.expectSame(as: desk)
    }

    @Test("a counter's sync that its own disk fails loses nothing, whichever call fails")
    func sync() throws {
        let office = try Office()
        let (desk, other) = (try office.desk("desk"), try office.desk("other"))
        var written = 0
        for each in Self.cases {
            for call in Swift.stride(from: 1, to: 200, by: each.stride * 3) {
                written += 1
                let id = try desk.enter("officer=A")
                _ = try other.enter("officer=B")
                try other.sync()
                let name = Comment(rawValue: "\(each.fault.testDescription) from call \(call) on")
                let outcome = try each.fault.run(
                    "counter", ["sync", "--home", desk.home],
                    database: desk.home + "/replica.db", when: "\(call)+", in: desk.directory)
                if outcome.ending.code != 0 {
                    #expect(each.codes.contains(outcome.ending.code), name)
                    #expect(outcome.ending.errors.contains(each.words), name)
                }
                #expect(try desk.soundRecords().contains(id), name)
                #expect(try office.acceptedCount() >= desk.acceptedCount(of: written), name)
                if outcome.count == 0 { break }
            }
        }
        #expect(try desk.sync()["identityChanged"] == nil)
        try office.expectSame(as: desk)
    }

    @Test("a central whose disk fails says so, acknowledges nothing, and goes on as it is")
    func central() throws {
        let office = try Office()
        let desk = try office.desk("desk")
        let server = try #require(office.server)
        var written = 0
        for each in Self.cases where each.fault.calls != "pread64" {
            let name = Comment(rawValue: each.fault.testDescription)
            for _ in 0..<2 {
                _ = try desk.enter("officer=A")
                written += 1
                let before = try office.acceptedCount()
                try each.fault.with(
                    server, database: office.home + "/central.db", in: office.root
                ) {
                    expectFailure(
                        try desk("sync"), 75, "central could not store the request", "hint:")
                }
                #expect(try office.acceptedCount() == before, name)
                #expect(server.errors.contains(#""outcome":"store-failed""#), name)
                #expect(server.errors.contains(each.words), name)
                #expect(try desk("status", "--json").json["pending"] == 1, name)
                #expect(try office.central("verify").code == 0, name)
                // Without a new start.
                try desk.sync()
                #expect(try office.acceptedCount() == written, name)
            }
        }
        try office.expectSame(as: desk)
        #expect(server.isRunning)
    }

    @Test(
        "what central took after a sync that had failed survives a power cut",
        .enabled(if: PowerCutDisk.isWanted, PowerCutDisk.isWantedWords))
    func powerCutAfterFailedSync() throws {
        let disk = try PowerCutDisk()
        let office = try Office(home: disk.path + "/central")
        let desk = try office.desk("desk")
        let file = EditFile(0..<300)
        #expect(try desk("apply", "-", input: file.lines()).code == 0)
        try Self.cases[0].fault.with(
            try #require(office.server), database: office.home + "/central.db", in: office.root
        ) {
            expectFailure(try desk("sync"), 75, "central could not store the request")
        }
        try desk.sync()
        try disk.cut()
        try office.stop(SIGKILL)
        try disk.restore()
        #expect(try office.acceptedCount() == file.ids.count)
        let verified = try office.central("verify")
        #expect(verified.code == 0, "\(verified.output) \(verified.errors)")
        try office.expectSame(as: desk)
    }
}
