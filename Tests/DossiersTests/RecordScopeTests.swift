import Causality
import Dossiers
import Replication
import Testing

@Suite("The scope of a record")
struct RecordScopeTests {
    @Test("A dossier belongs to the office that it names.")
    func oneOffice() {
        var state = makeState(.dossier)
        state.take(replica: 1, writes: ["office": .text("H56.1"), "code": .text("A")])
        #expect(DossierRules.scope(of: state) == .offices(["H56.1"]))
        #expect(DossierRules.scope(of: state).includes(office: "H56.1"))
        #expect(!DossierRules.scope(of: state).includes(office: "H56.2"))
    }

    @Test("While two hand-overs are in conflict, both offices see the dossier.")
    func handOverInConflict() {
        var state = makeState(.dossier)
        state.take(replica: 1, clock: morning, writes: ["office": .text("H56.2")])
        state.take(replica: 2, clock: morning + 1, writes: ["office": .text("H56.1")])
        #expect(DossierRules.scope(of: state) == .offices(["H56.1", "H56.2"]))
        state.take(replica: 3, writes: ["office": .null])
        #expect(DossierRules.scope(of: state) == .offices(["H56.1", "H56.2"]))
    }

    @Test("A record without an office is central's alone.")
    func noOffice() {
        var state = makeState(.contact)
        #expect(DossierRules.scope(of: state) == .none)
        state.take(replica: 1, writes: ["office": .null])
        #expect(DossierRules.scope(of: state) == .none)
        state.take(replica: 1, seq: 2, seen: [ReplicaID(1): 1], writes: ["office": .integer(7)])
        #expect(DossierRules.scope(of: state) == .none)
        #expect(!RecordScope.none.includes(office: "H56.1"))
    }

    @Test("The catalog is everyone's; a kind of a newer version goes by its office.")
    func kinds() {
        for kind: RecordKind in [.office, .procedure, .holiday] {
            #expect(DossierRules.scope(of: makeState(kind)) == .catalog)
        }
        #expect(RecordScope.catalog.includes(office: "H56.1"))
        var state = makeState(RecordKind(rawValue: 9))
        #expect(DossierRules.scope(of: state) == .none)
        state.take(replica: 1, writes: ["office": .text("H56.1")])
        #expect(DossierRules.scope(of: state) == .offices(["H56.1"]))
    }
}
