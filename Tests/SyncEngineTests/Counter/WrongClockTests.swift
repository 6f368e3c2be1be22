// A clock is never a refusal: what is written under one that cannot be right is marked, wherever it
// goes, until somebody sets its times right.

import Causality
import CentralEngine
import CounterEngine
import Crypto
import Dossiers
import SQLiteStore
import Replication
import TestSupport
import Testing
import Time

@Suite("Writing under a wrong clock")
struct WrongClockTests {
    private static let day: Int64 = 86_400_000
    private static let year = 365 * day

    /// Two synced desks of an office.
    private func desks() async throws -> (fleet: Fleet, first: TestCounter, second: TestCounter) {
        let fleet = try Fleet()
        let (first, second) = (try await fleet.enrol("A"), try await fleet.enrol("A"))
        for desk in [first, second] { _ = try await desk.sync() }
        return (fleet, first, second)
    }

    /// Receives a dossier as the command does: now, by the clock.
    @discardableResult
    private func receive(_ desk: TestCounter) throws -> RecordID {
        let now = desk.clock.now()
        let database = try desk.open()
        defer { database.close() }
        return try database.write(now: now) { transaction in
            try CounterEdit(transaction).make(
                .dossier,
                writes: [
                    FieldWrite("received_at", .integer(now.milliseconds)),
                    FieldWrite("status", .text("accepted")),
                ]
            ).record
        }
    }

    private func correct(_ desk: TestCounter, _ id: RecordID) throws -> TimesCorrection {
        let database = try desk.open()
        defer { database.close() }
        return try database.write(now: desk.clock.now()) { transaction in
            let state = try #require(try database.state(of: .id(id)))
            var shifts: [Dot: Int64] = [:]
            for mark in state.wrongClockMarks {
                shifts[mark.dot] = try database.knownShift(of: mark)
            }
            let correction = TimesCorrection(of: state) { shifts[$0.dot] }
            guard !correction.isEmpty else { return correction }
            _ = try CounterEdit(transaction).edit(
                .id(id), writes: correction.writes, additions: [correction.addition])
            return correction
        }
    }

    private func counts(_ fleet: Fleet, _ desks: [TestCounter]) throws -> [Int] {
        try desks.map { try $0.read { try $0.wrongClockCount() } }
            + [try fleet.readCentral { try $0.wrongClockCount() }]
    }

    @Test(
        "in 1970, 1999 and 2100 a dossier is taken in, marked, and seen so at the other desk and central",
        arguments: [-51, -22, 79])
    func takingInGoesOn(years: Int64) async throws {
        let (fleet, first, second) = try await desks()
        let right = try receive(first)
        first.clock.advance(milliseconds: years * Self.year)
        let id = try receive(first)
        #expect(try counts(fleet, [first, second]) == [1, 0, 0])
        #expect(try await first.sync().outcome == .synced)
        #expect(try await second.sync().outcome == .synced)
        #expect(try counts(fleet, [first, second]) == [1, 1, 1])
        for states in [try second.states(), try fleet.readCentral({ try $0.statesByID() })] {
            let mark = try #require(states[id]?.wrongClockMarks.first)
            #expect((mark.offMilliseconds < 0) == (years < 0))
            let off = mark.offMilliseconds.magnitude / UInt64(Self.year)
            #expect(off.distance(to: years.magnitude).magnitude <= 1)
            #expect(states[right]?.wrongClockMarks == [])
        }
        try expectConverged(fleet, [first, second])
    }

    @Test("the next sync has told by how much: the times are set right everywhere, and once")
    func correctedByNextSync() async throws {
        let (fleet, first, second) = try await desks()
        first.clock.advance(milliseconds: -21 * Self.year)
        let id = try receive(first)
        let before = try await first.sync()
        #expect(before.wrongClockRecords == 1)
        first.clock.advance(milliseconds: 21 * Self.year)
        let correction = try correct(first, id)
        #expect(correction.moves.count == 1 && correction.unknown.isEmpty)
        _ = try await first.sync()
        _ = try await second.sync()
        #expect(try counts(fleet, [first, second]) == [0, 0, 0])
        for desk in [first, second] {
            let state = try #require(try desk.states()[id])
            let received = try #require(DossierTimes(state).received)
            #expect(abs(received - fleet.clock.now().milliseconds) < 60_000)
        }
        #expect(try correct(first, id).isEmpty)
        try expectConverged(fleet, [first, second])
    }

    @Test("a clock that was set before the sync tells nothing, and nothing is guessed")
    func setBeforeSync() async throws {
        let (fleet, first, _) = try await desks()
        first.clock.advance(milliseconds: -21 * Self.year)
        let id = try receive(first)
        first.clock.advance(milliseconds: 21 * Self.year)
        _ = try await first.sync()
        #expect(try correct(first, id).unknown.count == 1)
        // Nor does one that is off otherwise at the sync.
        first.clock.advance(milliseconds: -21 * Self.year)
        let other = try receive(first)
        first.clock.advance(milliseconds: -20 * Self.year)
        _ = try await first.sync()
        #expect(try correct(first, other).unknown.count == 1)
        #expect(try counts(fleet, [first]) == [2, 2])
    }

    @Test("a clock that a sync found days ahead is wrong until it is seen set right")
    func ahead() async throws {
        let (fleet, first, _) = try await desks()
        defer { withExtendedLifetime(fleet) {} }
        first.clock.advance(milliseconds: 3 * Self.day)
        #expect(try marks(first) == [], "nothing is known yet")
        _ = try await first.sync()
        let id = try receive(first)
        let mark = try #require(try first.states()[id]?.wrongClockMarks.first)
        #expect(abs(mark.offMilliseconds - 3 * Self.day) < 60_000)
        first.clock.advance(milliseconds: -3 * Self.day)
        #expect(try marks(first) == [])
        first.clock.advance(milliseconds: 5 * Self.day)
        #expect(try marks(first) == [])
    }

    /// By how much the clock was off, as is marked at what is received now.
    private func marks(_ desk: TestCounter) throws -> [Int64] {
        let id = try receive(desk)
        return try #require(try desk.states()[id]).wrongClockMarks.map(\.offMilliseconds)
    }

    @Test("no step of a dossier is refused for a clock: not the end before the beginning")
    func orderOfTimes() async throws {
        let (fleet, first, _) = try await desks()
        defer { withExtendedLifetime(fleet) {} }
        let id = try receive(first)
        first.clock.advance(milliseconds: -21 * Self.year)
        let database = try first.open()
        defer { database.close() }
        let now = first.clock.now()
        let finished = FieldWrite("finished_at", .integer(now.milliseconds))
        try database.write(now: now) { transaction in
            _ = try CounterEdit(transaction).edit(.id(id), writes: [finished])
        }
        #expect(try first.states()[id]?.wrongClockMarks.count == 1)
        // What a person types is checked as ever.
        #expect(throws: StoreError.self) {
            try database.write(now: now) { transaction in
                _ = try CounterEdit(transaction).edit(
                    .id(id), writes: [FieldWrite("returned_at", .integer(0))])
            }
        }
        // And a dossier that a clock in 2036 received can be finished under a right one.
        first.clock.advance(milliseconds: 36 * Self.year)
        let late = try receive(first)
        first.clock.advance(milliseconds: -15 * Self.year)
        let right = first.clock.now()
        try database.write(now: right) { transaction in
            _ = try CounterEdit(transaction).edit(
                .id(late), writes: [FieldWrite("finished_at", .integer(right.milliseconds))])
        }
    }

    @Test("a time that a person says is no matter of the clock")
    func saidTime() async throws {
        let (fleet, first, _) = try await desks()
        defer { withExtendedLifetime(fleet) {} }
        let said = first.clock.now()
        first.clock.advance(milliseconds: -21 * Self.year)
        let id = try first.edit {
            try $0.make(.dossier, writes: [FieldWrite("officer", .text("Lan"))], at: said).record
        }
        #expect(try first.states()[id]?.wrongClockMarks == [])
    }

    @Test("a person is asked once about one wrong clock, and anew after the clock was right")
    func askedOnce() async throws {
        let (fleet, first, _) = try await desks()
        defer { withExtendedLifetime(fleet) {} }
        func fault() throws -> ClockFault? {
            try first.read { try $0.clockFault(at: first.clock.now()) }
        }
        func wasAsked() throws -> Bool {
            let fault = try #require(try fault())
            return try first.read { try $0.wasAsked(about: fault) }
        }
        func agree() throws {
            let fault = try #require(try fault())
            let database = try first.open()
            defer { database.close() }
            try database.write(now: first.clock.now()) { try $0.noteAsked(about: fault) }
        }
        first.clock.advance(milliseconds: -21 * Self.year)
        #expect(try !wasAsked())
        try agree()
        try receive(first)
        #expect(try wasAsked())
        first.clock.advance(milliseconds: -5 * Self.year)
        #expect(try !wasAsked(), "this is another wrong clock")
        first.clock.advance(milliseconds: 26 * Self.year)
        #expect(try fault() == nil)
        try receive(first)
        first.clock.advance(milliseconds: -21 * Self.year)
        #expect(try !wasAsked())
        try agree()
        first.clock.advance(milliseconds: 21 * Self.year)
        _ = try await first.sync()
        first.clock.advance(milliseconds: -21 * Self.year)
        #expect(try !wasAsked(), "a sync has found the clock right meanwhile")
    }

    @Test("central's own clock is judged by its newest change")
    func central() async throws {
        let (fleet, first, _) = try await desks()
        try receive(first)
        _ = try await first.sync()
        let office = FieldWrite("office", .text("A"))
        func make() throws -> [WrongClockMark]? {
            let id = try fleet.editCentral { try $0.make(.dossier, writes: [office]).record }
            return try fleet.readCentral { try $0.statesByID()[id]?.wrongClockMarks }
        }
        #expect(try make() == [])
        fleet.clock.advance(milliseconds: -2 * Self.day)
        #expect(try make()?.count == 1)
        #expect(try fleet.readCentral { try $0.wrongClockCount() } == 1)
        fleet.clock.advance(milliseconds: 2 * Self.day)
        #expect(try make() == [])
        // The catalog counts no times.
        fleet.clock.advance(milliseconds: -2 * Self.day)
        let id = try fleet.editCentral {
            try $0.make(.procedure, writes: [FieldWrite("code", .text("P"))]).record
        }
        let state = try fleet.readCentral { try $0.statesByID()[id] }
        #expect(state?[RecordSchema.clockOffField] == [])
    }

    @Test("what came up tells central that its clock was set back; erasure orders are not marked")
    func centralLearns() async throws {
        let (fleet, first, _) = try await desks()
        for clock in [fleet.clock, first.clock] { clock.advance(milliseconds: 10 * Self.day) }
        let id = try receive(first)
        _ = try await first.sync()
        fleet.clock.advance(milliseconds: -2 * Self.day)
        let database = try fleet.openCentral()
        defer { database.close() }
        let key = try #require(SigningKey(seed: [UInt8](repeating: 7, count: 32)))
        let noted = try database.write(now: fleet.clock.now()) { transaction in
            let edit = try CentralEdit(ofCentral: transaction, session: ReplicaID(77))
            _ = try edit.erase(.id(id), reason: "QĐ 1", signedBy: key)
            return try edit.make(.dossier, writes: [FieldWrite("office", .text("A"))]).record
        }
        let states = try fleet.readCentral { try $0.statesByID() }
        #expect(states[noted]?.wrongClockMarks.count == 1)
        #expect(states[id]?.keptFields != nil && states[id]?.wrongClockMarks == [])
    }

    @Test("what was written under a clock that was ahead is no witness against the right one")
    func aheadIsNoWitness() async throws {
        let (fleet, first, _) = try await desks()
        defer { withExtendedLifetime(fleet) {} }
        first.clock.advance(milliseconds: 79 * Self.year)
        #expect(try marks(first).count == 1)
        first.clock.advance(milliseconds: -79 * Self.year)
        #expect(try marks(first) == [])
    }

    @Test("a reply that was days on its way says nothing of the clock that takes it in")
    func lateBundle() async throws {
        let (fleet, first, _) = try await desks()
        _ = try first.make()
        let answered = try await fleet.answer(try await fleet.bundle(from: first))
        for clock in [fleet.clock, first.clock] { clock.advance(milliseconds: 5 * Self.day) }
        _ = try await first.apply(answered)
        #expect(try first.read { try $0.clockFault(at: first.clock.now()) } == nil)
        #expect(try marks(first) == [])
    }

    @Test("the sync that pushed a change tells by how much, whatever later ones find")
    func firstSyncTells() async throws {
        let (fleet, first, _) = try await desks()
        defer { withExtendedLifetime(fleet) {} }
        first.clock.advance(milliseconds: -21 * Self.year)
        let id = try receive(first)
        _ = try await first.sync()
        first.clock.advance(milliseconds: 21 * Self.year)
        _ = try first.make()
        _ = try await first.sync()
        let correction = try correct(first, id)
        #expect(correction.moves.count == 1 && correction.unknown.isEmpty)
    }

    @Test("an offset that would put a change before the sync before it is none")
    func beforeTheSyncBefore() async throws {
        let (fleet, first, _) = try await desks()
        defer { withExtendedLifetime(fleet) {} }
        first.clock.advance(milliseconds: -21 * Self.year)
        let id = try receive(first)
        first.clock.advance(milliseconds: 20 * Self.year)
        _ = try await first.sync()
        #expect(try correct(first, id).unknown.count == 1)
    }

    @Test("a clock that is right at the first sync of all tells of none that was wrong before")
    func rightAtFirstSync() async throws {
        let fleet = try Fleet()
        let desk = try await fleet.enrol("A")
        try receive(desk)
        desk.clock.advance(milliseconds: -21 * Self.year)
        let id = try receive(desk)
        desk.clock.advance(milliseconds: 21 * Self.year)
        _ = try await desk.sync()
        #expect(try fleet.readCentral { try $0.wrongClockCount() } == 1)
        #expect(try correct(desk, id).unknown.count == 1)
    }

    @Test("a code is given for a day that has one, and none for others")
    func codes() async throws {
        let (fleet, first, _) = try await desks()
        defer { withExtendedLifetime(fleet) {} }
        func code(_ day: String) throws -> String? {
            let day = try #require(CalendarDate(parsing: day))
            return try first.edit { try $0.possibleCode(day: day) }
        }
        #expect(try code("1970-01-01") == nil && code("1999-12-31") == nil)
        #expect(try code("2000-01-01") == "A-000101-10001")
        #expect(try code("2099-12-31") != nil && code("2100-01-01") == nil)
    }
}
