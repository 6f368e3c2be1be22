import Foundation
import JSON
import SQLite
import Testing

/// Expects an exit code, and words in what the program says to a person.
func expectFailure(
    _ ending: Program.Ending, _ code: Int32, _ words: String...,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(ending.code == code, "\(ending.errors)", sourceLocation: sourceLocation)
    for words in words {
        #expect(
            ending.errors.contains(words), "\(ending.errors)", sourceLocation: sourceLocation)
    }
}

@Suite(
    "Disks that are full or cannot be written to",
    .ownThreads, .enabled(if: SmallDisk.isWanted, SmallDisk.isWantedWords))
struct DiskTests {
    @Test(
        "a counter whose disk fills up says so, keeps whole lines, and goes on when there is room")
    func fullCounter() throws {
        let disk = try SmallDisk(bytes: 2 << 20)
        let office = try Office()
        let desk = try office.desk("desk", home: disk.path + "/home")
        try disk.fill(leaving: 900_000)
        var file = EditFile(0..<4000)
        file.noteLength = 400
        let ending = try desk("apply", "-", "--json", input: file.lines())
        expectFailure(ending, 74, "the disk is full", "go on with the file after line")
        #expect(!ending.errors.contains("nnn"))
        let applied = try #require(try ending.json["applied"]?.integerValue)
        #expect(applied < file.ids.count)

        try disk.makeRoom()
        #expect(try desk.storedLineCount(of: file) == Int(applied))
        let small = EditFile(9000..<9010)
        #expect(try desk("apply", "-", input: small.lines()).code == 0)
        #expect(try desk.storedLineCount(of: small) == small.ids.count)
        try desk.sync()
        try office.expectSame(as: desk)
    }

    @Test(
        "with not one byte free, writing says that the disk is full, reading goes on, nothing is lost"
    )
    func nothingFree() throws {
        let disk = try SmallDisk(bytes: 2 << 20)
        let office = try Office()
        let desk = try office.desk("desk", home: disk.path + "/home")
        let id = try desk.enter("applicant_name=A")
        try disk.fill(leaving: 0)
        for ending in [try desk("new", "applicant_name=B"), try desk("sync")] {
            expectFailure(ending, 74, "disk is full")
        }
        try expectReadable(desk, id)
        try disk.makeRoom()
        #expect(try desk.record(id).at("fields")["applicant_name"] == "A")
        try desk.sync()
        try office.expectSame(as: desk)
    }

    @Test(
        "an import whose list of lines to mend finds no room says so, leaves no half, and goes on")
    func fullErrorsFile() throws {
        let disk = try SmallDisk(bytes: 64 << 10)
        let office = try Office()
        let desk = try office.desk("desk")
        let map = try office.root.newFile("map", #"{"columns":{"code":"code","fee":"fee_vnd"}}"#)
        let rows = (1...8_000).map { "B-\($0),\($0 == 1 ? "5" : "nnnnnnnnnn")" }
        let table = try office.root.newFile("table", "code,fee\n" + rows.joined(separator: "\n"))
        let errors = disk.path + "/mend.csv"
        let call = ["import", table.path, "--map", map.path, "--errors", errors]
        let ending = try Program.run("counter", call + ["--home", desk.home], in: desk.directory)
        expectFailure(ending, 74, "cannot write \(errors): No space left", "nothing was lost")
        #expect(!ending.errors.contains("nnn"))
        #expect(!FileManager.default.fileExists(atPath: errors))
        let again = try desk("import", table.path, "--map", map.path, "--json")
        #expect(try again.json["known"] == 1 && again.json["failed"] == 7_999)
    }

    @Test("a central whose disk fills up is a failure that passes: nothing is lost")
    func fullCentral() throws {
        let disk = try SmallDisk(bytes: 4 << 20)
        let office = try Office(home: disk.path + "/central")
        let desk = try office.desk("desk")
        var file = EditFile(0..<1500)
        file.noteLength = 400
        #expect(try desk("apply", "-", input: file.lines()).code == 0)
        try disk.fill(leaving: 400_000)
        let ending = try desk("sync", "--json")
        expectFailure(ending, 75, "central could not store the request")
        let report = try ending.json
        #expect(report["outcome"] == "interrupted")
        let accepted = try desk.acceptedCount(of: file.ids.count)
        #expect(accepted < file.ids.count)
        #expect(report["pending"] == .integer(Int64(file.ids.count - accepted)))

        try disk.makeRoom()
        #expect(try office.acceptedCount() >= accepted)
        #expect(try desk.storedLineCount(of: file) == file.ids.count)
        try desk.sync()
        try office.expectSame(as: desk)
        #expect(try !office.stop().errors.contains("nnn"))
    }

    @Test("a home on a file system that may not be written to")
    func readOnly() throws {
        let disk = try SmallDisk(bytes: 2 << 20)
        let office = try Office()
        let desk = try office.desk("desk", home: disk.path + "/home")
        let id = try desk.enter("applicant_name=A")
        // So many that the search index would catch up.
        #expect(try desk("apply", "-", input: EditFile(0..<300).lines()).code == 0)
        try disk.setReadOnly(true)
        let found = try desk("list", "--search", "nnn", "--limit", "0", "--json")
        #expect(try found.code == 0 && found.jsonLines.count == 300, "\(found.errors)")
        expectFailure(try desk("new", "applicant_name=B"), 77, "cannot be", "hint:")
        expectFailure(try desk("sync"), 77, "cannot be", "hint:")
        try expectReadable(desk, id)
        let fresh = Desk(home: disk.path + "/fresh", directory: try office.root)
        expectFailure(
            try fresh("enrol", office.url, "--code", "AAAA-AAAA"), 73, "cannot be made")
        try disk.setReadOnly(false)
        #expect(try desk.record(id).at("fields")["applicant_name"] == "A")
        try desk.sync()
        try office.expectSame(as: desk)
    }
}

/// Expects that all commands that only read answer.
private func expectReadable(
    _ desk: Desk, _ id: String, sourceLocation: SourceLocation = #_sourceLocation
) throws {
    for ending in [
        try desk("show", id), try desk("list"), try desk("status"), try desk("verify"),
        try desk("records", "--ndjson"), try desk("conflicts"), try desk("refused"),
        try desk("digest"), try desk("list", "--search", "a"),
    ] {
        #expect(ending.code == 0, "\(ending.errors)", sourceLocation: sourceLocation)
        #expect(!ending.output.isEmpty || ending.errors.isEmpty, sourceLocation: sourceLocation)
    }
    #expect(try desk.record(id).at("fields")["applicant_name"] == "A")
}

@Suite("Database files that are locked, or of a newer version", .ownThreads)
struct DatabaseFileTests {
    @Test("a locked replica and a locked central are said to be so, and nothing is lost")
    func locked() throws {
        let office = try Office()
        let (desk, other) = (try office.desk("desk"), try office.desk("other"))
        let id = try other.enter("applicant_name=A")
        let holders = try [desk.home + "/replica.db", try office.home + "/central.db"].map {
            try Connection(path: $0, access: .readWrite)
        }
        for holder in holders { try holder.execute("BEGIN IMMEDIATE") }
        // Both wait as long as the programs do for a lock, so at the same time.
        let (edit, sync) = (try desk.start("new", "applicant_name=B"), try other.start("sync"))
        expectFailure(try edit.ending(), 75, "locked by another program", "hint:")
        expectFailure(try sync.ending(), 75, "central could not store the request", "hint:")
        // Reading does not wait for the one who writes.
        #expect(try desk("status", "--json").json["pending"] == 0)
        #expect(try office.central("devices", "--json").code == 0)
        for holder in holders {
            try holder.execute("ROLLBACK")
            holder.close()
        }
        #expect(try other("status", "--json").json["pending"] == 1)
        #expect(try desk("new", "applicant_name=B").code == 0)
        try desk.sync()
        try other.sync()
        #expect(try other.record(id).at("fields")["applicant_name"] == "A")
        try office.expectSame(as: other)
    }

    @Test("a database of a newer version exits 78, and no byte of it changes")
    func newerVersion() throws {
        let office = try Office()
        let desk = try office.desk("desk")
        _ = try desk.enter("applicant_name=A")
        try office.stop()
        for path in [desk.home + "/replica.db", try office.home + "/central.db"] {
            let connection = try Connection(path: path, access: .readWrite)
            try connection.execute("PRAGMA user_version = 1000")
            connection.close()
        }
        let before = try files(in: [desk.home, try office.home])
        for ending in [
            try desk("new", "applicant_name=B"), try desk("list"), try desk("sync"),
            try office.central("status"), try office.central("serve", "--listen", "127.0.0.1:0"),
        ] {
            expectFailure(ending, 78, "was written by a newer version", "update this program")
        }
        #expect(try files(in: [desk.home, try office.home]) == before)
    }

    /// All databases and logs with their bytes; the index of a log is memory.
    private func files(in folders: [String]) throws -> [String: Data] {
        var files: [String: Data] = [:]
        for folder in folders {
            for name in try FileManager.default.contentsOfDirectory(atPath: folder)
            where name.contains(".db") && !name.hasSuffix("-shm") {
                files[folder + name] = try Data(
                    contentsOf: URL(fileURLWithPath: folder + "/" + name))
            }
        }
        return files
    }
}
