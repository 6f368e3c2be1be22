// Offices whose desks have a link, a stick, or both. Sticks are carried late, twice, in any order or
// never. At the end each has had its last visit, and all must agree.

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

@Suite("Random edits, carried by links and sticks")
struct BundleFleetTests {
    @Test("whatever the sticks bring, and when, all converge in the end", arguments: Seeds.all(12))
    func convergence(seed: UInt64) async throws {
        var life = try await StickLife(seed: seed)
        for _ in 0..<300 { try await life.step() }
        try await life.settle()
        try expectConverged(life.fleet, life.desks.map(\.counter), "seed \(seed)")
        for desk in life.desks {
            let (refused, identity) = try desk.counter.read {
                (try $0.refusedCount(), try $0.enrolledIdentity().identity)
            }
            let device = try life.fleet.readCentral { try $0.device(desk.counter.replica) }
            #expect(device?.refused == refused, "seed \(seed)")
            #expect(device?.seq == identity.seq, "seed \(seed)")
            #expect(device?.chainHash == identity.chainHash, "seed \(seed)")
            #expect(identity.pendingCount == 0, "seed \(seed)")
        }
        // Else the life was too quiet to show anything.
        #expect(life.appliedCount > 5 && life.repeatedCount > 0, "seed \(seed)")
    }
}

private struct Desk {
    let counter: TestCounter
    let hasLink: Bool
    let hasStick: Bool
    /// Bundles for central that lie on sticks.
    var asked: [[String]] = []
    /// Replies that lie on sticks.
    var answered: [[String]] = []
}

private struct StickLife {
    let fleet: Fleet
    var desks: [Desk]
    var appliedCount = 0
    var repeatedCount = 0
    private var random: SeededGenerator

    init(seed: UInt64) async throws {
        random = SeededGenerator(seed: seed)
        fleet = try Fleet(random: SeededRandomSource(seed: seed))
        desks = [
            Desk(counter: try await fleet.enrol("A"), hasLink: false, hasStick: true),
            Desk(counter: try await fleet.enrol("A"), hasLink: true, hasStick: true),
            Desk(counter: try await fleet.enrol("A"), hasLink: true, hasStick: false),
            Desk(counter: try await fleet.enrol("B"), hasLink: false, hasStick: true),
        ]
    }

    mutating func step() async throws {
        let place = Int.random(in: desks.indices, using: &random)
        switch Int.random(in: 0..<10, using: &random) {
        case 0..<4: try edit(desks[place].counter)
        case 4 where desks[place].hasLink: try await syncOverLink(desks[place].counter)
        case 4, 5: try await ask(place)
        case 6, 7: try await answer(place)
        default: try await apply(place)
        }
    }

    /// Mostly one of the last two sticks; now and then one that was forgotten in a drawer.
    private mutating func draw(_ sticks: [[String]]) -> [String]? {
        let isForgotten = Int.random(in: 0..<4, using: &random) == 0
        return (isForgotten ? sticks : sticks.suffix(2)).randomElement(using: &random)
    }

    private var options: SyncOptions {
        mutating get {
            var options = SyncOptions()
            options.pushBytes = Int.random(in: 1...2_000, using: &random)
            options.pullBytes = Int.random(in: 1...2_000, using: &random)
            return options
        }
    }

    private mutating func ask(_ place: Int) async throws {
        guard desks[place].hasStick else { return }
        let partBytes = Bool.random(using: &random) ? BundleLimits.partSizeMin : nil
        desks[place].asked.append(
            try await fleet.bundle(from: desks[place].counter, options, partBytes: partBytes))
    }

    private mutating func answer(_ place: Int) async throws {
        guard let files = draw(desks[place].asked) else { return }
        desks[place].answered.append(
            try await fleet.answer(files.shuffled(using: &random)))
    }

    private mutating func apply(_ place: Int) async throws {
        guard let files = draw(desks[place].answered) else { return }
        do {
            let applied = try await desks[place].counter.apply(files)
            try #require(applied.isRepeated || applied.report.outcome != .diverged)
            if applied.isRepeated { repeatedCount += 1 } else { appliedCount += 1 }
        } catch BundleFailure.outOfOrder, BundleFailure.overtaken {
            // It is said, and changes nothing.
        }
    }

    private mutating func syncOverLink(_ counter: TestCounter) async throws {
        let faults: [LinkFault] = [.requestLost, .replyLost, .requestRepeated, .replyTruncated]
        counter.transport.meet(
            (0..<4).map { _ in
                Int.random(in: 0..<3, using: &random) == 0
                    ? faults.randomElement(using: &random) : nil
            })
        let report = try await counter.sync(options)
        counter.transport.meet([])
        try #require(report.outcome != .diverged)
    }

    /// Everybody once, then everybody again: by then all that there is has reached central.
    mutating func settle() async throws {
        for desk in desks {
            // A visit says when another one is needed.
            for _ in 0..<3 {
                if try await lastSync(desk).outcome != .interrupted { break }
            }
        }
        for desk in desks {
            let report = try await lastSync(desk)
            #expect(report.outcome == .synced, "\(String(describing: report.failure))")
        }
    }

    private func lastSync(_ desk: Desk) async throws -> SyncReport {
        desk.hasStick ? try await fleet.visit(desk.counter).report : try await desk.counter.sync()
    }

    private mutating func edit(_ counter: TestCounter) throws {
        let known = try counter.states().values.filter { !$0.kind.isCatalog }.sorted {
            $0.id < $1.id
        }
        let number = Int64.random(in: 0..<5, using: &random)
        let write = [
            FieldWrite("officer", .text(["Lan", "Hoa", "Minh"][Int(number % 3)])),
            FieldWrite("fee_vnd", .integer(number)),
            FieldWrite("office", .text(number < 2 ? "A" : "B")),
            FieldWrite("x.a", .real(Double(number) / 3)),
        ][Int.random(in: 0..<4, using: &random)]
        guard let record = known.randomElement(using: &random), number > 0 else {
            _ = try counter.make([FieldWrite("fee_vnd", .integer(number))])
            return
        }
        switch Int.random(in: 0..<8, using: &random) {
        case 0: try counter.plant(.dossier, writes: [FieldWrite("office", .text("NOWHERE"))])
        case 1:
            try counter.plant(
                record.kind, record: record.id, writes: [FieldWrite("fee_vnd", .integer(-1))])
        case 2:
            let note = FieldWrite("notes", .text("note \(random.next() % 100)"))
            try attempt {
                try counter.edit { _ = try $0.edit(.id(record.id), writes: [], additions: [note]) }
            }
        default: try attempt { try counter.set(record.id, write.name, write.value) }
        }
    }

    /// A rule may forbid it; then nothing of it remains.
    private func attempt(_ edit: () throws -> Void) throws {
        do { try edit() } catch is StoreError {}
    }
}
