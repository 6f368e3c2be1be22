import Dossiers
import JSON
import Reports
import SeededRandom
import Testing
import Time

@Suite("A report against a slow recount")
struct RecountTests {
    private static let hour: Int64 = 3_600_000

    /// Instants around the borders of days and of the period are as frequent as all others.
    private static func instant(_ random: inout SeededGenerator) -> Int64 {
        let start = ReportsTests.instant("2021-02-01T00:00:00+07:00")
        let day = start + Int64.random(in: 0..<120, using: &random) * 24 * hour
        return switch Int.random(in: 0..<4, using: &random) {
        case 0: day
        case 1: day - 1
        default: day + Int64.random(in: 0..<24 * hour, using: &random)
        }
    }

    private static func some<T>(_ values: [T?], _ random: inout SeededGenerator) -> T? {
        values[Int.random(in: values.indices, using: &random)]
    }

    /// An instant after another, now and then the same, or none.
    private static func later(
        than instant: Int64?, days: Int64, _ random: inout SeededGenerator
    ) -> Int64? {
        guard let instant, Int.random(in: 0..<4, using: &random) > 0 else {
            return instant == nil ? some([nil, Self.instant(&random)], &random) : nil
        }
        let last = instant + Int64.random(in: 0...days, using: &random) * 24 * hour
        return Int.random(in: 0..<3, using: &random) == 0
            ? last : last + Int64.random(in: 0..<24 * hour, using: &random)
    }

    private static func dossier(_ random: inout SeededGenerator) -> Dossier {
        let received = Int.random(in: 0..<15, using: &random) == 0 ? nil : instant(&random)
        let due = later(than: received, days: 20, &random)
        // Around the time at which it was due, punctuality has its borders.
        let around = due.flatMap { due in
            some([nil, due, due + 1, due - 1, due + 24 * hour], &random)
        }.flatMap { around in received.map { around >= $0 } == true ? around : nil }
        return Dossier(
            office: some(["A", "B"], &random) ?? "A",
            status: DossierStatus.allCases.randomElement(using: &random) ?? .new,
            channel: some(["counter", "online", "post", nil], &random), received: received,
            due: due, finished: around ?? later(than: received, days: 25, &random),
            returned: later(than: received, days: 40, &random),
            method: some(["counter", "post", nil], &random))
    }

    private static func contact(_ random: inout SeededGenerator) -> Contact {
        Contact(
            office: some(["A", "B"], &random) ?? "A",
            way: some(["in_person", "incoming_call", "outgoing_call", nil], &random),
            occurred: some([nil, instant(&random), instant(&random), instant(&random)], &random))
    }

    @Test("every figure is what a filter over the records counts", arguments: Seeds.all(4))
    func recount(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let dossiers = (0..<300).map { _ in Self.dossier(&random) }
        let contacts = (0..<120).map { _ in Self.contact(&random) }
        let store = try ReportStore()
        try store.add(dossiers, contacts)
        for (from, to) in [
            ("2021-03-01", "2021-03-31"), ("2021-03-17", "2021-04-02"),
            ("2021-02-20", "2021-02-20"),
            ("2020-12-16", "2021-06-15"), ("2021-05-30", "2021-07-01"),
        ] {
            let report = try store.report(from, to)
            let days = Int64(day(from).daysSinceEpoch)...Int64(day(to).daysSinceEpoch)
            let recount = Recount(dossiers: dossiers, contacts: contacts, days: days)
            expectSame(report.json()["total"], recount.figures, "seed \(seed), \(from), all")
            for office in ["A", "B"] {
                let part = Recount(
                    dossiers: dossiers.filter { $0.office == office },
                    contacts: contacts.filter { $0.office == office }, days: days)
                let row = report.json()["offices"]?.arrayValue?.first {
                    $0["code"]?.stringValue == office
                }
                expectSame(row?["figures"], part.figures, "seed \(seed), \(from), \(office)")
                let alone = try store.report(from, to, office: office)
                expectSame(alone.json()["total"], part.figures, "seed \(seed), \(from), \(office)")
                expectMonths(alone, part, "seed \(seed), \(from), \(office)")
            }
            expectMonths(report, recount, "seed \(seed), \(from), all")
            expectBalance(report.total, "seed \(seed), \(from)")
        }
    }

    private func expectSame(_ json: JSONValue?, _ recount: [String: Int64], _ comment: Comment) {
        let figures = figures(json)
        let differences = Set(figures.keys).union(recount.keys).sorted()
            .filter { figures[$0] != recount[$0] }
            .map { name in
                "\(name) \(figures[name].map(String.init) ?? "-")"
                    + " and not \(recount[name].map(String.init) ?? "-")"
            }
        #expect(differences.isEmpty, comment)
    }

    private func expectMonths(_ report: PeriodReport, _ recount: Recount, _ comment: Comment) {
        for row in report.json()["months"]?.arrayValue ?? [] {
            let month = row["month"]?.stringValue ?? ""
            #expect(figures(row) == recount.month(month), "\(comment.rawValue), \(month)")
        }
        #expect(!report.months.isEmpty)
    }

    /// The accounts balance, as `PeriodFigures` promises.
    private func expectBalance(_ figures: PeriodFigures, _ comment: Comment) {
        let outcomes =
            figures.finished.total + figures.inProcess.total + figures.suspended.total
            + figures.withdrawn + figures.notAccepted
        #expect(figures.received.total + figures.carriedOver == outcomes, comment)
    }
}
