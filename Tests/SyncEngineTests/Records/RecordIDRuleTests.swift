// The change that makes a record names the rule of its id. Both ends derive the id, and what was made by
// the rule of before keeps its own.

import Causality
import CentralEngine
import CounterEngine
import Crypto
import Replication
import SQLiteStore
import Store
import TestSupport
import Testing
import Wire

@Suite("Ids of new records")
struct RecordIDRuleTests {
    private static let office = [FieldWrite("office", .text("A"))]

    private func version(_ id: RecordID) -> UInt8 { id.bytes[6] >> 4 }

    /// The time that an id tells.
    private func milliseconds(_ id: RecordID) -> Int64 {
        id.bytes.prefix(6).reduce(0) { $0 << 8 | Int64($1) }
    }

    private func expectSame(_ fleet: Fleet, _ counters: [TestCounter]) throws {
        try expectConverged(fleet, counters)
        for counter in counters {
            let database = try counter.open()
            defer { database.close() }
            #expect(try database.read { try database.verify().faults } == [])
        }
    }

    @Test("an outbox of before and new work push together: each id follows by its own rule")
    func bothRules() async throws {
        let fleet = try Fleet()
        let (writer, reader) = (try await fleet.enrol("A"), try await fleet.enrol("A"))
        try await settle([writer, reader])
        var ids: [(id: RecordID, version: UInt8)] = []
        for round in 0..<2 {
            for _ in 0..<3 {
                ids.append((try writer.plant(.dossier, writes: Self.office).record, 8))
                ids.append((try writer.make(), 7))
            }
            // By the feed in columns, then in a bundle, where changes come as they are.
            if round == 0 {
                try await settle([writer, reader])
            } else {
                #expect(try await fleet.visit(writer).report.outcome == .synced)
                try await settle([reader])
            }
        }
        let late = try await fleet.enrol("A")
        try await settle([late, writer, reader])
        for (id, version) in ids {
            #expect(self.version(id) == version)
            for states in [
                try writer.states(), try reader.states(), try late.states(),
                try fleet.readCentral({ try $0.statesByID() }),
            ] {
                #expect(states[id] != nil)
            }
        }
        let central = try fleet.readCentral { try $0.statesByID() }
        #expect(central.count { $0.value.kind == .dossier } == 12)
        try expectSame(fleet, [writer, reader, late])
    }

    @Test(
        "a new identity issues what it made again under the ids that its records have",
        arguments: [7, 8])
    func reissued(version: UInt8) async throws {
        let fleet = try Fleet()
        let original = try await fleet.enrol("A")
        try await settle([original])
        let clone = try original.copied(to: fleet.directory + "/clone.db", slot: fleet.slot)
        _ = try original.make()
        try await settle([original])
        let id =
            version == 7
            ? try clone.make([FieldWrite("officer", .text("Hoa"))])
            : try clone.plant(.dossier, writes: Self.office).record
        #expect(self.version(id) == version)
        try clone.set(id, "officer", .text("Lan"))
        try await settle([clone, original])
        let making = try clone.read { database in
            let replica = try #require(try database.identity()?.replica)
            let first = try #require(try database.outbox(of: replica, after: 0, bytesMax: 1))
            return try Change(canonicalBytes: first.changes)
        }
        #expect(making.record == id && making.idRule == .chain)
        #expect(try original.values(id, "officer") == [.text("Lan")])
        try expectSame(fleet, [original, clone])
    }

    @Test("two clones that make a record at the same moment make two")
    func clones() async throws {
        let fleet = try Fleet()
        let original = try await fleet.enrol("A")
        try await settle([original])
        let clone = try original.copied(to: fleet.directory + "/clone.db", slot: fleet.slot)
        let ids = try ["Lan", "Hoa"].enumerated().map { place, name in
            try (place == 0 ? original : clone).make([FieldWrite("officer", .text(name))])
        }
        #expect(ids[0] != ids[1])
        try await settle([original, clone, original])
        try expectSame(fleet, [original, clone])
        #expect(try original.states().keys.filter(ids.contains).count == 2)
    }

    @Test("a clock before 1970 or in the year 9000 gives an id that is far off, and harms nothing")
    func clocks() async throws {
        let fleet = try Fleet()
        let (writer, reader) = (try await fleet.enrol("A"), try await fleet.enrol("A"))
        try await settle([writer, reader])
        let first = try writer.make()
        let now = writer.clock.now().milliseconds
        var ids = [first]
        for time: Int64 in [-900_000_000_000, 222_000_000_000_000] {
            writer.clock.advance(milliseconds: time - writer.clock.now().milliseconds)
            for _ in 0..<2 { ids.append(try writer.make([FieldWrite("officer", .text("Lan"))])) }
            try await settle([writer, reader])
        }
        writer.clock.advance(milliseconds: now - writer.clock.now().milliseconds)
        ids.append(try writer.make())
        try writer.set(ids[3], "officer", .text("Hoa"))
        try await settle([writer, reader, writer])
        #expect(ids[1...2].allSatisfy { milliseconds($0) < 60_000 || milliseconds($0) >= now })
        #expect(ids[3...4].allSatisfy { (7_000_000_000_000..<1 << 48).contains(milliseconds($0)) })
        #expect(abs(milliseconds(ids[5]) - now) < 60_000)
        #expect(Set(ids).count == 6 && ids.allSatisfy { version($0) == 7 })
        #expect(try reader.values(ids[3], "officer") == [.text("Hoa")])
        try expectSame(fleet, [writer, reader])
    }

    @Test("a change by a rule that is not known is refused whole, and nothing of it is taken")
    func unknownRule() async throws {
        let fleet = try Fleet()
        var device = try await RawDevice(fleet, office: "A")
        let made = device.change(writes: Self.office)
        var request = device.push([made])
        // Member 12 behind the last: one member more, and a rule of tomorrow.
        var bytes = made.canonicalBytes
        bytes[0] += 1
        bytes += [12, 2]
        device.chain = HashChain()
        device.chain.append(bytes)
        request.push?.changes = bytes
        request.push?.signature = device.key.signature(of: device.chain.hash.bytes)
        await #expect(throws: SyncFailure.self) { try await device.send(request) }
        let central = try fleet.readCentral { try $0.statesByID() }
        #expect(central.allSatisfy { $0.value.kind == .office })
    }
}
