// Two counters of one office, one of another and central live through a random time: edits, hand-
// overs, faulty programs, lost and repeated messages, restarts. Then the links are good, and all must
// agree.

import CentralEngine
import CounterEngine
import Dossiers
import SQLiteStore
import Replication
import SeededRandom
import Store
import TestSupport
import Testing
import Wire

@Suite("Random edits over random links")
struct RandomFleetTests {
    @Test(
        "300 edits, faults and restarts, then quiet syncs: all converge", arguments: Seeds.all(20))
    func convergence(seed: UInt64) async throws {
        var life = try await RandomLife(seed: seed)
        while life.editCount < 300 { try await life.step() }
        for counter in life.counters { counter.transport.meet([]) }
        try await settle(life.counters)
        try expectConverged(life.fleet, life.counters, "seed \(seed)")
        for counter in life.counters {
            let (refused, identity) = try counter.read {
                (try $0.refusedCount(), try $0.enrolledIdentity().identity)
            }
            let device = try life.fleet.readCentral { try $0.device(counter.replica) }
            #expect(device?.refused == refused, "seed \(seed)")
            #expect(device?.seq == identity.seq, "seed \(seed)")
            #expect(device?.chainHash == identity.chainHash, "seed \(seed)")
            #expect(identity.pendingCount == 0)
        }
    }
}

private struct RandomLife {
    let fleet: Fleet
    let counters: [TestCounter]
    var editCount = 0
    private var random: SeededGenerator
    private let sharedIDs: [RecordID]

    init(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        fleet = try Fleet(random: SeededRandomSource(seed: seed))
        counters = [
            try await fleet.enrol("A"), try await fleet.enrol("A"), try await fleet.enrol("B"),
        ]
        var ids: [RecordID] = []
        for _ in 0..<6 {
            let halves = (0..<2).map { _ in random.next() }
            if let id = RecordID(bytes: halves.withUnsafeBytes { Array($0) }) { ids.append(id) }
        }
        sharedIDs = ids
        self.random = random
        for counter in counters { _ = try await counter.sync() }
    }

    mutating func step() async throws {
        guard let counter = counters.randomElement(using: &random) else { return }
        switch Int.random(in: 0..<20, using: &random) {
        case 0..<11: try edit(counter)
        case 11..<18: try await sync(counter)
        case 18: try importAtCentral()
        default: try fleet.startCentral()
        }
    }

    private mutating func sync(_ counter: TestCounter) async throws {
        let faults: [LinkFault] = [
            .requestLost, .replyLost, .requestRepeated, .requestTruncated, .replyTruncated,
        ]
        counter.transport.meet(
            (0..<6).map { _ in
                Int.random(in: 0..<4, using: &random) == 0
                    ? faults.randomElement(using: &random) : nil
            })
        var options = SyncOptions()
        options.pushBytes = Int.random(in: 1...2_000, using: &random)
        options.pullBytes = Int.random(in: 1...2_000, using: &random)
        let report = try await counter.sync(options)
        try #require(report.outcome != .diverged)
    }

    /// A few edits in one transaction; some break a rule, past `RecordEdit` or into it.
    private mutating func edit(_ counter: TestCounter) throws {
        counter.clock.advance(milliseconds: Int64.random(in: -50_000...100_000, using: &random))
        let known = try counter.states().values.filter { !$0.kind.isCatalog }.sorted {
            $0.id < $1.id
        }
        if Int.random(in: 0..<12, using: &random) == 0,
            let record = known.randomElement(using: &random)
        {
            try counter.plant(record.kind, record: record.id, writes: [randomWrite(isWild: true)])
            editCount += 1
        }
        let database = try counter.open()
        defer { database.close() }
        var (count, random) = (0, random)
        try database.write(now: counter.clock.now()) { transaction in
            let edit = try CounterEdit(transaction)
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                do {
                    try transaction.attempt {
                        try Self.one(edit, known, sharedIDs, &random)
                    }
                    count += 1
                } catch is StoreError {
                    // A rule forbade it: nothing of it may remain.
                }
            }
        }
        self.random = random
        editCount += count
    }

    private static func one(
        _ edit: CounterEdit, _ known: [RecordState], _ sharedIDs: [RecordID],
        _ random: inout SeededGenerator
    ) throws {
        let writes = (0..<Int.random(in: 1...3, using: &random)).map { _ in
            randomWrite(isWild: false, &random)
        }
        var fields: [FieldName: FieldWrite] = [:]
        for write in writes { fields[write.name] = write }
        let distinct = Array(fields.values)
        guard let record = known.randomElement(using: &random),
            Int.random(in: 0..<4, using: &random) > 0
        else {
            let id = Bool.random(using: &random) ? sharedIDs.randomElement(using: &random) : nil
            _ = try edit.make(.dossier, id: id, writes: distinct)
            return
        }
        let conflict = record.fields.first { field in
            let rule = RecordSchema.rule(of: field.name, in: record.kind)
            return record.shown(field.name, by: rule)?.isConflict == true
        }
        if let conflict, Bool.random(using: &random), let value = conflict.entries.first?.value {
            _ = try edit.resolve(.id(record.id), conflict.name, value: value)
        } else if Int.random(in: 0..<5, using: &random) == 0 {
            let note = FieldWrite("notes", .text("note \(random.next() % 100)"))
            _ = try edit.edit(.id(record.id), writes: [], additions: [note])
        } else {
            _ = try edit.edit(.id(record.id), writes: distinct)
        }
    }

    private mutating func randomWrite(isWild: Bool) -> FieldWrite {
        Self.randomWrite(isWild: isWild, &random)
    }

    private static func randomWrite(
        isWild: Bool, _ random: inout SeededGenerator
    ) -> FieldWrite {
        let number = Int64.random(in: 0..<5, using: &random)
        if isWild {
            return [
                FieldWrite("fee_vnd", .integer(-1 - number)), FieldWrite("status", .text("new")),
                FieldWrite("office", .text("NOWHERE")), FieldWrite("office", .text("B")),
                FieldWrite("office", .null), FieldWrite("officer", .text("wild")),
                FieldWrite("returned_at", .text("x")), FieldWrite("status", .text("returned")),
            ][Int.random(in: 0..<8, using: &random)]
        }
        switch Int.random(in: 0..<9, using: &random) {
        case 0...2:
            let status = DossierStatus.allCases.randomElement(using: &random) ?? .new
            return FieldWrite("status", .text(status.rawValue))
        case 3: return FieldWrite("officer", .text(["Lan", "Hoa", "Minh"][Int(number % 3)]))
        case 4: return FieldWrite("x.a", number == 0 ? .null : .real(Double(number) / 3))
        case 5: return FieldWrite("fee_vnd", number == 0 ? .null : .integer(number))
        case 6: return FieldWrite("applicant_name", .text(number < 2 ? "Ánh" : "A\u{301}nh"))
        case 7 where number < 2: return FieldWrite("office", .text(number == 0 ? "A" : "B"))
        default: return FieldWrite("applicant_phone", .text("091\(number)"))
        }
    }

    private mutating func importAtCentral() throws {
        let office = Bool.random(using: &random) ? "A" : "B"
        let number = random.next() % 1_000_000
        try fleet.editCentral {
            _ = try $0.make(.dossier, writes: [FieldWrite("office", .text(office))])
            _ = try $0.make(.procedure, writes: [FieldWrite("code", .text("P\(number)"))])
        }
        editCount += 2
    }
}
