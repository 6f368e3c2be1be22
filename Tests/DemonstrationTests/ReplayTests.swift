import Causality
import Demonstration
import Dossiers
import Replication
import Testing

@Suite("Replaying the half-year")
struct ReplayTests {
    /// The dossiers of the script, and some of the others: whole states take their time.
    private static let sample: Set<String> = {
        let codes = Samples.halfYear.phases
            .flatMap { $0.imports + $0.edits.flatMap(\.lines) }.compactMap(\.dossierCode)
        return Set(codes.enumerated().filter { $0.offset % 60 == 0 }.map(\.element))
            .union(Samples.halfYear.apart.all)
    }()
    private static let replay = Replay(Samples.halfYear, only: sample)
    private let halfYear = Samples.halfYear

    @Test("every edit is legal at the desk that writes it, which has the dossier")
    func everyEditIsTaken() {
        #expect(Self.replay.faults.prefix(5).isEmpty)
        #expect(Set(Self.replay.central.keys) == Self.sample)
    }

    @Test("outside the script every dossier goes through the workflow step by step")
    func everyTransitionIsLegal() throws {
        let scripted = Set(halfYear.apart.all)
        var statuses: [String: DossierStatus] = [:]
        for phase in halfYear.phases {
            for line in phase.edits.flatMap(\.lines) + phase.imports {
                guard let code = line.dossierCode, !scripted.contains(code),
                    let status = line.status
                else { continue }
                if case .new = line.action {
                    #expect(statuses[code] == nil)
                } else {
                    #expect(try #require(statuses[code]).canTransition(to: status))
                }
                statuses[code] = status
            }
        }
        #expect(statuses.count == 16_983 - scripted.count)
        #expect(Set(statuses.values) == Set(DossierStatus.allCases))
        #expect(statuses.values.count { $0 == .returned } > 12_000)
    }

    @Test("the order in which desks sync makes no difference to what is legal")
    func reversedSyncs() {
        for seed: UInt64 in 1...2 {
            let small = Samples.small(seed: seed)
            let (forward, backward) = (Replay(small), Replay(small, isReversed: true))
            #expect(forward.faults.isEmpty && backward.faults.isEmpty, "seed \(seed)")
            #expect(forward.central == backward.central, "seed \(seed)")
        }
    }

    @Test("after the last phase every desk has what central has of its office")
    func desksConverge() {
        for desk in halfYear.desks {
            let scope = Self.replay.central.filter { $0.key.hasPrefix(desk.office) }
            #expect(Self.replay.desks[desk] == scope, "\(desk.name)")
        }
    }

    @Test("only the script's nine dossiers wait for a person")
    func conflictsAreTheScripts() {
        let replay = Self.replay
        let conflicting = replay.central.filter { code, state in
            state.fields.contains { replay.shown(code, $0.name)?.isConflict == true }
        }
        #expect(Set(conflicting.keys) == Set(halfYear.apart.conflicting))
        #expect(halfYear.apart.conflicting.count == 9)
    }

    @Test("the script has as many dossiers as planned, each once")
    func scriptIsComplete() {
        let apart = halfYear.apart
        #expect(apart.separate.count == 40)
        #expect(apart.statuses.count == 12)
        #expect(apart.noted.count == 15)
        #expect(Set(apart.all).count == 76)
    }

    @Test("statuses that were advanced apart were concurrent, and the workflow settles them")
    func statusesSettle() throws {
        // Stop when the link has just come back: casework has not gone on yet.
        let back = try #require(
            halfYear.phases.firstIndex { $0.name.hasSuffix("is back") })
        let replay = Replay(halfYear, only: Set(halfYear.apart.all), through: back + 1)
        for code in halfYear.apart.statuses {
            let status = try #require(replay.shown(code, "status"))
            #expect(status.entries.count >= 2)
            #expect(!status.isConflict)
            #expect(["finished", "returned"].contains(status.value.text))
        }
        for code in halfYear.apart.noted {
            #expect(try #require(replay.shown(code, "notes")).entries.count >= 3)
        }
        for code in halfYear.apart.separate {
            let state = try #require(replay.central[code])
            #expect(Set(state.vv.entries.map(\.replica)).count >= 2)
        }
    }
}
