import Dossiers
import Foundation
import JSON
import SQLiteStore
import Replication
import Reports
import TestSupport
import Testing
import Text

@Suite("What a report is made of")
struct ReportScopeTests {
    private let received = instant("2021-03-02T08:00:00+07:00")

    @Test("a report of one office has its figures alone")
    func oneOffice() throws {
        let store = try ReportStore()
        try store.add(
            [
                Dossier(received: received),
                Dossier(office: "B", channel: "online", received: received),
            ],
            [Contact(office: "B", occurred: received)])
        let report = try store.report("2021-03-01", "2021-03-31", office: "B")
        #expect(report.office == "B")
        #expect(report.total.received.total == 1 && report.total.received.online == 1)
        #expect(report.total.guided.total == 1)
        #expect(report.offices.map(\.code) == ["B"])
        #expect(report.offices.map(\.name) == ["Cần Giờ"])
        #expect(report.offices.first?.figures == report.total)
        #expect(report.months.map(\.received) == [1])
        let all = try store.report("2021-03-01", "2021-03-31")
        #expect(all.offices.map(\.code) == ["A", "B"])
        #expect(all.offices.last?.figures == report.total)
        #expect(all.total.received.total == 2)
    }

    @Test("an office without records has a row of zeros; one that nobody knows is an error")
    func officesWithoutRecords() throws {
        let store = try ReportStore()
        let report = try store.report("2021-03-01", "2021-03-31", office: "A")
        #expect(report.offices.map(\.code) == ["A"])
        #expect(report.offices.map(\.name) == ["Quận Ba"])
        #expect(figures(report.json()["offices"]?[0]?["figures"]).values.allSatisfy { $0 == 0 })
        #expect(try store.report("2021-03-01", "2021-03-31", office: "a").office == "A")
        #expect(throws: ReportError.unknownOffice) {
            try store.report("2021-03-01", "2021-03-31", office: "AB")
        }
        #expect(throws: ReportError.unknownOffice) {
            try store.report("2021-03-01", "2021-03-31", office: "A' OR 1=1 --")
        }
    }

    @Test("a period without records counts nothing, and has its months all the same")
    func emptyPeriod() throws {
        let store = try ReportStore()
        try store.add(
            [Dossier(status: .withdrawn, received: received)], [Contact(occurred: received)])
        let report = try store.report("2020-01-31", "2020-03-01")
        #expect(figures(report.json()["total"]).values.allSatisfy { $0 == 0 })
        #expect(figures(report.json()["total"]).count == 39)
        #expect(report.json()["total"]?["received"]?["onlineShare"] == .null)
        #expect(report.months.map(\.month.description) == ["2020-01", "2020-02", "2020-03"])
        #expect(report.months.allSatisfy { $0.guided == 0 && $0.received == 0 })
        #expect(report.offices.map(\.code) == ["A", "B"])
    }

    @Test("a period whose last day comes before its first is refused, whatever the file")
    func daysInTheWrongOrder() throws {
        let expected = ReportError.emptyPeriod(from: day("2021-03-02"), to: day("2021-03-01"))
        #expect(throws: expected) {
            try PeriodReport(
                databasePath: "/nowhere/central.db", from: day("2021-03-02"),
                to: day("2021-03-01"))
        }
        #expect("\(expected)" == "the period from 2021-03-02 to 2021-03-01 has no day")
    }

    @Test("a file that is missing or another one is refused, and left as it is")
    func wrongFiles() throws {
        let store = try ReportStore()
        func failure(_ path: String) -> ReportError? {
            do {
                _ = try PeriodReport(
                    databasePath: path, from: day("2021-03-01"), to: day("2021-03-02"))
                return nil
            } catch {
                return error
            }
        }
        let missing = store.directory + "/none.db"
        #expect(failure(missing) == .missing(path: missing))
        #expect(!FileManager.default.fileExists(atPath: missing))
        for content in [
            "", "just some text, and long enough to be looked at as a database",
            "SQLite format 3\u{0}",
        ] {
            let path = store.directory + "/other.db"
            try content.write(toFile: path, atomically: false, encoding: .utf8)
            #expect(failure(path) == .notADossierDatabase(path: path))
            #expect(try String(contentsOfFile: path, encoding: .utf8) == content)
        }
        guard case .sqlite? = failure(store.directory) else {
            Issue.record("a directory gave \(String(describing: failure(store.directory)))")
            return
        }
    }

    @Test("every error says what it is and what to do")
    func wordsOfErrors() {
        let errors: [ReportError] = [
            .emptyPeriod(from: day("2021-03-02"), to: day("2021-03-01")), .missing(path: "/p"),
            .notADossierDatabase(path: "/p"), .unknownOffice,
        ]
        #expect(Set(errors.map { "\($0)" }).count == errors.count)
        for error in errors {
            #expect(
                error.hint.english.count > 10 && error.hint.vietnamese.count > 10
                    && "\(error)".count > 10)
        }
    }

    @Test("a counter's replica gives the report of its office that central gives")
    func replicaAgrees() async throws {
        let fleet = try Fleet()
        let counter = try await fleet.enrol("A")
        try counter.edit { edit in
            for dossier in [Dossier(received: received), Dossier(status: .withdrawn)] {
                _ = try edit.make(.dossier, writes: dossier.writes)
            }
            _ = try edit.make(.contact, writes: Contact(occurred: received).writes)
        }
        _ = try await counter.sync()
        let reports = try [counter.path, fleet.centralPath].map {
            try PeriodReport(
                databasePath: $0, from: day("2021-03-01"), to: day("2021-03-31"), office: "A")
        }
        #expect(reports[0] == reports[1])
        #expect(reports[0].total.received.total == 1)
        #expect(reports[0].total.undated.dossiers == 1)
        #expect(reports[0].total.guided.total == 1)
    }

    @Test("records in conflict are counted once, by the value shown, and said to be in conflict")
    func conflicts() async throws {
        let fleet = try Fleet()
        let first = try await fleet.enrol("A")
        let second = try await fleet.enrol("A")
        let (dossier, contact, settled) = try first.edit { edit in
            (
                try edit.make(.dossier, writes: Dossier(received: received).writes).record,
                try edit.make(.contact, writes: Contact(occurred: received).writes).record,
                try edit.make(.dossier, writes: Dossier(status: .new, received: received).writes)
                    .record
            )
        }
        for counter in [first, second] { _ = try await counter.sync() }
        for (counter, channel, way, status) in [
            (first, "post", "incoming_call", "accepted"),
            (second, "online", "in_person", "withdrawn"),
        ] {
            // The later clock shows.
            if channel == "online" { counter.clock.advance(milliseconds: 60_000) }
            try counter.edit { edit in
                _ = try edit.edit(.id(dossier), writes: [FieldWrite("channel", .text(channel))])
                _ = try edit.edit(.id(contact), writes: [FieldWrite("way", .text(way))])
                _ = try edit.edit(.id(settled), writes: [FieldWrite("status", .text(status))])
            }
        }
        for counter in [first, second, first] { _ = try await counter.sync() }
        for path in [fleet.centralPath, first.path, second.path] {
            let report = try PeriodReport(
                databasePath: path, from: day("2021-03-01"), to: day("2021-03-31"))
            let figures = report.total
            #expect(figures.conflicts.dossiers == 1 && figures.conflicts.contacts == 1)
            #expect(figures.received.total == 2 && figures.received.online == 1)
            #expect(figures.guided.total == 1 && figures.guided.inPerson == 1)
            // One status leads to the other: it shows, and nobody is asked.
            #expect(figures.withdrawn == 1)
            #expect(
                report.text(ReportStyle(width: 80)).contains(
                    "\nIn conflict: 1 dossier, 1 contact;\n"))
        }
    }
}
