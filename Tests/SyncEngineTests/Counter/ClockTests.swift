// Promise 8: wall clocks are shown and break display ties; they never order, drop or hide a write.

import Causality
import CentralEngine
import CounterEngine
import Dossiers
import SQLiteStore
import Replication
import SeededRandom
import TestSupport
import Testing

@Suite("Clocks don't decide")
struct ClockTests {
    private static let yearMilliseconds: Int64 = 31_557_600_000

    /// Years by which the clocks of two desks of an office and of central are wrong.
    private static let wrongYears: [(Int64, Int64, Int64)] = [
        (0, 20, 0), (20, 0, 0), (-30, 20, -30), (20, -30, 90), (-60, -60, 0),
    ]

    @Test("a write that had seen another replaces it, however old its clock", arguments: wrongYears)
    func laterWriteOlderClock(years: (Int64, Int64, Int64)) async throws {
        let fleet = try Fleet()
        let (first, second) = (try await fleet.enrol("A"), try await fleet.enrol("A"))
        let id = try first.make([FieldWrite("officer", .text("Lan"))])
        try await settle([first, second])
        first.clock.advance(milliseconds: years.0 * Self.yearMilliseconds)
        second.clock.advance(milliseconds: years.1 * Self.yearMilliseconds)
        fleet.clock.advance(milliseconds: years.2 * Self.yearMilliseconds)
        for (round, writer) in [first, second, first, second].enumerated() {
            try writer.set(id, "officer", .text("Mai \(round)"))
            try await settle([first, second])
            let fresh = try await fleet.enrol("A")
            try await settle([fresh, first, second])
            for counter in [first, second, fresh] {
                #expect(try counter.values(id, "officer") == [.text("Mai \(round)")])
            }
            try expectConverged(fleet, [first, second, fresh])
        }
    }

    @Test("of writes made apart both stay, whichever clock is ahead", arguments: wrongYears)
    func writesApart(years: (Int64, Int64, Int64)) async throws {
        let fleet = try Fleet()
        let (first, second) = (try await fleet.enrol("A"), try await fleet.enrol("A"))
        let id = try first.make([FieldWrite("officer", .text("Lan"))])
        try await settle([first, second])
        first.clock.advance(milliseconds: years.0 * Self.yearMilliseconds)
        second.clock.advance(milliseconds: years.1 * Self.yearMilliseconds)
        fleet.clock.advance(milliseconds: years.2 * Self.yearMilliseconds)
        try first.set(id, "officer", .text("Hoa"))
        try second.set(id, "officer", .text("Minh"))
        try await settle([second, first])
        let fresh = try await fleet.enrol("A")
        try await settle([fresh, first, second])
        for counter in [first, second, fresh] {
            #expect(Set(try counter.values(id, "officer")) == [.text("Hoa"), .text("Minh")])
            #expect(try counter.read { try $0.conflictCount() } == 1)
        }
        try expectConverged(fleet, [first, second, fresh])
    }

    @Test("one edit with a clock in 2036 spoils neither the stamps nor the times of what follows")
    func oneEditAhead() async throws {
        let fleet = try Fleet()
        let (bad, good) = (try await fleet.enrol("A"), try await fleet.enrol("A"))
        let spoilt = try bad.make([FieldWrite("officer", .text("Lan"))])
        bad.clock.advance(milliseconds: 15 * Self.yearMilliseconds)
        try bad.set(spoilt, "officer", .text("Mai"))
        bad.clock.advance(milliseconds: -15 * Self.yearMilliseconds)
        let id = try bad.make([FieldWrite("officer", .text("Hoa"))])
        let fresh = try #require(try bad.states()[id]?.stamps.first?.stamp)
        let now = bad.clock.now().milliseconds
        #expect(fresh.at == nil && abs(fresh.clock.time.milliseconds - now) < 1000)
        // Of the dossier that has seen 2036 the order stands, and the time of the act is the clock's.
        try bad.set(spoilt, "fee_vnd", .integer(1))
        try await settle([bad, good])
        try good.set(spoilt, "fee_vnd", .integer(2))
        try await settle([good, bad])
        for counter in [bad, good] {
            let state = try #require(try counter.states()[spoilt])
            let officer = try #require(state["officer"].first.flatMap { state.stamp(of: $0.dot) })
            let fee = try #require(state["fee_vnd"].first.flatMap { state.stamp(of: $0.dot) })
            #expect(state["fee_vnd"].map(\.value) == [.integer(2)])
            #expect(fee.clock > officer.clock, "what had seen a write is stamped after it")
            #expect(abs(fee.shownTime.milliseconds - now) < 60_000)
            #expect(officer.shownTime.milliseconds - now > 14 * Self.yearMilliseconds)
        }
        try expectConverged(fleet, [bad, good])
        for counter in [bad, good] {
            #expect(try counter.read { try $0.verify().faults.isEmpty })
        }
    }

    @Test("a desk seven hours ahead moves no time of a desk whose clock is right")
    func sevenHoursAhead() async throws {
        let fleet = try Fleet()
        let (good, ahead) = (try await fleet.enrol("A"), try await fleet.enrol("A"))
        let id = try good.make([FieldWrite("status", .text("processing"))])
        ahead.clock.advance(milliseconds: 7 * 3_600_000)
        _ = try ahead.make([FieldWrite("officer", .text("Lan"))])
        try await settle([ahead, good])
        let begun = good.clock.now().milliseconds
        try good.set(id, "status", .text("supplement_required"))
        good.clock.advance(milliseconds: 6 * 3_600_000)
        try good.set(id, "status", .text("processing"))
        let state = try #require(try good.states()[id])
        let pause = try #require(DossierTimes(state).pauses.first)
        #expect(abs(pause.start - begun) < 1000)
        #expect(abs(try #require(pause.end) - begun - 6 * 3_600_000) < 1000)
        // Each stamp is past what was seen all the same.
        #expect(state.stamps.map(\.stamp.clock).sorted() == state.stamps.map(\.stamp.clock))
    }

    @Test(
        "the same life with all clocks jumping over decades ends with the same values and feed",
        arguments: Seeds.all(8))
    func jumpingClocks(seed: UInt64) async throws {
        let straight = try await ClockedLife(seed: seed, isJumping: false)
        let jumping = try await ClockedLife(seed: seed, isJumping: true)
        #expect(straight.records == jumping.records, "seed \(seed)")
        #expect(straight.feed == jumping.feed, "seed \(seed)")
        #expect(straight.reports == jumping.reports, "seed \(seed)")
        #expect(straight.feed.count > 40)
        #expect(straight.conflictCount > 0, "seed \(seed)")
    }
}

/// What is the same whatever the clocks say.
private struct ClockedLife {
    /// A record without its stamps.
    struct Record: Hashable {
        var vv: VersionVector
        var fields: [FieldState]
    }

    /// What a sync did.
    struct Report: Hashable {
        var outcome: SyncReport.Outcome
        var accepted: UInt64
        var refused: UInt64
        var pulled: UInt64
    }

    var records: [RecordID: Record] = [:]
    /// The dots in the order in which central took them, by record.
    var feed: [Dot] = []
    var reports: [Report] = []
    var conflictCount = 0

    /// Two desks of one office and one of another edit the same few dossiers for a while.
    init(seed: UInt64, isJumping: Bool) async throws {
        let fleet = try Fleet(random: SeededRandomSource(seed: seed))
        let counters = [
            try await fleet.enrol("A"), try await fleet.enrol("A"), try await fleet.enrol("B"),
        ]
        let names = SeededRandomSource(seed: seed)
        let ids = (0..<5).compactMap { _ in RecordID(bytes: names.bytes(16)) }
        var random = SeededGenerator(seed: seed)
        // The jumps have numbers of their own: the life itself is the same with and without.
        var jumps = SeededGenerator(seed: ~seed)
        for step in 0..<120 {
            if isJumping {
                let clocks = counters.map(\.clock) + [fleet.clock]
                clocks[step % clocks.count].advance(
                    milliseconds: Int64.random(in: -1...1, using: &jumps) * 600_000_000_000)
            }
            guard let counter = counters.randomElement(using: &random) else { return }
            if Int.random(in: 0..<4, using: &random) == 0 {
                try await sync(counter)
            } else {
                try Self.edit(counter, ids, &random)
            }
        }
        for counter in counters + counters { try await sync(counter) }
        try expectConverged(fleet, counters, "seed \(seed)")
        try fleet.readCentral { database in
            for (id, state) in try database.statesByID() {
                guard !state.kind.isCatalog else { continue }
                // That a clock was wrong is said, and decides nothing.
                let fields = state.fields.filter { $0.name != RecordSchema.clockOffField }
                records[id] = Record(vv: state.vv, fields: fields)
            }
            for id in ids { feed += try database.history(of: .id(id)).map(\.change.dot) }
            conflictCount = try database.conflictCount()
        }
    }

    private mutating func sync(_ counter: TestCounter) async throws {
        let report = try await counter.sync()
        reports.append(
            Report(
                outcome: report.outcome, accepted: report.accepted, refused: report.refused,
                pulled: report.pulled))
    }

    private static func edit(
        _ counter: TestCounter, _ ids: [RecordID], _ random: inout SeededGenerator
    ) throws {
        let number = Int64.random(in: 0..<1000, using: &random)
        guard let id = ids.randomElement(using: &random) else { return }
        let writes = [
            FieldWrite("officer", .text("Lan \(number)")), FieldWrite("fee_vnd", .integer(number)),
            FieldWrite("applicant_name", .text("An \(number)")),
        ]
        let write = writes[Int.random(in: 0..<3, using: &random)]
        guard let state = try counter.states()[id] else {
            _ = try counter.make([write], id: id)
            return
        }
        let conflict = state.fields.first {
            let rule = RecordSchema.rule(of: $0.name, in: state.kind)
            return state.shown($0.name, by: rule)?.isConflict == true
        }
        if number % 4 == 0, let conflict, let value = conflict.entries.first?.value {
            try counter.edit { _ = try $0.resolve(.id(id), conflict.name, value: value) }
        } else {
            try counter.set(id, write.name, write.value)
        }
    }
}
