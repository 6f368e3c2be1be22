import Causality
import Demonstration
import Dossiers
import Replication
import Testing

@Suite("Replaying the half-year")
struct ReplayTests {
    private static let replay = Replay(Samples.halfYear)
    private let halfYear = Samples.halfYear

    @Test("every edit is legal at the desk that writes it, which has the dossier")
    func everyEditIsTaken() {
        #expect(Self.replay.faults.prefix(5).isEmpty)
        #expect(Self.replay.central.count == 16_983)
    }

    @Test("the order in which desks sync makes no difference to what is legal")
    func reversedSyncs() {
        for seed: UInt64 in 1...4 {
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
        let replay = Replay(halfYear, through: back + 1)
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

    @Test("dossiers end in many ways, and those of the last weeks are in process")
    func livesAreVaried() {
        var counts: [String: Int] = [:]
        var late = 0
        for code in Self.replay.central.keys {
            counts[Self.replay.shown(code, "status")?.value.text ?? "", default: 0] += 1
            if let finished = Self.replay.shown(code, "finished_at")?.value.integer,
                let due = Self.replay.shown(code, "due_at")?.value.integer, finished > due
            {
                late += 1
            }
        }
        for status in DossierStatus.allCases { #expect(counts[status.rawValue, default: 0] > 0) }
        #expect(counts["returned", default: 0] > 12_000)
        #expect((170...1_700).contains(late))
    }
}
