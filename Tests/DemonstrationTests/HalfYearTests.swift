import Causality
import Demonstration
import Dossiers
import Replication
import Testing
import Time

@Suite("The published half-year")
struct HalfYearTests {
    private let halfYear = Samples.halfYear

    private var newLines: [EditLine] {
        halfYear.phases.flatMap { $0.edits.flatMap(\.lines) + $0.imports }
            .filter { if case .new = $0.action { true } else { false } }
    }

    private func values(_ name: FieldName, of kind: RecordKind) -> [FieldValue?] {
        newLines.compactMap { line in
            guard case .new(kind, _, let writes, _) = line.action else { return nil }
            return .some(writes.first { $0.name == name }?.value)
        }
    }

    @Test("its records add up to the published totals")
    func totalsCountedFromTheLines() {
        let ways = values("way", of: .contact).compactMap { $0?.text }
        #expect(ways.count == 6_020)
        #expect(ways.count { $0 == "in_person" } == 4_032)
        #expect(ways.count { $0 == "outgoing_call" } == 831)
        #expect(ways.count { $0 == "incoming_call" } == 1_157)
        let channels = values("channel", of: .dossier).compactMap { $0?.text }
        #expect(channels.count == 16_983)
        #expect(channels.count { $0 == "online" } == 10_140)
        #expect(channels.count { $0 == "post" } == 412)
        #expect(channels.count { $0 == "counter" } == 16_983 - 10_140 - 412)
        let codes = values("code", of: .dossier).compactMap { $0?.text }
        #expect(Set(codes).count == 16_983)
        #expect(codes.allSatisfy { DossierCode(parsing: $0) != nil })
    }

    @Test("it stays within the number of edits that a demonstration can replay")
    func editsWithinTheLimit() {
        #expect((45_000...60_000).contains(halfYear.editCount))
    }

    @Test("online dossiers come in at central, all others are made at desks")
    func importsAreOnline() {
        for phase in halfYear.phases {
            let channels = phase.imports.map { line in
                guard case .new(.dossier, _, let writes, _) = line.action else { return "" }
                return writes.first { $0.name == "channel" }?.value.text ?? ""
            }
            #expect(channels.allSatisfy { $0 == "online" })
        }
    }

    @Test("desks write in office hours of working days, in order, and within the phase's day")
    func timesAreWorkingTimes() throws {
        for phase in halfYear.phases {
            for edits in phase.edits {
                let times = try edits.lines.map { try #require($0.at).milliseconds }
                #expect(times == times.sorted())
                let open = times.filter(OfficeCalendar.isOpen)
                #expect(open.count == times.count)
                #expect(times.allSatisfy { OfficeTime.day(ofMilliseconds: $0) == phase.day })
            }
        }
        let days = halfYear.phases.compactMap(\.day)
        #expect(days.first?.description == "2020-12-16")
        #expect(days.last?.description == "2021-06-15")
        for free in ["2021-01-01", "2021-02-12", "2021-04-21", "2021-04-30", "2021-05-03"] {
            #expect(!days.map(\.description).contains(free))
        }
        #expect(!days.contains { $0.weekday == .saturday || $0.weekday == .sunday })
    }

    @Test("all is received within the half-year, the portal's part on free days too")
    func receivedWithinThePeriod() throws {
        let days = halfYear.plan.days
        let received = values("received_at", of: .dossier).compactMap { $0?.integer }
            .map(OfficeTime.day(ofMilliseconds:))
        #expect(received.allSatisfy(days.contains))
        #expect(received.contains { $0.weekday == .sunday })
        let occurred = values("occurred_at", of: .contact).compactMap { $0?.integer }
            .map(OfficeTime.day(ofMilliseconds:))
        #expect(occurred.allSatisfy(days.contains))
    }

    @Test("the same seed gives the same half-year, another seed another")
    func determinedByTheSeed() {
        let (first, second) = (Samples.small(seed: 7), Samples.small(seed: 7))
        #expect(first.phases == second.phases)
        #expect(first.phases != Samples.small(seed: 8).phases)
        #expect(first.editCount > 600)
    }

    @Test("the catalog has what the records name")
    func catalogIsComplete() {
        var codes: Set<String> = []
        for line in halfYear.catalog {
            guard case .new(let kind, nil, let writes, let additions) = line.action else {
                Issue.record("the catalog is made of new records")
                continue
            }
            #expect(throws: Never.self) {
                try DossierRules.checkNew(kind, writes: writes, additions: additions)
            }
            codes.formUnion(writes.filter { $0.name == "code" }.compactMap(\.value.text))
        }
        let named = values("procedure", of: .dossier) + values("office", of: .dossier)
        #expect(codes.isSuperset(of: named.compactMap { $0?.text }))
        #expect(halfYear.desks.count { $0.number == 2 } >= 2)
    }
}
