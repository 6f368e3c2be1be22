import Causality
import Foundation
import Replication
import Testing
import Text

@testable import SQLiteStore

@Suite("A log that has come to rest goes into its file")
struct IdleCheckpointTests {
    /// The records that a copy of the file alone holds.
    private func recordsWithoutLog(_ file: CentralFile) throws -> UInt64 {
        let copy = file.path + "-\(UUID().uuidString)"
        try FileManager.default.copyItem(atPath: file.path, toPath: copy)
        let database = try CentralDatabase(path: copy)
        defer { database.close() }
        let found = try database.verify()
        #expect(found.faults == [], "what is there is sound, which is why nobody notices")
        return found.recordCount
    }

    private func add(_ database: CentralDatabase, _ file: CentralFile) throws {
        try database.write(now: file.now()) { transaction in
            _ = try CentralEdit(ofCentral: transaction, session: StoreFile.session).make(
                .dossier, writes: [FieldWrite("office", .text(StoreFile.office))])
        }
    }

    @Test("the second look finds it at rest and moves it, and further ones do nothing")
    func rest() throws {
        let file = try CentralFile()
        let database = try file.open()
        defer { database.close() }
        var checkpoint = IdleCheckpoint(path: file.path)
        _ = try (checkpoint(database), checkpoint(database))
        try add(database, file)
        #expect(try recordsWithoutLog(file) == 2)
        #expect(try !checkpoint(database))
        #expect(try recordsWithoutLog(file) == 2)
        #expect(try checkpoint(database))
        #expect(try recordsWithoutLog(file) == 3)
        #expect(try checkpoint(database))
        try add(database, file)
        #expect(try !checkpoint(database))
        #expect(try checkpoint(database))
        #expect(try recordsWithoutLog(file) == 4)
    }

    @Test("the newest change is the one that came in last, and its age is told in words")
    func newest() throws {
        let file = try CentralFile()
        let database = try file.open()
        defer { database.close() }
        for _ in 0..<3 { try add(database, file) }
        let last = Timestamp(milliseconds: file.now().milliseconds - 1_000)
        #expect(try database.newestChange() == last)
        #expect(try database.verify().newestChange == last)
        let now = Timestamp(milliseconds: last.milliseconds + 3 * 3_600_000)
        #expect(ChangeAge.words(last, now: now).english.hasSuffix(", 3 hours ago"))
        #expect(ChangeAge.words(now, now: last).english.hasSuffix(", after this machine's time"))
    }

    @Test("what another program writes is moved too, and a reader does not hold anybody up")
    func others() throws {
        let file = try CentralFile()
        let (database, other) = (try file.open(), try file.open())
        defer {
            database.close()
            other.close()
        }
        var checkpoint = IdleCheckpoint(path: file.path)
        try add(other, file)
        try other.read {
            _ = try other.newestChange()
            try add(database, file)
            _ = try checkpoint(database)
            #expect(try !checkpoint(database), "the reader still needs the file as it was")
        }
        _ = try checkpoint(database)
        #expect(try checkpoint(database))
        #expect(try recordsWithoutLog(file) == 4)
    }

    @Test("a log that never rests is moved all the same after some calls")
    func busy() throws {
        let file = try CentralFile()
        let database = try file.open()
        defer { database.close() }
        var checkpoint = IdleCheckpoint(path: file.path)
        var moves = 0
        for _ in 0..<40 {
            try add(database, file)
            if try checkpoint(database) { moves += 1 }
        }
        #expect(moves >= 2)
        #expect(try recordsWithoutLog(file) > 20)
    }
}
