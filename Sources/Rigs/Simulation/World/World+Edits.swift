internal import Causality
internal import Demonstration
internal import Store
internal import Replication
internal import SeededRandom

/// A machine that dies in the middle of a transaction.
private struct SimulatedDeath: Error {}

extension World {
    /// A clerk writes.
    func edit(_ event: Event) throws {
        guard let device = devices[event.device] else { return }
        var generator = SeededGenerator(seed: event.seed)
        device.clock.advance(
            milliseconds: detail(\.milliseconds) { Int64(generator.number(in: 0...600_000)) })
        for write in try writeOfEvent(event, device, generator) { ledger.add(write) }
    }

    /// The machine dies while a clerk writes: in the middle of the transaction, or while SQLite
    /// writes it to disk. All of it is there afterwards, or nothing.
    func tornEdit(_ event: Event) throws {
        guard let device = devices[event.device] else { return }
        var generator = SeededGenerator(seed: event.seed)
        let seqBefore = try device.store.enrolled().identity.seq
        let before = device.disk.mark
        let share = detail(\.share) { generator.number(in: 0...1000) }
        var written: [Write] = []
        if detail(\.diesInTransaction, { generator.happens(perMille: 300) }) {
            do {
                _ = try writeOfEvent(event, device, generator, diesIn: true)
            } catch is SimulatedDeath {
                log("  died in the transaction")
            }
        } else {
            written = try writeOfEvent(event, device, generator)
        }
        let copy = try device.disk.copied(
            to: nextPath(event.device), before: before, share: share)
        try goOn(event.device, from: copy)
        let seq = try devices[event.device]?.store.enrolled().identity.seq ?? 0
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

    private func writeOfEvent(
        _ event: Event, _ device: SimulatedDevice, _ generator: SeededGenerator,
        diesIn: Bool = false
    ) throws -> [Write] {
        var source = EditSource(
            "e\(event.number)", generator, isDrawing ? nil : details.edits ?? [])
        defer { details.edits = source.edits }
        return try writeAtCounter(device, &source, diesIn: diesIn)
    }

    /// A few edits in one transaction; what breaks a rule leaves nothing behind.
    func writeAtCounter(
        _ device: SimulatedDevice, _ source: inout EditSource, diesIn: Bool = false
    ) throws -> [Write] {
        let seqBefore = try device.store.enrolled().identity.seq
        let writes = try write(in: device.store, of: device, &source, diesIn: diesIn)
        let (identity, replica) = try device.store.enrolled()
        if identity.seq > seqBefore {
            try noteView(of: replica, seqBefore + 1...identity.seq, in: device.store)
        }
        for write in writes {
            let names = (write.writes + write.additions).map { "\($0.name)=\($0.value)" }
            log("  \(write.label) \(write.record): \(names.joined(separator: " "))")
        }
        return writes
    }

    private func write<Replica: SimulatedReplica>(
        in store: Replica, of device: SimulatedDevice, _ given: inout EditSource, diesIn: Bool
    ) throws -> [Write] {
        var source = given
        defer { given = source }
        let known = try store.recordStates()
        let script = try store.transaction(now: device.clock.now()) { transaction in
            var script = try EditScript(
                RecordEdit(transaction), writer: .device(slot: device.slot),
                office: device.office, plan: plan, records: { known })
            for number in 0..<source.count(1...4) {
                let edit = source.edit(number) { script.draw($0, &$1, ledger) }
                do {
                    try transaction.attempt { try script.perform(edit, ledger) }
                } catch let error as StoreError {
                    if case .engine = error { throw error }
                    log("  not written: \(error)")
                }
            }
            if diesIn { throw SimulatedDeath() }
            return script
        }
        return script.order.compactMap { script.written[$0] }
    }
}
