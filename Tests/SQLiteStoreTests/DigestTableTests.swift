import Causality
import Dossiers
import Replication
import SeededRandom
import Testing

@testable import SQLiteStore

/// Writes at random to a file through both doors, and now and then a transaction that fails.
struct RandomWriter<Database: TestedDatabase> {
    private struct Stop: Error {}

    private let file: RoleFile<Database>
    private var random: SeededGenerator
    private var records: [RandomRecord] = []
    private var voids: UInt64 = 0

    init(_ file: RoleFile<Database>, seed: UInt64) throws {
        self.file = file
        random = SeededGenerator(seed: seed)
        for byte in UInt8(100)..<108 {
            let kind: RecordKind = Bool.random(using: &random) ? .dossier : .contact
            // No dot names two changes: every record has writers of its own.
            let writers = (0..<4).map { ReplicaID(UInt64(byte) * 10 + $0) }
            records.append(
                RandomRecord(
                    kind, id: try recordID(byte), writeCount: 6, writers: writers, &random))
        }
    }

    /// One transaction of up to five steps.
    mutating func run(_ database: Database) throws {
        let steps = Int.random(in: 1...5, using: &random)
        let fails = Int.random(in: 0..<5, using: &random) == 0
        do {
            try database.write(now: file.now()) { transaction in
                for _ in 0..<steps { try step(transaction) }
                if fails { throw Stop() }
            }
        } catch is Stop {
        }
    }

    private mutating func step(_ transaction: Database.Writing) throws {
        let edit = try transaction.door()
        let offices = [StoreFile.office, StoreFile.otherOffice]
        let office = !Database.isCentral ? StoreFile.office : offices[Int(random.next() % 2)]
        switch Int.random(in: 0..<7, using: &random) {
        case 0, 1:
            _ = try edit.make(
                Bool.random(using: &random) ? .dossier : .contact,
                writes: [FieldWrite("office", .text(office))])
        case 2, 3:
            // A hand-over in one of four: the record changes its scope.
            let isHandOver = Int.random(in: 0..<4, using: &random) == 0
            let write =
                isHandOver
                ? FieldWrite("office", .text(offices[Int(random.next() % 2)]))
                : FieldWrite("officer", .text("officer \(random.next() % 3)"))
            guard let id = try anyRecord(transaction) else { return }
            do {
                _ = try transaction.attempt { try edit.edit(.id(id), writes: [write]) }
            } catch StoreError.outOfScope {
            }
        case 4: try join(transaction)
        case 5: try apply(transaction)
        default:
            guard let id = try anyRecord(transaction), let state = try? transaction.find(.id(id))
            else { return }
            voids += 1
            try transaction.void(Dot(ReplicaID(77), voids), in: state)
        }
    }

    /// A state from elsewhere, perhaps an older one than is here.
    private mutating func join(_ transaction: Database.Writing) throws {
        guard let record = records.randomElement(using: &random) else { return }
        var state = RecordState(kind: record.state.kind, id: record.state.id)
        for change in record.changes.prefix(Int.random(in: 0...6, using: &random)) {
            _ = state.apply(change)
        }
        try transaction.join(Bool.random(using: &random) ? record.state : state)
    }

    /// A change from elsewhere, perhaps one that is known already or that has a gap before it.
    private mutating func apply(_ transaction: Database.Writing) throws {
        guard let record = records.randomElement(using: &random),
            let change = record.changes.randomElement(using: &random)
        else { return }
        let open = try transaction.open(change.kind, record.state.id)
        // Central takes no change twice: whether it is known is asked before.
        guard !open.state.vv.covers(change.dot) else { return }
        _ = try transaction.apply(change, to: open)
    }

    private mutating func anyRecord(_ transaction: Database.Writing) throws -> RecordID? {
        var ids: [RecordID] = []
        try transaction.database.forEachRecord {
            if $0.kind == .dossier || $0.kind == .contact { ids.append($0.id) }
            return true
        }
        return ids.randomElement(using: &random)
    }
}

@Suite("Digests are kept with every write")
struct DigestTableTests {
    @Test(
        "after random edits, hand-overs, voids and joins they are those of the records",
        arguments: Seeds.all(12))
    func incremental(seed: UInt64) throws {
        if seed % 2 == 0 {
            try incremental(CounterFile(), seed)
        } else {
            try incremental(CentralFile(), seed)
        }
    }

    private func incremental(_ file: RoleFile<some TestedDatabase>, _ seed: UInt64) throws {
        let database = try file.open()
        defer { database.close() }
        var writer = try RandomWriter(file, seed: seed)
        for round in 0..<30 {
            try writer.run(database)
            if round % 5 == 4 { try expectSound(database, "seed \(seed), round \(round)") }
        }
        for office in [StoreFile.office, StoreFile.otherOffice] {
            var taken = ScopeDigest(digest: Digest(), recordCount: 0)
            try database.forEachRecord { state in
                guard DossierRules.scope(of: state).includes(office: office) else { return true }
                taken.digest.formUnion(Digest(of: state))
                taken.recordCount += 1
                return true
            }
            #expect(try database.digest(ofOffice: office) == taken, "seed \(seed)")
        }
    }

    @Test("a record in conflict about its office counts for both, and for one when it is settled")
    func conflictedOffice() throws {
        let file = try CounterFile()
        let id = try file.make()
        let before = try file.read { try $0.digest(ofOffice: StoreFile.otherOffice) }
        try file.makeConflict(id, "office", [StoreFile.office, StoreFile.otherOffice])
        try file.read { database in
            #expect(try database.digest(ofOffice: StoreFile.office).recordCount == 3)
            #expect(try database.digest(ofOffice: StoreFile.otherOffice).recordCount == 3)
            try expectSound(database)
        }
        try file.edit { _ = try $0.resolve(.id(id), "office", value: .text(StoreFile.office)) }
        try file.read { database in
            #expect(try database.digest(ofOffice: StoreFile.otherOffice) == before)
            try expectSound(database)
        }
    }
}
