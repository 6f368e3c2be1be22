import Causality
import Dossiers
import JSON
import SQLiteStore
import Replication
import Reports
import Testing
import Text

@Suite("What wrong clocks do to a report is said in it")
struct ReportClockTests {
    private let cut = instant("2021-06-16T08:00:00+07:00")
    private let code = FieldWrite("code", .text("000.17.01.H56-360505-0001"))

    private func report(_ store: ReportStore, office: String? = nil) throws -> PeriodReport {
        try PeriodReport(
            databasePath: store.path, from: day("2021-03-01"), to: day("2021-03-31"),
            office: office, cutTime: cut)
    }

    @Test("a dossier dated after the cut is named in every form, with the field and the time")
    func afterCut() throws {
        let store = try ReportStore()
        let inside = instant("2021-03-10T09:00:00+07:00")
        let late = instant("2036-05-05T09:00:00+07:00")
        try store.add([
            Dossier(received: inside), Dossier(received: late, others: [code]),
            Dossier(office: "B", status: .finished, received: inside, finished: late),
            // Five minutes are no matter.
            Dossier(received: cut + 299_000),
        ])
        try store.add([], [Contact(occurred: late)])
        let report = try report(store)
        #expect(report.total.received.total == 2)
        #expect(report.clocks.afterCutCount == 3)
        let text = report.text()
        #expect(text.contains("Dated after the cut: 3 records"))
        #expect(
            text.contains(
                "  000.17.01.H56-360505-0001, Quận Ba: received_at 2036-05-05 09:00\n"))
        #expect(text.contains("Cần Giờ: finished_at 2036-05-05 09:00"))
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= 80 })
        let vietnamese = report.text(ReportStyle(language: .vietnamese))
        #expect(vietnamese.contains("Ngày sau thời điểm lập báo cáo: 3 bản ghi"))
        #expect(vietnamese.contains("received_at 05/05/2036 09:00"))
        #expect(
            report.csv().contains(
                "after_cut,000.17.01.H56-360505-0001,A,received_at,2036-05-05T09:00:00+07:00\r\n"))
        let found = try #require(report.json()["clocks"]?["afterCut"])
        #expect(found["count"]?.integerValue == 3)
        let records = found["records"]?.arrayValue ?? []
        #expect(records.count == 3)
        #expect(records.contains { $0["code"]?.stringValue == "000.17.01.H56-360505-0001" })
        let own = try self.report(store, office: "B")
        #expect(own.clocks.afterCut.map(\.field) == ["finished_at"])
    }

    @Test("each record is named once, by office and code, and of very many the rest is counted")
    func orderAndBound() throws {
        let store = try ReportStore()
        let late = instant("2036-05-05T09:00:00+07:00")
        func dossier(_ office: String, _ number: Int) -> Dossier {
            let code = "000.17.01.H56-360505-\(String(number).leftPadded)"
            return Dossier(
                office: office, status: .finished, received: late, finished: late + 1,
                others: [FieldWrite("code", .text(code))])
        }
        try store.add([dossier("B", 2), dossier("A", 3), dossier("B", 1), dossier("A", 4)])
        let few = try report(store).clocks
        #expect(few.afterCut.map(\.office) == ["A", "A", "B", "B"] && few.afterCutCount == 4)
        #expect(few.afterCut.map { $0.code?.suffix(1) } == ["3", "4", "1", "2"])
        #expect(few.afterCut.allSatisfy { $0.field == "received_at" })
        try store.add((5...ClockFindings.namedMax + 3).map { dossier("A", $0) })
        let many = try report(store).clocks
        #expect(many.afterCut.count == ClockFindings.namedMax)
        #expect(many.afterCutCount == ClockFindings.namedMax + 3)
        #expect(try report(store).text().contains("Dated after the cut: 1,003 records"))
    }

    @Test("a code that is no national one may be a clerk's text: the record is named by its id")
    func foreignCode() throws {
        let store = try ReportStore()
        let late = instant("2036-05-05T09:00:00+07:00")
        try store.add([
            Dossier(received: late, others: [FieldWrite("code", .text("NguyenVanA"))])
        ])
        let report = try report(store)
        #expect(report.clocks.afterCut.map(\.code) == [nil])
        #expect(!report.text().contains("Nguyen") && !report.csv().contains("Nguyen"))
        #expect(!report.json().serialized().contains("Nguyen"))
    }

    @Test("without a cut nothing is after it, and without wrong clocks nothing is said of them")
    func nothing() throws {
        let store = try ReportStore()
        try store.add([Dossier(received: instant("2036-05-05T09:00:00+07:00"))])
        #expect(try store.report("2021-03-01", "2021-03-31").clocks.isEmpty)
        let empty = try ReportStore()
        let report = try report(empty)
        #expect(report.json()["clocks"] == nil && !report.csv().contains("after_cut"))
        #expect(!report.text().contains("clock"))
    }

    @Test("what was written under a wrong clock has a line of its own, until it is set right")
    func uncorrected() throws {
        let store = try ReportStore()
        let database = try CentralDatabase(path: store.path)
        defer { database.close() }
        /// Received by the clock, which is years behind what central has seen.
        func receive(_ now: Int64, isContact: Bool = false) throws -> RecordID {
            try database.write(now: Timestamp(milliseconds: now)) { transaction in
                let edit = try CentralEdit(ofCentral: transaction, session: ReplicaID(8))
                return try isContact
                    ? edit.make(.contact, writes: Contact(occurred: now).writes).record
                    : edit.make(.dossier, writes: Dossier(received: now).writes).record
            }
        }
        let received = try receive(instant("2021-03-10T09:00:00+07:00"))
        _ = try receive(instant("2000-01-01T08:00:00+07:00"))
        _ = try receive(instant("2021-04-10T09:00:00+07:00"))
        _ = try receive(instant("2021-03-11T09:00:00+07:00"), isContact: true)
        let found = try report(store).clocks.uncorrected
        #expect([found.received, found.carriedOver, found.uncounted] == [1, 1, 1])
        #expect(found.dossiers == 3 && found.contacts == 1)
        let text = try report(store).text()
        #expect(
            text.contains("Written under a wrong clock, not set right yet: 3 dossiers, 1 contact;"))
        #expect(text.contains("1 count as received,\n1 as carried over, 1 not at all"))
        #expect(try report(store).csv().contains("uncorrected,,,carriedOver,1\r\n"))
        let json = try report(store).json()["clocks"]?["uncorrected"]
        #expect(json?["dossiers"]?.integerValue == 3)
        try database.write(now: Timestamp(milliseconds: 1_700_000_100_000)) { transaction in
            let state = try #require(try database.state(of: .id(received)))
            let correction = TimesCorrection(of: state) { _ in 86_400_000 }
            _ = try CentralEdit(ofCentral: transaction, session: ReplicaID(9)).edit(
                .id(received), writes: correction.writes, additions: [correction.addition])
        }
        #expect(try report(store).clocks.uncorrected.received == 0)
        #expect(try report(store).total.received.total == 1)
    }
}

extension String {
    /// A number with four digits.
    fileprivate var leftPadded: String { String(repeating: "0", count: max(0, 4 - count)) + self }
}
