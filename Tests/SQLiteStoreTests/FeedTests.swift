import Causality
import Crypto
import Dossiers
import Replication
import Store
import Testing

@testable import SQLiteStore

@Suite("Feed: what central's readers get, and in what order")
struct FeedTests {
    private static let reader = ReplicaID(4242)

    /// What a row brings, in a word.
    private func rows(
        _ file: CentralFile, of office: String, after position: UInt64 = 0,
        except reader: ReplicaID = reader, limit: Int = .max
    ) throws -> [(position: UInt64, word: String)] {
        var rows: [(UInt64, String)] = []
        try file.read { database in
            try database.forEachFeedRow(ofOffice: office, after: position, except: reader) { row in
                let word: String
                switch row.content {
                case .change(let bytes, let made):
                    let change = try Change(canonicalBytes: bytes)
                    word = "\(change.dot.seq)\(made == nil ? "" : " made")"
                case .void(_, _, let dot): word = "void \(dot.seq)"
                case .state(let state):
                    word = "state of \(state.kind == .office ? "office" : "dossier")"
                case .copy: word = "copy"
                }
                rows.append((row.position, word))
                return rows.count < limit
            }
        }
        return rows
    }

    private func make(_ edit: CentralEdit, _ office: String) throws -> RecordID {
        try edit.make(.dossier, writes: [FieldWrite("office", .text(office))]).record
    }

    @Test("each office gets the catalog and its own, in order, and nobody's own changes")
    func scope() throws {
        let file = try CentralFile()
        let (here, there) = (StoreFile.office, StoreFile.otherOffice)
        let ids = try file.edit { edit in try [here, there, here].map { try make(edit, $0) } }
        try file.edit {
            _ = try $0.edit(.id(ids[0]), writes: [FieldWrite("officer", .text("A"))])
            _ = try $0.make(.holiday, writes: [FieldWrite("date", .text("2021-09-02"))])
        }
        let offices = ["state of office", "state of office"]
        #expect(
            try rows(file, of: here).map(\.word) == offices + ["1 made", "3 made", "4", "5 made"])
        #expect(try rows(file, of: there).map(\.word) == offices + ["2 made", "5 made"])
        #expect(try rows(file, of: "nowhere").map(\.word) == offices + ["5 made"])
        let positions = try rows(file, of: here).map(\.position)
        #expect(positions == positions.sorted())
        #expect(Set(positions).count == positions.count)
        #expect(try rows(file, of: here, except: StoreFile.session).map(\.word) == offices)
        for (countMax, count) in [(9, 2), (2, 2), (1, 1)] as [(Int64, UInt64)] {
            let found = try file.read {
                try $0.feedRowCount(ofOffice: there, after: 2, countMax: countMax)
            }
            #expect(found == count)
        }
    }

    @Test("a hand-over enters both feeds: the change for the one, the state for the other")
    func handOver() throws {
        let file = try CentralFile()
        let id = try file.make()
        let end = try file.read { try $0.lastCommit().position }
        try file.edit {
            _ = try $0.edit(.id(id), writes: [FieldWrite("office", .text(StoreFile.otherOffice))])
        }
        try file.edit { _ = try $0.edit(.id(id), writes: [FieldWrite("officer", .text("B"))]) }
        #expect(try rows(file, of: StoreFile.office, after: end).map(\.word) == ["2"])
        #expect(
            try rows(file, of: StoreFile.otherOffice, after: end).map(\.word)
                == ["state of dossier", "3"])
    }

    @Test("reading on from the last position gives every row once, whatever the size of the page")
    func paging() throws {
        let file = try CentralFile()
        for number in 0..<12 {
            try file.edit {
                let id = try make($0, number % 3 == 0 ? StoreFile.otherOffice : StoreFile.office)
                _ = try $0.edit(.id(id), writes: [FieldWrite("fee_vnd", .integer(1))])
            }
        }
        let all = try rows(file, of: StoreFile.office).map(\.position)
        #expect(all.count == 2 + 16)
        for size in [1, 2, 5, 100] {
            var (read, last): ([UInt64], UInt64) = ([], 0)
            while case let page = try rows(
                file, of: StoreFile.office, after: last, limit: size), let end = page.last
            {
                read += page.map(\.position)
                last = end.position
            }
            #expect(read == all, "pages of \(size)")
        }
    }

    @Test("commits are chained: a position is confirmed by the hash of its commit and no other")
    func commits() throws {
        let file = try CentralFile()
        var ends: [(position: UInt64, hash: Hash256)] = []
        for _ in 0..<4 {
            try file.edit { edit in
                for _ in 0..<3 { _ = try make(edit, StoreFile.office) }
            }
            ends.append(try file.read { try $0.lastCommit() })
        }
        #expect(Set(ends.map(\.hash)).count == 4)
        let database = try file.open()
        defer { database.close() }
        for (index, end) in ends.enumerated() {
            #expect(try database.commitHash(at: end.position) == end.hash)
            #expect(try database.commitHash(at: end.position - 1) == end.hash)
            let next = index + 1 < ends.count ? ends[index + 1].hash : nil
            #expect(try database.commitHash(at: end.position + 1) == next)
        }
        #expect(try database.commitHash(at: 0) == Hash256.zero)
        // Every commit's hash follows from the one before it and from its changes' chain hashes.
        var hash = try #require(try database.commitHash(at: ends[0].position))
        let key = try #require(try database.interning.knownKey(of: StoreFile.session))
        var seq: UInt64 = 3
        for end in ends.dropFirst() {
            for _ in 0..<3 {
                seq += 1
                let link = try #require(
                    try database.changeLog.chainHash(replicaKey: key, seq: seq))
                hash = hash.chained(with: link)
            }
            #expect(end.hash == hash)
        }
        // A transaction that writes nothing makes no commit.
        try database.write(now: file.now()) { _ in }
        #expect(try database.lastCommit().position == ends[3].position)
    }
}
