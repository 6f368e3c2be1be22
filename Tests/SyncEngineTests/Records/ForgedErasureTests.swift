import Causality
import Crypto
import Dossiers
import SQLiteStore
import Replication
import SQLite
import Store
import TestSupport
import Testing
import Wire

@testable import CentralEngine
@testable import CounterEngine

@Suite("Only central erases, and what poses as erased is found out")
struct ForgedErasureTests: ErasureSuite {
    @Test("a device cannot erase, nor write again what was erased, nor pass off a change as erased")
    func onlyCentral() async throws {
        let fleet = try Fleet()
        let (a, reader) = (try await fleet.enrol("A"), try await fleet.enrol("A"))
        let id = try a.make(personal())
        let other = try a.make(personal())
        try await settle([a, reader])
        let seed = try #require(try a.read { try $0.identity()?.signingSeed })
        let own = Erasure(
            of: other, keeping: ["office"], reason: "no",
            signedBy: try #require(SigningKey(seed: seed)))
        try a.plant(
            .dossier, record: other, writes: [], additions: [FieldWrite("erased", own.value)])
        #expect(try await a.sync().outcome == .refused)
        try erase(fleet, id)
        try await settle([a])
        #expect(throws: StoreError.self) { try a.set(id, "applicant_name", .text("\(mark) again")) }
        #expect(throws: StoreError.self) {
            try a.edit { _ = try $0.edit(.id(id), writes: [], additions: [note("again")]) }
        }
        try a.set(id, "fee_vnd", .integer(9))
        #expect(
            try a.read { try $0.refusedChanges() }.map(\.reason)
                == ["only the central office erases records"])
        // One that keeps no rules.
        var device = try await RawDevice(fleet, office: "A")
        let context = try #require(try fleet.readCentral { try $0.state(of: .id(id))?.vv })
        let change = device.change(record: id, context: context, writes: personal(5))
        let reply = try await device.send(device.push([change]))
        #expect(reply.refusals.map(\.reason) == ["the record was erased by law"])
        try await settle([a, reader])
        #expect(try reader.values(id, "applicant_name").isEmpty)
        #expect(try reader.values(other, "applicant_name").count == 1)
        #expect(try fleet.readCentral { try $0.verify().faults } == [])
    }

    @Test("a change that says that it was erased is refused while its record is not")
    func falselyErased() async throws {
        let fleet = try Fleet()
        var device = try await RawDevice(fleet, office: "A")
        var change = device.change(writes: [
            FieldWrite("office", .text("A")), FieldWrite("applicant_name", .text("An")),
        ]).erased(keeping: ["office"])
        change.erasedContent?.innerHash = .zero
        let before = device.chain
        device.chain.append(innerHash: change.innerHash)
        var request = device.request()
        request.push = Push(
            firstSeq: 1, hashBefore: before.hash, changes: change.canonicalBytes,
            signature: device.key.signature(of: device.chain.hash.bytes))
        let reply = try await device.send(request)
        #expect(reply.accepted.seq == 1)
        #expect(reply.refusals.map(\.code) == [.invalidField])
        #expect(reply.refusals.first?.reason == "the change was erased, and its record was not")
    }

    @Test("an order that central did not sign erases nothing, not even while it recovers")
    func forged() async throws {
        let fleet = try Fleet()
        let (a, honest) = (try await fleet.enrol("A"), try await fleet.enrol("A"))
        let id = try a.make(personal())
        try await settle([a, honest])
        let backup = try fleet.backUpCentral()
        try fleet.restoreCentral(from: backup)
        try recover(fleet)
        // It takes the new epoch, and then gives a state with an order of its own.
        try await settle([honest])
        let seed = try #require(try honest.read { try $0.identity()?.signingSeed })
        let key = try #require(SigningKey(seed: seed))
        let (identity, replica) = try honest.read { try $0.enrolledIdentity() }
        var state = try #require(try honest.states()[id])
        let change = Change(
            dot: Dot(ReplicaID(99), 1), clock: HybridTimestamp(rawValue: 1 << 50), kind: .dossier,
            record: id, context: state.vv, writes: [],
            additions: [
                FieldWrite(
                    "erased",
                    Erasure(of: id, keeping: ["office"], reason: "no", signedBy: key).value)
            ])
        #expect(state.apply(change) == .applied)
        var request = SyncRequest(
            replica: replica,
            cursor: identity.cursor.map { Cursor(position: $0.position, hash: $0.hash) },
            chain: ChainEnd(seq: identity.seq, hash: identity.chainHash), time: fleet.clock.now())
        request.epoch = identity.epoch.map {
            KnownEpoch(epoch: $0, acknowledgedSeq: identity.acknowledgedSeq, formerSeq: 0)
        }
        request.states = state.canonicalBytes
        _ = try await fleet.node.exchange(request, from: replica)
        let central = try #require(try fleet.readCentral { try $0.state(of: .id(id)) })
        #expect(central.erasures.isEmpty)
        let history = try fleet.readCentral { try $0.history(of: .id(id)) }
        #expect(history.allSatisfy { $0.change.erasedContent == nil })
    }

    @Test("verify names a change that lost values without an order, and one that holds erased ones")
    func verified() async throws {
        let fleet = try Fleet(segmentRows: nil)
        let a = try await fleet.enrol("A")
        let (id, other) = (try a.make(personal()), try a.make(personal(1)))
        try await settle([a])
        let changes = try [id, other].map { id in
            try #require(try fleet.readCentral { try $0.history(of: .id(id)) }.first)
        }
        try erase(fleet, id)
        let connection = try Connection(path: fleet.centralPath, access: .readWrite)
        func put(_ bytes: [UInt8], at position: UInt64) throws {
            let statement = try connection.statement(
                "UPDATE changes SET bytes = ?1 WHERE position = ?2")
            try statement.bind(1, bytes)
            try statement.bind(2, Int64(position))
            try statement.run()
        }
        #expect(try fleet.readCentral { try $0.verify().faults } == [])
        try put(changes[0].change.canonicalBytes, at: changes[0].position)
        try put(
            changes[1].change.erased(keeping: ["office", "status"]).canonicalBytes,
            at: changes[1].position)
        connection.close()
        let reasons = try fleet.readCentral { try $0.verify().faults }
            .filter { $0.subject == .change }.map(\.reason)
        #expect(
            Set(reasons) == [
                "it holds what was erased from its record",
                "values were taken out that were not erased from its record",
            ])
    }
}
