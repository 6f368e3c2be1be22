internal import Causality
internal import Demonstration
internal import ReplicaStore
internal import Replication

/// A machine that dies in the middle of a transaction.
private struct SimulatedDeath: Error {}

extension World {
    /// A clerk writes.
    func edit(_ event: Event) throws {
        guard let device = devices[event.device] else { return }
        var generator = SeededGenerator(seed: event.seed)
        device.clock.advance(milliseconds: Int64(generator.number(in: 0...600_000)))
        for write in try writeAtCounter(device, "e\(event.number)", &generator) {
            ledger.add(write)
        }
    }

    /// The machine dies while a clerk writes: in the middle of the transaction, or while SQLite
    /// writes it to disk. All of it is there afterwards, or nothing.
    func tornEdit(_ event: Event) throws {
        guard let device = devices[event.device] else { return }
        var generator = SeededGenerator(seed: event.seed)
        let seqBefore = try device.database.enrolledIdentity().identity.seq
        let bytesBefore = DatabaseFiles.logBytes(device.path)
        let share = generator.number(in: 0...1000)
        var written: [Write] = []
        if generator.happens(perMille: 300) {
            do {
                _ = try writeAtCounter(device, "e\(event.number)", &generator, diesIn: true)
            } catch is SimulatedDeath {
                log("  died in the transaction")
            }
        } else {
            written = try writeAtCounter(device, "e\(event.number)", &generator)
        }
        let copy = nextPath(event.device)
        try DatabaseFiles.copy(device.path, to: copy, bytesBefore: bytesBefore, share: share)
        try goOn(event.device, from: copy)
        let seq = try devices[event.device]?.database.enrolledIdentity().identity.seq ?? 0
        switch seq {
        case seqBefore + UInt64(written.count): for write in written { ledger.add(write) }
        case seqBefore: break
        default:
            throw Violation(
                .durability,
                "d\(event.device) had \(seqBefore) changes and has \(seq) after half "
                    + "a transaction of \(written.count)")
        }
        log("  died; \(seq) changes are on disk, \(seqBefore) were")
    }

    /// A few edits in one transaction; what breaks a rule leaves nothing behind.
    func writeAtCounter(
        _ device: SimulatedDevice, _ prefix: String, _ generator: inout SeededGenerator,
        diesIn: Bool = false
    ) throws -> [Write] {
        var random = generator
        let now = device.clock.now()
        let script = try device.database.write(now: now) { transaction in
            var script = try EditScript(
                try LocalEdit(transaction), transaction, device.database,
                writer: .device(slot: device.slot), office: device.office, plan: plan)
            for number in 0..<random.number(in: 1...4) {
                var drawn = random
                do {
                    try transaction.attempt {
                        try script.one("\(prefix).\(number)", &drawn, ledger)
                    }
                } catch let error as StoreError {
                    if case .sqlite = error { throw error }
                    log("  not written: \(error)")
                }
                random = drawn
            }
            if diesIn { throw SimulatedDeath() }
            return script
        }
        generator = random
        let writes = script.order.compactMap { script.written[$0] }
        for write in writes {
            let names = (write.writes + write.additions).map { "\($0.name)=\($0.value)" }
            log("  \(write.label) \(write.record): \(names.joined(separator: " "))")
        }
        return writes
    }
}
