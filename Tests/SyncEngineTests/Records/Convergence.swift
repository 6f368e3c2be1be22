import CentralEngine
import CounterEngine
import Dossiers
import SQLiteStore
import Replication
import TestSupport
import Testing

/// Expects that the counters hold the same states as central in their scopes, byte for byte, and
/// that all digests say so, kept ones and freshly taken ones.
func expectConverged(
    _ fleet: Fleet, _ counters: [TestCounter], _ note: Comment? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
) throws {
    let all = try fleet.readCentral { try $0.statesByID() }
    for counter in counters {
        let (office, states, digest) = try counter.read { database in
            let office = try database.enrolledIdentity().identity.office
            return (office, try database.statesByID(), try database.digest(ofOffice: office))
        }
        let mine = inScope(states, of: office)
        let theirs = inScope(all, of: office)
        #expect(mine == theirs, note, sourceLocation: sourceLocation)
        let central = try fleet.readCentral { try $0.digest(ofOffice: office) }
        #expect(digest == central, note, sourceLocation: sourceLocation)
        var taken = Digest()
        for state in states.values where DossierRules.scope(of: state).includes(office: office) {
            taken.formUnion(Digest(of: state))
        }
        #expect(digest.digest == taken, note, sourceLocation: sourceLocation)
    }
}

/// The canonical bytes of the states in an office's scope.
func inScope(_ states: [RecordID: RecordState], of office: String) -> [RecordID: [UInt8]] {
    states.filter { DossierRules.scope(of: $0.value).includes(office: office) }
        .mapValues(\.canonicalBytes)
}

/// Syncs all, twice over, so that what one brought the others have got, and expects that every last
/// sync says that all is well.
func settle(
    _ counters: [TestCounter], sourceLocation: SourceLocation = #_sourceLocation
) async throws {
    for counter in counters { _ = try await counter.sync() }
    for counter in counters {
        let report = try await counter.sync()
        #expect(
            report.outcome == .synced, "\(String(describing: report.failure))",
            sourceLocation: sourceLocation)
        #expect(report.pending == 0, sourceLocation: sourceLocation)
    }
}

extension TestCounter {
    /// Makes a dossier with these fields.
    func make(_ writes: [FieldWrite] = [], id: RecordID? = nil) throws -> RecordID {
        try edit { try $0.make(.dossier, id: id, writes: writes).record }
    }

    /// Writes one field.
    func set(_ id: RecordID, _ name: FieldName, _ value: FieldValue) throws {
        try edit { _ = try $0.edit(.id(id), writes: [FieldWrite(name, value)]) }
    }

    /// The values of a field here.
    func values(_ id: RecordID, _ name: FieldName) throws -> [FieldValue] {
        try states()[id]?[name].map(\.value) ?? []
    }
}

/// Both hold the same state of a record.
///
/// A function of its own: compared in one expression of an asynchronous test, two optional states overflowed its
/// frame in debug builds (Swift 6.3).
func expectSame(
    _ id: RecordID, _ a: TestCounter, _ b: TestCounter,
    sourceLocation: SourceLocation = #_sourceLocation
) throws {
    let (mine, theirs) = (try a.states()[id], try b.states()[id])
    #expect(mine != nil && mine == theirs, sourceLocation: sourceLocation)
}
