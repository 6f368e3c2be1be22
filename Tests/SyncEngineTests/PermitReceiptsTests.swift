// Real permit dossiers, worked on offline at desks that sync now and then over links that fail. In
// the end all replicas agree, and every event is accounted for.

import Causality
import CentralEngine
import CounterEngine
import Crypto
import Dossiers
import Foundation
import SQLiteStore
import Replication
import SeededRandom
import TestSupport
import Testing
import Time

@Suite("Permit receipts of a municipality, edited apart and synced over faulty links")
struct PermitReceiptsTests {
    @Test(
        "Equal digests everywhere, and every event kept, superseded or in a conflict",
        .enabled(if: PermitReceipts.isThere))
    func everyEventAccountedFor() async throws {
        let events = try PermitReceipts.load()
        var municipality = try await Municipality(events: events, seed: 2011)
        for event in events { try await municipality.live(event) }
        try await municipality.syncAllOverGoodLinks()
        try expectConverged(municipality.fleet, municipality.counters)

        let account = try municipality.account()
        let faults = municipality.unaccounted
        #expect(faults.isEmpty, "\(faults.prefix(10).joined(separator: "\n"))")
        #expect(account.kept + account.superseded + account.inConflict == events.count)
        #expect(account.notes == events.count)
        // The run is worth something only when it has met what it is about.
        #expect(municipality.counters.count >= 4)
        #expect(account.superseded > 0 && account.inConflict > 0 && account.settledByRule > 0)
        #expect(municipality.interruptedSyncs > 0)
        print(municipality.summary(account))
    }
}

/// What became of the events.
private struct Account {
    /// A value of it is shown.
    var kept = 0
    /// Its values were replaced by writes that had seen them.
    var superseded = 0
    /// A value of it waits beside others for a person.
    var inConflict = 0
    /// Values that stand beside others, and a rule says which is shown.
    var settledByRule = 0
    /// Fields in conflict.
    var conflicts = 0
    /// Notes that are there.
    var notes = 0
}

/// Departments with a scope each, and in each a desk for every group that works on its dossiers.
private struct Municipality {
    let fleet: Fleet
    private(set) var interruptedSyncs = 0
    private(set) var unaccounted: [String] = []
    private let eventCount: Int
    private var desks: [String: [String: Desk]] = [:]
    private var dossiers: [String: RecordID] = [:]
    private var written: [WrittenEvent] = []
    private var syncs = 0
    private var fetches = 0
    private var random: SeededGenerator

    private struct Desk {
        var counter: TestCounter
        var database: CounterDatabase
    }

    private struct WrittenEvent {
        var event: PermitEvent
        var dossier: RecordID
        var dot: Dot
        var fields: [FieldWrite]
    }

    private static let faults: [LinkFault] = [
        .requestLost, .replyLost, .requestRepeated, .requestTruncated, .replyTruncated,
    ]

    init(events: [PermitEvent], seed: UInt64) async throws {
        eventCount = events.count
        random = SeededGenerator(seed: seed)
        let departments = Dictionary(grouping: events, by: \.department)
        fleet = try Fleet(
            offices: departments.keys.map(Self.office).sorted(),
            random: SeededRandomSource(seed: seed))
        for (department, events) in departments.sorted(by: { $0.key < $1.key }) {
            for group in Set(events.map(\.group)).sorted() {
                let counter = try await fleet.enrol(
                    Self.office(department),
                    clock: ManualClock(milliseconds: (events.first?.time.milliseconds ?? 0)))
                _ = try await counter.sync()
                desks[department, default: [:]][group] = Desk(
                    counter: counter, database: try counter.open())
            }
        }
    }

    /// All counters.
    var counters: [TestCounter] {
        desks.sorted { $0.key < $1.key }.flatMap { _, desks in
            desks.sorted { $0.key < $1.key }.map(\.value.counter)
        }
    }

    private static func office(_ department: String) -> String {
        department.uppercased().replacing(" ", with: ".")
    }

    /// Does a step at its desk, offline; now and then a desk syncs.
    mutating func live(_ event: PermitEvent) async throws {
        guard let desk = desks[event.department]?[event.group] else {
            preconditionFailure("every event has a desk")
        }
        let now = desk.counter.clock.now().milliseconds
        desk.counter.clock.advance(milliseconds: event.time.milliseconds - now)
        if let dossier = dossiers[event.dossier] {
            if try desk.database.state(of: .id(dossier)) == nil {
                try await fetch(dossier, to: desk, in: event.department)
            }
            try write(event, to: dossier, at: desk)
        } else {
            try make(event, at: desk)
        }
        if Int.random(in: 0..<30, using: &random) == 0 { try await sync(desk) }
    }

    /// The dossier is not known at the desk yet, as when the applicant comes to another one: those
    /// who have it sync, then the desk does, until it is there.
    private mutating func fetch(
        _ dossier: RecordID, to desk: Desk, in department: String
    ) async throws {
        fetches += 1
        let others = (desks[department] ?? [:]).sorted { $0.key < $1.key }.map(\.value)
        let holder = try others.first { try $0.database.state(of: .id(dossier)) != nil }
        var tries = 0
        while try desk.database.state(of: .id(dossier)) == nil {
            tries += 1
            try #require(tries < 100, "a dossier does not reach the desk that asks for it")
            if let holder { try await sync(holder) }
            try await sync(desk)
        }
    }

    private mutating func sync(_ desk: Desk) async throws {
        let faults = (0..<4).map { _ in
            Int.random(in: 0..<8, using: &random) == 0
                ? Self.faults.randomElement(using: &random) : nil
        }
        desk.counter.transport.meet(faults)
        var options = SyncOptions()
        options.pushBytes = Int.random(in: 1_000...20_000, using: &random)
        options.pullBytes = Int.random(in: 1_000...20_000, using: &random)
        let report = try await desk.counter.sync(options)
        desk.counter.transport.meet([])
        syncs += 1
        // A message cut short is read as a malformed one here: there is no HTTP around it.
        let expected: [SyncReport.Outcome] = [.synced, .interrupted, .failed]
        #expect(expected.contains(report.outcome), "\(report.outcome)")
        if report.outcome != .synced { interruptedSyncs += 1 }
    }

    private mutating func make(_ event: PermitEvent, at desk: Desk) throws {
        let channel =
            switch event.channel {
            case "Internet", "e-mail": "online"
            case "Post": "post"
            default: "counter"
            }
        try commit(event, at: desk) { edit in
            var writes = Self.writes(of: event)
            writes += [
                FieldWrite("procedure", .text("environmental permit")),
                FieldWrite("applicant_name", .text(event.dossier)),
                FieldWrite("channel", .text(channel)),
                FieldWrite("received_at", .integer(event.received.milliseconds)),
            ]
            if let due = event.deadline {
                writes.append(FieldWrite("due_at", .integer(due.milliseconds)))
            }
            let day = OfficeTime.day(ofMilliseconds: event.time.milliseconds)
            writes.append(FieldWrite("code", .text(try edit.nextCode(day: day))))
            let result = try edit.make(
                .dossier, writes: writes, additions: [Self.note(of: event)], at: event.time,
                by: event.officer)
            return (result, writes)
        }
    }

    private mutating func write(
        _ event: PermitEvent, to dossier: RecordID, at desk: Desk
    ) throws {
        let shown = try desk.database.state(of: .id(dossier))?
            .shown("status", by: .workflow(DossierWorkflow()))
        let status = shown?.value.text.flatMap(DossierStatus.init(rawValue:))
        try commit(event, at: desk) { edit in
            var writes = Self.writes(of: event)
            // A desk sets a status that its replica allows.
            if let next = Self.status(after: event.task), status?.canTransition(to: next) == true {
                writes.append(FieldWrite("status", .text(next.rawValue)))
            }
            let result = try edit.edit(
                .id(dossier), writes: writes, additions: [Self.note(of: event)], at: event.time,
                by: event.officer)
            return (result, writes)
        }
    }

    private mutating func commit(
        _ event: PermitEvent, at desk: Desk,
        _ body: (CounterEdit) throws -> (EditResult, [FieldWrite])
    ) throws {
        let (result, fields) = try desk.database.write(now: desk.counter.clock.now()) {
            try body(try CounterEdit($0))
        }
        dossiers[event.dossier] = result.record
        written.append(
            WrittenEvent(
                event: event, dossier: result.record, dot: result.dot, fields: fields))
    }

    private static func writes(of event: PermitEvent) -> [FieldWrite] {
        [
            FieldWrite("officer", .text(event.officer)),
            FieldWrite("x.task", .text(event.task)),
            FieldWrite("x.task_instance", .text(event.taskInstance)),
            FieldWrite("x.group", .text(event.group)),
        ]
    }

    private static func note(of event: PermitEvent) -> FieldWrite {
        FieldWrite("notes", .text("\(event.task): \(event.taskInstance)"))
    }

    private static func status(after task: String) -> DossierStatus? {
        switch task.prefix(3) {
        case "T02", "T03": .accepted
        case "T04", "T05": .processing
        case "T08": .supplementRequired
        case "T15": .finished
        case "T16", "T20": .stopped
        case "T10": .finished
        default: nil
        }
    }

    /// Syncs all, each until nothing remains, twice over.
    func syncAllOverGoodLinks() async throws {
        for desks in desks.values {
            for desk in desks.values { desk.database.close() }
        }
        for counter in counters { counter.transport.meet([]) }
        try await settle(counters)
    }

    /// Looks for every value of every event in central's records, and for a later write over those
    /// that are not there in central's history.
    mutating func account() throws -> Account {
        let database = try fleet.openCentral()
        defer { database.close() }
        var account = Account()
        for (dossier, events) in Dictionary(grouping: written, by: \.dossier) {
            guard let state = try database.state(of: .id(dossier)) else {
                unaccounted += events.map { "event \($0.event.number): its dossier is lost" }
                continue
            }
            let history = try database.history(of: .id(dossier)).map(\.change)
            for event in events { add(event, state, history, to: &account) }
            for field in state.fields {
                let rule = RecordSchema.rule(of: field.name, in: .dossier)
                if state.shown(field.name, by: rule)?.isConflict == true { account.conflicts += 1 }
            }
        }
        return account
    }

    private mutating func add(
        _ event: WrittenEvent, _ state: RecordState, _ history: [Change],
        to account: inout Account
    ) {
        let number = event.event.number
        let note = FieldEntry(event.dot, Self.note(of: event.event).value)
        if state["notes"].contains(note) {
            account.notes += 1
        } else {
            unaccounted.append("event \(number): its note is lost")
        }
        var (isShown, isInConflict, isBesideOthers) = (false, false, false)
        for write in event.fields {
            let rule = RecordSchema.rule(of: write.name, in: .dossier)
            if state[write.name].contains(FieldEntry(event.dot, write.value)) {
                let shown = state.shown(write.name, by: rule)
                if shown?.isConflict == true {
                    isInConflict = true
                } else {
                    isShown = true
                    if state[write.name].count > 1 { isBesideOthers = true }
                }
            } else if !history.contains(where: { later in
                later.context.covers(event.dot)
                    && later.writes.contains { $0.name == write.name }
            }) {
                unaccounted.append("event \(number): its \(write.name) is lost")
            }
        }
        if isInConflict {
            account.inConflict += 1
        } else if isShown {
            account.kept += 1
        } else {
            account.superseded += 1
        }
        if isBesideOthers { account.settledByRule += 1 }
    }

    func summary(_ account: Account) -> String {
        """
        permit receipts: \(eventCount) events in \(dossiers.count) dossiers, at \
        \(counters.count) counters of \(desks.count) departments
          syncs \(syncs), of which interrupted \(interruptedSyncs); dossiers fetched for a desk \
        that lacked them \(fetches)
          events kept \(account.kept), superseded by a write that had seen them \
        \(account.superseded), in a conflict \(account.inConflict)
          of these beside others, settled by a rule \(account.settledByRule); notes kept \
        \(account.notes)
          fields that wait for a person \(account.conflicts); digests of all replicas agree
        """
    }
}
