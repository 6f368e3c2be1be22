import Dossiers
import Replication
import SeededRandom
import Testing
import Time

@testable import Reports

/// The law of the figures: for every office, and for all of them, what came is what went, and what is open at
/// the end of a period is what the next one carries over. Over random lives of a dossier, at whatever node
/// looks at it, whatever that has heard. A failure prints its seed.
@Suite("The law of the figures")
struct FigureLawTests {
    private static let seeds = UInt64(1)...1_000

    /// The periods that a life touches, and some around: of one to fifteen days, one after the other.
    private static func periods(_ seed: UInt64) throws -> [ReportPeriod] {
        var random = SeededGenerator(seed: seed)
        var first = day("2026-02-20")
        let end = day("2026-06-20")
        var periods: [ReportPeriod] = []
        while first < end {
            let next = first.adding(days: Int.random(in: 1...15, using: &random))
            periods.append(try ReportPeriod(from: first, to: next.adding(days: -1)))
            first = next
        }
        return periods
    }

    private func figures(
        of states: [(RecordState, [LedgerEntry])], _ period: ReportPeriod, only office: String?
    ) -> (total: PeriodFigures, offices: [String?: PeriodFigures]) {
        var tally = Tally(period: period, months: [], only: office, cutTime: nil)
        let book = DeadlineBook(catalog: [])
        for (state, entries) in states { tally.takeDossier(state, entries, book) }
        return (tally.total, tally.offices.mapValues(\.figures))
    }

    /// Where the law is broken; empty where it holds.
    private func faults(
        of states: [(RecordState, [LedgerEntry])], _ periods: [ReportPeriod]
    ) -> [String] {
        var faults: [String] = []
        var open: [String?: Int] = [:]
        for period in periods {
            let (total, offices) = figures(of: states, period, only: nil)
            for office in [nil] + RandomLife.offices.map(Optional.init) {
                let figures = office.map { offices[$0] ?? PeriodFigures() } ?? total
                let name = "\(office ?? "all"), \(period.from)"
                if figures.came != figures.went {
                    faults.append("\(name): \(figures.came) came, \(figures.went) went")
                }
                if let open = open[office], figures.carriedOver != open {
                    faults.append("\(name): carries \(figures.carriedOver) of \(open)")
                }
                open[office] = figures.inProcess.total + figures.suspended.total
            }
        }
        return faults
    }

    @Test("it holds at every node of a fleet, for every office and period")
    func holds() throws {
        var deeds: [String: Int] = [:]
        for seed in Self.seeds {
            var life = try #require(RandomLife(seed: seed))
            let periods = try Self.periods(seed)
            for (node, state) in life.nodes.enumerated() where !state.fields.isEmpty {
                let faults = faults(of: [(state, DossierLedger(state).entries)], periods)
                #expect(faults == [], "seed \(seed), node \(node)")
            }
            life.meet()
            let met = life.nodes.map { DossierLedger($0) }
            #expect(Set(met).count == 1, "seed \(seed): the nodes count otherwise")
            deeds.merge(life.deeds) { $0 + $1 }
        }
        // A law over lives in which nothing happens says nothing.
        for deed in [
            "handed over", "finished", "returned", "withdrawn", "not_accepted", "reopened",
            "voided", "restored", "undone", "corrected", "erased", "resolved", "printed",
            "of before",
        ] {
            #expect(deeds[deed, default: 0] > 10, "\(deed): \(deeds[deed, default: 0])")
        }
    }

    @Test("it holds for many dossiers at once, and what is received once is received once")
    func manyTogether() throws {
        let states = try Self.seeds.prefix(200).map { seed in
            var life = try #require(RandomLife(seed: seed))
            life.meet()
            return (life.nodes[3], DossierLedger(life.nodes[3]).entries)
        }
        let periods = try Self.periods(1)
        #expect(faults(of: states, periods) == [])
        let received = periods.map { figures(of: states, $0, only: nil).total.received.total }
        #expect(received.reduce(0, +) == states.count)
        let byOffice = periods.map { period in
            RandomLife.offices.reduce(0) {
                $0 + figures(of: states, period, only: $1).total.carriedOver
            }
        }
        #expect(byOffice == periods.map { figures(of: states, $0, only: nil).total.carriedOver })
    }

    @Test("without any one of its entries it is broken: no line is the difference of others")
    func everyEntryCounts() throws {
        var dropped = 0
        for seed in Self.seeds.prefix(400) {
            var life = try #require(RandomLife(seed: seed))
            life.meet()
            let state = life.nodes[3]
            let entries = DossierLedger(state).entries
            let periods = try Self.periods(seed)
            for place in entries.indices {
                var fewer = entries
                fewer.remove(at: place)
                let faults = faults(of: [(state, fewer)], periods)
                #expect(!faults.isEmpty, "seed \(seed), without \(entries[place].what)")
                dropped += 1
            }
        }
        #expect(dropped > 600)
    }

    @Test("each entry begins where the one before it led, and the last leads to what is shown")
    func chain() throws {
        for seed in Self.seeds {
            let life = try #require(RandomLife(seed: seed))
            for state in life.nodes where !state.fields.isEmpty {
                let ledger = DossierLedger(state)
                var (place, time): (DossierPlace?, Int64) = (nil, .min)
                for entry in ledger.entries {
                    let before: DossierPlace? =
                        [.received, .reopened].contains(entry.what)
                        ? nil : DossierPlace(office: entry.office)
                    #expect(place == before && entry.time >= time, "seed \(seed)")
                    time = entry.time
                    place =
                        switch entry.what {
                        case .received, .reopened: DossierPlace(office: entry.office)
                        case .handedOver: DossierPlace(office: entry.taker)
                        case .finished, .withdrawn, .notAccepted, .voided: nil
                        }
                }
                #expect(place == ledger.present, "seed \(seed)")
            }
        }
    }
}
