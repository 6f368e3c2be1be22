import Causality
import CentralEngine
import CounterEngine
import Dossiers
import Foundation
import JSON
import SQLiteStore
import Replication
import Reports
import SeededRandom
import Store
import TestSupport
import Testing
import Text

@Suite("What a report rests on")
struct ReportCutTests {
    private let received = instant("2021-03-10T09:00:00+07:00")
    private let march = try? ReportPeriod(parsing: "2021-03")

    private func reported(
        _ path: String, at cut: ReportCut? = nil, now: Int64
    ) throws -> (report: PeriodReport, cut: ReportCut) {
        let period = try #require(march)
        return try ReportSource(path: path).read { database throws(ReportError) in
            let made = if let cut { cut } else { try ReportCut(database, now: now) }
            try made.check(in: database)
            return (
                try PeriodReport(database, period, at: cut?.position), made
            )
        }
    }

    private func texts(_ report: PeriodReport, _ cut: ReportCut) -> [String] {
        [
            report.text(cut: cut), report.text(ReportStyle(language: .vietnamese), cut: cut),
            report.csv(cut: cut), report.json(cut: cut).serialized(),
        ]
    }

    @Test("the same cut gives the same bytes, whatever has come in since")
    func sameBytes() async throws {
        let fleet = try Fleet()
        let counter = try await fleet.enrol("A")
        let (first, refused) = try counter.edit { edit in
            (
                try edit.make(
                    .dossier, writes: Dossier(status: .accepted, received: received).writes
                ).record,
                try edit.make(.contact, writes: Contact(occurred: received).writes).record
            )
        }
        _ = try await counter.sync()
        let now = instant("2021-04-02T08:00:00+07:00")
        let (report, cut) = try reported(fleet.centralPath, now: now)
        let before = texts(report, cut)
        try counter.edit { edit in
            _ = try edit.edit(
                .id(first),
                writes: [
                    FieldWrite("status", .text("finished")),
                    FieldWrite("finished_at", .integer(now)),
                ])
            _ = try edit.edit(.id(refused), writes: [FieldWrite("topic", .text("Đất đai"))])
            _ = try edit.make(.dossier, writes: Dossier(received: received).writes)
        }
        _ = try await counter.sync()
        let later = try reported(fleet.centralPath, now: now + 1)
        #expect(later.report.total.received.total == 2)
        #expect(later.cut.position > cut.position)
        let read = try ReportCut(JSONValue(parsing: before[3]))
        #expect(read == cut)
        let again = try reported(fleet.centralPath, at: read, now: now + 2)
        #expect(texts(again.report, again.cut) == before)
        #expect(again.report == report)
    }

    @Test("the same cut gives the same bytes after the catalog was corrected")
    func sameBytesWithAnotherCatalog() throws {
        let store = try ReportStore(offices: [])
        let (office, procedure) = try store.write { edit in
            let office = try edit.make(
                .office,
                writes: [FieldWrite("code", .text("A")), FieldWrite("name", .text("Ba Đình"))])
            let procedure = try edit.make(
                .procedure,
                writes: [
                    FieldWrite("code", .text("P")), FieldWrite("name", .text("Khai sinh")),
                    FieldWrite("limit", .text("2wd")),
                ])
            _ = try edit.make(
                .dossier,
                writes: [
                    FieldWrite("office", .text("A")), FieldWrite("procedure", .text("P")),
                    FieldWrite("status", .text("finished")),
                    FieldWrite("received_at", .integer(received)),
                    FieldWrite("finished_at", .integer(instant("2021-03-12T17:01:00+07:00"))),
                ])
            return (office.record, procedure.record)
        }
        let now = instant("2021-04-02T08:00:00+07:00")
        let (report, cut) = try reported(store.path, now: now)
        let before = texts(report, cut)
        #expect(report.total.finished.late == 1)
        try store.write { edit in
            _ = try edit.make(
                .holiday,
                writes: [
                    FieldWrite("date", .text("2021-03-11")), FieldWrite("day_kind", .text("off")),
                ])
            _ = try edit.make(.office, writes: [FieldWrite("code", .text("B"))])
            _ = try edit.edit(.id(office), writes: [FieldWrite("name", .text("Hoàn Kiếm"))])
            _ = try edit.edit(.id(procedure), writes: [FieldWrite("name", .text("Khai tử"))])
        }
        let later = try reported(store.path, now: now)
        #expect(later.report.total.finished.late == 0 && later.report.offices.count == 2)
        let again = try reported(store.path, at: cut, now: now)
        #expect(texts(again.report, again.cut) == before)
    }

    @Test("devices from which something may be missing are named with the day")
    func missing() async throws {
        let fleet = try Fleet()
        let (early, late) = (try await fleet.enrol("A"), try await fleet.enrol("A"))
        _ = try await fleet.enrol("B")
        for (counter, day) in [
            (early, "2021-03-05T10:00:00+07:00"), (late, "2021-04-01T09:00:00+07:00"),
        ] {
            for clock in [fleet.clock, counter.clock] {
                clock.advance(milliseconds: instant(day) - clock.now().milliseconds)
            }
            // What went down is not confirmed; no figure rests on that.
            _ = try await counter.sync()
        }
        let (report, cut) = try reported(
            fleet.centralPath, now: instant("2021-04-02T08:00:00+07:00"))
        let text = report.text(cut: cut)
        #expect(text.contains("1 of 3 devices complete"), "\(text)")
        #expect(text.contains("missing since 5 March 2021"))
        #expect(text.contains("has never synced completely"))
        let vietnamese = report.text(ReportStyle(language: .vietnamese), cut: cut)
        #expect(vietnamese.contains("1 trên 3 thiết bị đầy đủ"))
        #expect(vietnamese.contains("thiếu dữ liệu từ 05/03/2021"))
        let complete = report.csv(cut: cut).split(separator: "\r\n").filter {
            $0.hasPrefix("cut,") && $0.hasSuffix(",complete,1")
        }
        #expect(complete.count == 1)
    }

    @Test("a device at which something remained when it spoke last is not complete")
    func remains() async throws {
        let fleet = try Fleet()
        let counter = try await fleet.enrol("A")
        let time = instant("2021-04-01T09:00:00+07:00")
        fleet.clock.advance(milliseconds: time - fleet.clock.now().milliseconds)
        counter.clock.advance(milliseconds: time - counter.clock.now().milliseconds)
        _ = try await counter.sync()
        for number in 0..<40 {
            try counter.edit {
                _ = try $0.make(
                    .dossier,
                    writes: [FieldWrite("applicant_address", .text("\(number) " + text(480)))])
            }
        }
        // The first chunk arrives, and then the link breaks.
        var options = SyncOptions()
        options.pushBytes = 16_384
        counter.transport.meet([nil, .requestLost])
        #expect(try await counter.sync(options).outcome == .interrupted)
        let now = instant("2021-04-02T08:00:00+07:00")
        let (report, cut) = try reported(fleet.centralPath, now: now)
        let pending = try #require(cut.sources.first?.pending)
        #expect(pending > 0 && pending < 40)
        let words = report.text(cut: cut)
        #expect(words.contains("0 of 1 devices complete"))
        #expect(words.contains("missing since 1 April 2021; \(pending) changes waited there"))
        // It takes another identity, and is cut before it is heard under that one.
        try fleet.editCentralTransaction { try $0.beginEpoch(77, cause: .told) }
        let transport = counter.transport
        transport.onReply { _ in
            if try fleet.readCentral({ try $0.devices().count }) > 1 { transport.setDown(true) }
        }
        #expect(try await counter.sync(options).outcome != .synced)
        transport.onReply(nil)
        transport.setDown(false)
        let (between, meanwhile) = try reported(fleet.centralPath, now: now)
        #expect(meanwhile.sources.map { $0.pending > 0 } == [false, true])
        #expect(between.text(cut: meanwhile).contains("changes waited there"))
        _ = try await counter.sync()
        let (later, after) = try reported(fleet.centralPath, now: now)
        #expect(later.text(cut: after).contains("1 of 1 devices complete"))
    }

    @Test("a machine is one line whatever identities it had, and a live copy is one of its own")
    func machines() async throws {
        let fleet = try Fleet()
        let original = try await fleet.enrol("A")
        _ = try await original.sync()
        let clone = try original.copied(to: fleet.directory + "/clone.db", slot: fleet.slot)
        for (counter, milliseconds) in [(original, 1_000), (clone, 2_000)] {
            fleet.clock.advance(milliseconds: Int64(milliseconds))
            try counter.edit {
                _ = try $0.make(
                    .dossier, writes: Dossier(received: received + Int64(milliseconds)).writes)
            }
            #expect(try await counter.sync().outcome == .synced)
        }
        let now = fleet.clock.now().milliseconds
        func lines() throws -> (text: String, csv: Int, devices: JSONValue?) {
            let (report, cut) = try reported(fleet.centralPath, now: now)
            let json = report.json(cut: cut)
            #expect(try ReportCut(json) == cut)
            let rows = report.csv(cut: cut).split(separator: "\r\n")
            return (
                report.text(cut: cut), rows.count { $0.contains(",complete,") },
                json["cut"]?["devices"]
            )
        }
        let one = try lines()
        #expect(one.text.contains("1 of 1 devices complete"), "\(one.text)")
        #expect(one.csv == 1)
        #expect(one.devices?.arrayValue?.count == 2)
        #expect(one.devices?[0]?["machine"] == one.devices?[1]?["machine"])
        // The original is heard again: it was not given up.
        fleet.clock.advance(milliseconds: 1_000)
        _ = try await original.sync()
        let two = try lines()
        #expect(two.text.contains("2 of 2 devices complete"), "\(two.text)")
        #expect(two.csv == 2)
        #expect(two.devices?[0]?["machine"] == two.devices?[0]?["replica"])
        #expect(two.devices?[1]?["machine"] == two.devices?[1]?["replica"])
    }

    /// So much text that compresses badly.
    private func text(_ count: Int) -> String {
        var generator = SeededGenerator(seed: 7)
        return String(
            (0..<count).map { _ -> Character in "abcdefgh".randomElement(using: &generator) ?? "a" }
        )
    }

    @Test("a cut of another central's feed is refused, and so is a document without one")
    func otherCentral() async throws {
        let fleets = try [Fleet(), Fleet()]
        for fleet in fleets {
            let counter = try await fleet.enrol("A")
            _ = try counter.edit {
                try $0.make(.dossier, writes: Dossier(received: received).writes)
            }
            _ = try await counter.sync()
        }
        let (_, cut) = try reported(fleets[0].centralPath, now: received)
        #expect(throws: ReportError.unknownCut) {
            try reported(fleets[1].centralPath, at: cut, now: received)
        }
        for document in ["{}", #"{"cut":{}}"#, "[]", #"{"cut":{"position":-1}}"#] {
            #expect(throws: ReportError.noCut) { try ReportCut(JSONValue(parsing: document)) }
        }
    }

    @Test("a deadline that nobody wrote counts by the procedure's limit")
    func computedDeadlines() throws {
        let store = try ReportStore()
        try store.write { edit in
            _ = try edit.make(
                .procedure,
                writes: [FieldWrite("code", .text("P")), FieldWrite("limit", .text("2wd"))])
            for finished in ["11T16:00", "12T16:00", "12T17:01"] {
                _ = try edit.make(
                    .dossier,
                    writes: [
                        FieldWrite("office", .text("A")), FieldWrite("procedure", .text("P")),
                        FieldWrite("status", .text("finished")),
                        FieldWrite("received_at", .integer(received)),
                        FieldWrite(
                            "finished_at", .integer(instant("2021-03-\(finished):00+07:00"))),
                    ])
            }
        }
        let finished = try store.report("2021-03-01", "2021-03-31").total.finished
        #expect(finished.early == 1 && finished.onTime == 1 && finished.late == 1)
        #expect(finished.withoutDue == 0)
    }

    @Test(
        "periods of the calendar",
        arguments: [
            ("2021-05", "2021-05-01", "2021-05-31"), ("2021-Q1", "2021-01-01", "2021-03-31"),
            ("2020-Q4", "2020-10-01", "2020-12-31"), ("2021-H1", "2021-01-01", "2021-06-30"),
            ("2021-H2", "2021-07-01", "2021-12-31"), ("2024-02", "2024-02-01", "2024-02-29"),
        ])
    func periods(_ text: String, _ from: String, _ to: String) {
        let period = try? ReportPeriod(parsing: text)
        #expect(period?.from == day(from) && period?.to == day(to))
    }

    @Test(
        "what is no period is none",
        arguments: [
            "", "2021-13", "2021-00", "2021-Q5", "2021-H3", "2021-", "21-05", "2021-05-01",
            "x-Q1",
        ])
    func noPeriods(_ text: String) {
        #expect((try? ReportPeriod(parsing: text)) == nil)
    }
}
