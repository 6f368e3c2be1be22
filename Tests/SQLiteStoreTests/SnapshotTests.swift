import CBOR
import Causality
import Dossiers
import Replication
import Store
import Testing

@testable import SQLiteStore

@Suite("Snapshot: the states of a scope, page by page")
struct SnapshotTests {
    /// The ids of one page, and where to go on.
    private func page(
        _ database: CentralDatabase, from place: SnapshotPlace, size: Int
    ) throws -> ([RecordID], SnapshotPlace?) {
        let page = try database.statePage(
            ofOffice: StoreFile.office, from: place, countMax: size)
        return (page.states.map(\.id), page.next)
    }

    /// All of an office's records, by the rule of scopes alone.
    private func expected(_ database: CentralDatabase) throws -> Set<RecordID> {
        var ids: Set<RecordID> = []
        try database.forEachRecord { state in
            if DossierRules.scope(of: state).includes(office: StoreFile.office) {
                ids.insert(state.id)
            }
            return true
        }
        return ids
    }

    private func filled() throws -> CentralFile {
        let file = try CentralFile()
        try file.edit { edit in
            for number in 0..<20 {
                let office = number % 4 == 0 ? StoreFile.otherOffice : StoreFile.office
                let write = [FieldWrite("office", .text(office))]
                _ = try edit.make(number % 2 == 0 ? .dossier : .contact, writes: write)
            }
            _ = try edit.make(.holiday, writes: [FieldWrite("date", .text("2021-09-02"))])
            _ = try edit.make(.procedure, writes: [FieldWrite("code", .text("1.001"))])
        }
        // In conflict about their office, with either shown.
        for offices in [
            [StoreFile.office, StoreFile.otherOffice], [StoreFile.otherOffice, StoreFile.office],
        ] {
            let id = try file.make([FieldWrite("office", .text(StoreFile.otherOffice))])
            try file.makeConflict(id, "office", offices)
        }
        return file
    }

    @Test("catalog first, then newest first; every record once, whatever the size of the page")
    func paging() throws {
        let file = try filled()
        let database = try file.open()
        defer { database.close() }
        let expected = try expected(database)
        let (whole, end) = try page(database, from: .start, size: .max)
        #expect(end == nil)
        #expect(Set(whole) == expected)
        #expect(whole.count == expected.count)
        let kinds = try whole.map { try #require(try database.state(of: .id($0))).kind }
        #expect(Array(kinds.prefix(4)) == [.office, .office, .procedure, .holiday])
        let count = try database.digest(ofOffice: StoreFile.office).recordCount
        #expect(count == Int64(expected.count))
        for size in [1, 2, 7] {
            var (read, place): ([RecordID], SnapshotPlace?) = ([], .start)
            while let from = place {
                // The mark travels to the counter and back.
                var writer = CBORWriter()
                from.encode(to: &writer)
                let mark = try writer.bytes.withUnsafeBytes { bytes in
                    var reader = CBORReader(bytes)
                    return try SnapshotPlace(from: &reader)
                }
                #expect(mark == from)
                let (ids, next) = try page(database, from: mark, size: size)
                read += ids
                place = next
            }
            #expect(read == whole, "pages of \(size)")
        }
    }

    @Test("records that come while pages are read disturb nothing")
    func writesBetweenPages() throws {
        let file = try filled()
        let database = try file.open()
        defer { database.close() }
        let before = try expected(database)
        var (read, place): ([RecordID], SnapshotPlace?) = ([], .start)
        while let from = place {
            let (ids, next) = try page(database, from: from, size: 3)
            read += ids
            place = next
            _ = try file.make()
            if let id = ids.last, try database.state(of: .id(id))?.kind == .dossier {
                try file.edit {
                    _ = try $0.edit(.id(id), writes: [FieldWrite("officer", .text("A"))])
                }
            }
            try #require(read.count < 100)
        }
        #expect(Set(read).count == read.count)
        #expect(before.isSubset(of: read))
    }

    @Test("a mark that nobody gave ends the download or goes on somewhere, and gives no other's")
    func foreignMarks() throws {
        let file = try filled()
        let database = try file.open()
        defer { database.close() }
        let expected = try expected(database)
        for phase in [0, 3, 6, 7, 1000] as [UInt64] {
            for key in [Int64.min, -1, 0, 5, .max] {
                var writer = CBORWriter()
                writer.writeUnsigned(phase == 1000 ? .max : phase)
                writer.writeInteger(key)
                let place = try writer.bytes.withUnsafeBytes { bytes in
                    var reader = CBORReader(bytes)
                    return try SnapshotPlace(from: &reader)
                }
                let (ids, _) = try page(database, from: place, size: .max)
                #expect(expected.isSuperset(of: ids))
            }
        }
    }
}
