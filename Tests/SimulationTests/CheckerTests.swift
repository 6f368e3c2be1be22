import Causality
import Crypto
import Dossiers
import Editing
import Replication
import SQLite
import Testing

@testable import SQLiteStore
@testable import Simulation

/// A check that cannot fail proves nothing: each is given a history that breaks its rule.
@Suite("The simulator's checks can fail")
struct CheckerTests {
    /// Runs a small history, spoils something before the checks, and says which rule they find broken.
    private func rule(
        seed: UInt64 = 11, tampering: @escaping Simulation.Tampering
    ) async -> Violation.Rule? {
        var configuration = SimulationConfiguration()
        configuration.devicesMax = 3
        configuration.eventsMax = 60
        // What is spoilt are the rows of files.
        configuration.store = .sqlite
        let plan = Plan(seed: seed, configuration: configuration)
        let clean = await Simulation.run(plan)
        #expect(clean.violation == nil)
        return await Simulation.run(plan, tampering: tampering).violation?.rule
    }

    @Test("a value that is gone from one device's row")
    func rowOfADevice() async {
        let rule = await rule { world in
            let device = try #require(world.activeDevices.first)
            try tamperWithAValue(device.database, office: device.office)
        }
        #expect(rule == .convergence)
    }

    @Test("a write whose writer had seen what its reader lacks")
    func causalView() async {
        let rule = await rule { world in
            let device = try #require(world.activeDevices.first)
            let record = try #require(try firstDossier(device.database, device.office))
            let dot = try #require(record.vv.entries.first)
            let lacking = Dot(ReplicaID(7), 1)
            _ = try world.central.file.write(now: world.centralClock.now()) { transaction in
                let known = try transaction.open(.dossier, record.id)
                var state = known.state
                state.vv.insert(lacking)
                try transaction.replace(known, with: state)
            }
            let seen = [record.id: VersionVector(lacking)]
            world.central.isRewound = false
            world.views = CausalViews()
            world.views.past = [dot: (record: record.id, seen: seen)]
        }
        #expect(rule == .causality)
    }

    @Test("a value that is gone everywhere alike: only the model misses it")
    func rowEverywhere() async {
        let rule = await rule { world in
            let device = try #require(world.activeDevices.first)
            let id = try #require(try firstDossier(device.database, device.office)?.id)
            try dropField(of: id, in: world.central.file) { try $0.replace($1, with: $2) }
            for device in world.sortedDevices { try dropField(of: id, in: device.database) }
        }
        #expect(rule == .model)
    }

    @Test("a write that the model does not know")
    func forgottenWrite() async {
        let rule = await rule { world in
            let label = try #require(world.ledger.labels.last { $0.hasPrefix("e") })
            world.ledger.forget(label)
        }
        #expect(rule == .model)
    }

    @Test("a write that only its writer remembers")
    func inventedWrite() async {
        let rule = await rule { world in
            let label = try #require(world.ledger.labels.last { $0.hasPrefix("e") })
            var write = try #require(world.ledger.writes[label])
            write.label = "never"
            world.ledger.add(write)
        }
        #expect(rule == .durability)
    }

    @Test("a model whose writes had seen nothing")
    func blindModel() async {
        let rule = await rule { world in
            for label in world.ledger.labels {
                guard var write = world.ledger.writes[label] else { continue }
                world.ledger.forget(label)
                write.seen = []
                world.ledger.add(write)
            }
        }
        #expect(rule == .model)
    }

    @Test("a dot that names two changes")
    func secondChange() async {
        let rule = await rule { world in
            let device = try #require(world.activeDevices.first { (try? ownCount($0)) ?? 0 > 0 })
            let change = try #require(try OwnChanges(of: device.store).changes.first)
            try world.dots.collect(change.dot, innerHash: Hash256(hashing: [0]))
        }
        #expect(rule == .dots)
    }

    @Test("a hash of the chain that is not the recomputed one")
    func brokenChain() async {
        let rule = await rule { world in
            let device = try #require(world.activeDevices.first { (try? ownCount($0)) ?? 0 > 0 })
            try device.database.connection.execute(
                "UPDATE changes SET hash = zeroblob(32) WHERE seq = 1 AND hash IS NOT NULL")
        }
        #expect(rule == .chain)
    }

    @Test("a record of an office that never was the device's")
    func foreignRecord() async {
        let rule = await rule { world in
            let device = try #require(world.activeDevices.first)
            var foreign = RecordState(kind: .dossier, id: RecordID(derivedFrom: .zero))
            _ = foreign.apply(
                Change(
                    dot: Dot(ReplicaID(9), 1), clock: HybridTimestamp(rawValue: 1), kind: .dossier,
                    record: foreign.id, context: VersionVector(),
                    writes: [FieldWrite("office", .text("ELSEWHERE"))]))
            _ = try device.database.write(now: device.clock.now()) {
                try CounterMerge($0).join(foreign)
            }
        }
        #expect(rule == .scope)
    }

    @Test("a digest that is kept wrongly")
    func keptDigest() async {
        let rule = await rule { world in
            try world.central.file.connection.execute(
                "UPDATE digests SET records = records + 1")
        }
        #expect(rule == .convergence)
    }

    @Test("a receipt of central for another chain than it has on disk")
    func receiptOfCentral() async {
        let rule = await rule { world in
            try world.central.file.connection.execute(
                "UPDATE receipts SET durable_hash = zeroblob(32) WHERE durable > 0")
        }
        #expect(rule == .honesty)
    }

    @Test("a device that central's last receipt does not call complete at the end")
    func openReceipt() async {
        let rule = await rule { world in
            try world.central.file.connection.execute("UPDATE receipts SET unconfirmed = 1")
        }
        #expect(rule == .honesty)
    }

    @Test("a counter's receipt through a change that central does not have")
    func receiptOfCounter() async {
        let rule = await rule { world in
            let device = try #require(world.activeDevices.first { (try? ownCount($0)) ?? 0 > 0 })
            try device.database.connection.execute("UPDATE receipts SET durable = durable + 1")
        }
        #expect(rule == .honesty)
    }

    @Test("a failure is shortened, and the shorter history breaks the same rule")
    func shortening() async throws {
        let tampering: Simulation.Tampering = { world in
            guard let label = world.ledger.labels.last(where: { $0.hasPrefix("e") }) else { return }
            world.ledger.forget(label)
        }
        var configuration = SimulationConfiguration()
        configuration.devicesMax = 3
        configuration.eventsMax = 60
        let plan = Plan(seed: 11, configuration: configuration)
        let result = await Simulation.run(plan, tampering: tampering)
        let shorter = await Simulation.shortened(result, runsMax: 200, tampering: tampering)
        #expect(shorter.violation?.kind == result.violation?.kind)
        #expect(result.plan.events.count >= 20 && shorter.plan.events.count < 6)
    }
}

extension SimulatedCentral {
    /// Its file: checkers spoil rows.
    fileprivate var file: CentralDatabase {
        guard let database = database as? CentralDatabase else {
            preconditionFailure("this history happens in files")
        }
        return database
    }
}

extension SimulatedDevice {
    /// The device's file.
    fileprivate var database: CounterDatabase {
        guard let database = store as? CounterDatabase else {
            preconditionFailure("these histories happen on files")
        }
        return database
    }
}

private func ownCount(_ device: SimulatedDevice) throws -> Int {
    try OwnChanges(of: device.store).changes.count
}

private func firstDossier(_ database: ReplicaDatabase, _ office: String) throws -> RecordState? {
    try database.recordStates().within(office).values.filter { $0.kind == .dossier }
        .min { $0.id < $1.id }
}

private func tamperWithAValue(_ database: CounterDatabase, office: String) throws {
    let record = try #require(try firstDossier(database, office))
    try dropField(of: record.id, in: database)
}

extension CentralWriteTransaction {
    /// Writes a record's row past every door.
    fileprivate func replace(_ record: OpenRecord, with state: RecordState) throws {
        var set = CentralWriteSet(of: ReplicaID(0))
        set.records = [
            WrittenRecord(before: record.state, existed: record.exists, after: state)
        ]
        try commit(set)
    }
}

private func dropField(of id: RecordID, in database: CounterDatabase) throws {
    try dropField(of: id, in: database) {
        try $0.commit(CounterWriteSet(over: $1, after: $2))
    }
}

/// Takes a field out of a record's row past every door, the digest going with it.
private func dropField<Database: RoleDatabase>(
    of id: RecordID, in database: Database,
    _ replace: (Database.Writing, OpenRecord, RecordState) throws -> Void
) throws {
    try database.write(now: Timestamp(milliseconds: 0)) { transaction in
        let record = try transaction.open(.dossier, id)
        guard record.exists else { return }
        var state = record.state
        state.fields.removeAll { $0.name == RecordSchema.statusField }
        let used = Set(state.fields.flatMap { $0.entries.map(\.dot) })
        state.stamps.removeAll { !used.contains($0.dot) }
        try replace(transaction, record, state)
    }
}
