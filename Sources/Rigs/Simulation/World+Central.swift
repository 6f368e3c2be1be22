internal import Causality
internal import CentralEngine
internal import Crypto
internal import Demonstration
internal import Dossiers
internal import ReplicaStore
internal import Replication
internal import SeededRandom
internal import Wire

extension World {
    /// Writes at central in one transaction, as one run of a command does.
    func writeAtCentral(
        session: ReplicaID, _ body: (inout EditScript<WriteTransaction>) throws -> Void
    ) throws {
        let database = central.database
        let script = try central.database.write(now: centralClock.now()) { transaction in
            var script = try EditScript(
                LocalEdit(transaction, session: session), writer: .central, office: nil,
                plan: plan, records: { try database.recordStates() })
            try body(&script)
            return script
        }
        for label in script.order {
            if let write = script.written[label] { ledger.add(write) }
        }
        guard !script.order.isEmpty else { return }
        central.sessions.append(session)
        try noteView(of: session, 1...UInt64(script.order.count), in: central.database)
    }

    /// The identity of a writing session that is drawn.
    static func session(_ generator: inout SeededGenerator) -> ReplicaID {
        ReplicaID(max(1, generator.next() >> 1))
    }

    private func writeOfEvent(
        _ event: Event,
        _ body: (inout EditScript<WriteTransaction>, inout EditSource) throws -> Void
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
                    try script.transaction.attempt { try script.perform(edit, ledger) }
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
            let key = SigningKey(seed: try script.transaction.centralKeySeed(orElse: seed))
            guard let key else { throw Violation(.fault, "central's key is damaged") }
            try script.erase(edit, signedBy: key, ledger)
        }
    }

    func requestSync() throws {
        _ = try central.database.write(now: centralClock.now()) {
            try $0.requestSync(office: nil)
        }
    }

    /// Puts a new node in the place of the present one, over the same file or another.
    func startCentral(path: String) throws {
        let old = central.path
        central.node = try CentralNode(path: path, clock: centralClock, random: random)
        guard path != old else { return }
        central.database.close()
        central.database = try ReplicaDatabase(path: path, role: .central)
        central.path = path
        DatabaseFiles.remove(old)
    }

    /// A path for the next place of central's file.
    func nextCentralPath() -> String {
        central.generation += 1
        return directory + "/central-\(central.generation).db"
    }

    func backUpCentral(_ event: Event) throws {
        guard !central.isRewound else { return }
        try DatabaseFiles.copy(central.path, to: backupPath(event.number))
        central.backups.append(event.number)
    }

    private func backupPath(_ number: Int) -> String {
        directory + "/backup-\(number).db"
    }

    func restoreCentral(_ event: Event) throws {
        var generator = SeededGenerator(seed: event.seed)
        guard !central.backups.isEmpty else { return }
        let number = detail(\.backup) { generator.element(of: central.backups) }
        guard central.backups.contains(number) else { return }
        let backup = backupPath(number)
        log("  from \(backup.dropFirst(directory.count))")
        try collectDotsOfCentral()
        for device in try central.database.devices() {
            central.seqsBefore[device.replica] = max(
                device.seq, central.seqsBefore[device.replica] ?? 0)
        }
        let path = nextCentralPath()
        try DatabaseFiles.copy(backup, to: path)
        try startCentral(path: path)
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
            kept.formUnion(try central.database.history(of: .id(id)).compactMap(\.change.by))
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
