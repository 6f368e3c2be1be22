internal import Causality
internal import CentralEngine
internal import Crypto
internal import Demonstration
internal import Dossiers
internal import SQLiteStore
internal import Replication
internal import SeededRandom
internal import Store
internal import Wire

extension World {
    /// Writes at central in one transaction, as one run of a command does.
    func writeAtCentral(
        session: ReplicaID, _ body: (inout any CentralScript) throws -> Void
    ) throws {
        let script = try write(in: central.database, session, body)
        for label in script.order {
            if let write = script.written[label] { ledger.add(write) }
        }
        guard !script.order.isEmpty else { return }
        central.sessions.append(session)
        try noteView(of: session, 1...UInt64(script.order.count), in: central.database)
    }

    private func write<Central: SimulatedCentralStore>(
        in store: Central, _ session: ReplicaID, _ body: (inout any CentralScript) throws -> Void
    ) throws -> any CentralScript {
        try store.transaction(now: centralClock.now()) { transaction in
            var script: any CentralScript = try EditScript(
                RecordEdit(ofCentral: transaction, session: session), writer: .central,
                office: nil, plan: plan
            ) {
                let page = try transaction.view.recordPage(from: .start, countMax: .max)
                return Dictionary(
                    page.states.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
            }
            try body(&script)
            return script
        }
    }

    /// The identity of a writing session that is drawn.
    static func session(_ generator: inout SeededGenerator) -> ReplicaID {
        ReplicaID(max(1, generator.next() >> 1))
    }

    private func writeOfEvent(
        _ event: Event,
        _ body: (inout any CentralScript, inout EditSource) throws -> Void
    ) throws {
        var generator = SeededGenerator(seed: event.seed)
        let session = detail(\.session) { Self.session(&generator).rawValue }
        var source = EditSource(
            "e\(event.number)", generator, isDrawing ? nil : details.edits ?? [])
        defer { details.edits = source.edits }
        try writeAtCentral(session: ReplicaID(session)) { try body(&$0, &source) }
    }

    /// Catalog changes and dossiers that came in online.
    func centralWrite(_ event: Event) throws {
        try writeOfEvent(event) { script, source in
            for number in 0..<source.count(1...4) {
                let edit = try source.edit(number) { try script.drawAtCentral($0, &$1, ledger) }
                do {
                    try script.attempt(edit, ledger)
                } catch let error as StoreError {
                    log("  not written: \(error)")
                }
            }
        }
    }

    /// Erases a record, in a session of its own as the command does.
    func erase(_ event: Event) throws {
        let seed = random.bytes(SigningKey.seedByteCount)
        try writeOfEvent(event) { script, source in
            guard !script.known.isEmpty, source.scripted?.isEmpty != true else { return }
            let edit = source.edit(0, label: source.prefix) { label, random in
                ScriptedEdit(
                    label: label, does: .erase,
                    record: ledger.name(of: random.element(of: script.known).id))
            }
            try script.erase(edit, orElse: seed, ledger)
        }
    }

    func requestSync() throws {
        _ = try central.database.write(now: centralClock.now()) {
            try $0.requestSync(office: nil)
        }
    }

    /// Puts a new node in the place of the present one, over the same store or another.
    func startCentral(from disk: CentralDisk) throws {
        let old = central.disk
        central.node = try disk.serve(centralClock, random, plan.limits)
        guard !disk.isSame(as: old) else { return }
        central.database.close()
        central.database = try disk.open()
        central.disk = disk
        old.remove()
    }

    /// A path for the next place of central's file.
    func nextCentralPath() -> String {
        central.generation += 1
        return directory + "/central-\(central.generation).db"
    }

    func backUpCentral(_ event: Event) throws {
        guard !central.isRewound else { return }
        central.backups[event.number] = try central.disk.copied(
            to: directory + "/backup-\(event.number).db")
    }

    func restoreCentral(_ event: Event) throws {
        var generator = SeededGenerator(seed: event.seed)
        guard !central.backups.isEmpty else { return }
        let number = detail(\.backup) { generator.element(of: central.backups.keys.sorted()) }
        guard let backup = central.backups[number] else { return }
        log("  from /backup-\(number).db")
        try collectDotsOfCentral()
        for device in try central.database.devices() {
            central.seqsBefore[device.replica] = max(
                device.seq, central.seqsBefore[device.replica] ?? 0)
        }
        try startCentral(from: backup.copied(to: nextCentralPath()))
        central.isRewound = true
        try forgiveCentralsLosses()
        // Without clones, devices notice by themselves before harm is done.
        let isTold = detail(\.isTold) {
            plan.configuration.forks != .none || generator.happens(perMille: 500)
        }
        if isTold { try recover() }
    }

    /// What an admin does after a restoration: `central recover`.
    func recover() throws {
        try central.database.write(now: centralClock.now()) {
            try $0.beginEpoch(random.number() >> 1, cause: .told)
            try $0.setRecovering(true)
        }
        log("  recovers")
    }

    /// What central wrote itself, and no device has read, is gone with its disk.
    private func forgiveCentralsLosses() throws {
        var kept = Set<Label>()
        for id in try central.database.recordStates().keys {
            kept.formUnion(try central.database.history(ofRecord: id).compactMap(\.change.by))
        }
        ledger.mayLose { $0.writer == .central && !kept.contains($0.label) }
    }

    /// Notes which changes the dots in central's log name.
    func collectDotsOfCentral() throws {
        try dots.collect(
            from: central.database,
            replicas: central.database.devices().map(\.replica) + central.sessions)
        try dots.collectHistories(
            of: central.database.recordStates().keys.sorted(), in: central.database)
    }

    /// Whether central has from a device all that it ever had.
    func hasRecovered(_ replica: ReplicaID) throws -> Bool {
        guard let before = central.seqsBefore[replica] else { return true }
        return try central.database.device(replica)?.seq ?? 0 >= before
    }

    func deliverStray(_ event: Event) async {
        guard !strays.isEmpty else { return }
        var generator = SeededGenerator(seed: event.seed)
        let name = detail(\.stray) { strays[generator.number(below: strays.count)].name }
        guard let place = strays.firstIndex(where: { $0.name == name }) else { return }
        let stray = strays.remove(at: place)
        // Nobody waits for the reply any more.
        switch await deliver(stray.bytes, token: stray.token) {
        case .success(let reply): log("  taken through \(reply.accepted.seq)")
        case .failure(let failure): log("  \(failure)")
        }
    }

    /// Brings a request to central as its HTTP server does.
    func deliver(_ bytes: [UInt8], token: String) async -> Result<SyncReply, SyncFailure> {
        do throws(SyncFailure) {
            let holder = try await central.node.holder(ofPresented: token)
            let request = try SyncRequest(encoded: bytes)
            return .success(
                try await central.node.exchange(
                    request, from: holder.replica, WaitingRequest(of: holder)))
        } catch {
            return .failure(error)
        }
    }
}
