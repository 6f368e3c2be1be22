internal import Causality
internal import Crypto
internal import Demonstration
internal import Dossiers
internal import ReplicaStore
internal import Replication
internal import SyncEngine
internal import SyncProtocol

extension World {
    /// Writes at central in one transaction, as one run of a command does.
    func writeAtCentral(
        _ prefix: String, _ generator: inout SeededGenerator,
        _ body: (inout EditScript, String, inout SeededGenerator) throws -> Void
    ) throws {
        let session = ReplicaID(max(1, generator.next() >> 1))
        var random = generator
        let script = try central.database.write(now: centralClock.now()) { transaction in
            var script = try EditScript(
                try LocalEdit(transaction, session: session), transaction, central.database,
                writer: .central, office: nil, plan: plan)
            try body(&script, prefix, &random)
            return script
        }
        generator = random
        for label in script.order {
            if let write = script.written[label] { ledger.add(write) }
        }
        guard !script.order.isEmpty else { return }
        central.sessions.append(session)
    }

    /// Catalog changes and dossiers that came in online.
    func centralWrite(_ event: Event) throws {
        var generator = SeededGenerator(seed: event.seed)
        try writeAtCentral("e\(event.number)", &generator) { script, prefix, random in
            for number in 0..<random.number(in: 1...4) {
                let label = "\(prefix).\(number)"
                var drawn = random
                do {
                    try script.transaction.attempt {
                        try script.oneAtCentral(label, &drawn, ledger)
                    }
                } catch let error as StoreError {
                    log("  not written: \(error)")
                }
                random = drawn
            }
        }
    }

    /// Erases a record, in a session of its own as the command does.
    func erase(_ event: Event) throws {
        var generator = SeededGenerator(seed: event.seed)
        let seed = random.bytes(SigningKey.seedByteCount)
        try writeAtCentral("e\(event.number)", &generator) { script, label, random in
            guard !script.known.isEmpty else { return }
            let record = random.element(of: script.known)
            let key = SigningKey(seed: try script.transaction.centralKeySeed(orElse: seed))
            guard let key else { throw Violation(.fault, "central's key is damaged") }
            try script.erase(record, label, signedBy: key, ledger)
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
        let path = directory + "/backup-\(event.number).db"
        try DatabaseFiles.copy(central.path, to: path)
        central.backups.append(path)
    }

    func restoreCentral(_ event: Event) throws {
        var generator = SeededGenerator(seed: event.seed)
        guard !central.backups.isEmpty else { return }
        let backup = generator.element(of: central.backups)
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
        let isTold = plan.configuration.forks != .none || generator.happens(perMille: 500)
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
        let stray = strays.remove(at: generator.number(below: strays.count))
        // Nobody waits for the reply any more.
        switch await deliver(stray.bytes, token: stray.token) {
        case .success(let reply): log("  taken through \(reply.accepted.seq)")
        case .failure(let failure): log("  \(failure)")
        }
    }

    /// Brings a request to central as its HTTP server does.
    func deliver(_ bytes: [UInt8], token: String) async -> Result<SyncReply, SyncFailure> {
        do throws(SyncFailure) {
            let replica = try await central.node.authenticate(token: token)
            let request = try SyncRequest(encoded: bytes)
            return .success(try await central.node.exchange(request, from: replica))
        } catch {
            return .failure(error)
        }
    }
}

extension EditScript {
    mutating func erase(
        _ record: RecordState, _ label: Label, signedBy key: SigningKey, _ ledger: Ledger
    ) throws {
        let seen = try seen(record.id, ledger)
        _ = try edit.erase(.id(record.id), reason: "law", by: label, signedBy: key)
        let state = try transaction.open(record.kind, record.id).state
        let order = state[RecordSchema.erasedField].first { state.stamp(of: $0.dot)?.by == label }
        guard let order else { throw Violation(.erasure, "\(label) left no order") }
        note(
            label, record.id, record.kind, [],
            [FieldWrite(RecordSchema.erasedField, order.value)], seen)
    }

    mutating func makeOffice(_ label: Label, code: String) throws {
        let writes = [FieldWrite("code", .text(code)), FieldWrite("name", .text("Office"))]
        let made = try edit.make(.office, writes: writes, by: label)
        note(label, made.record, .office, writes, [], [])
    }

    /// One write of central.
    mutating func oneAtCentral(
        _ label: Label, _ random: inout SeededGenerator, _ ledger: Ledger
    ) throws {
        switch random.number(below: 8) {
        case 0...2: try make(label, &random, ledger)
        case 3: try one(label, &random, ledger)
        case 4:
            let writes = [
                FieldWrite("code", .text("P\(random.number(below: 4))")),
                FieldWrite("name", .text("Procedure " + random.digits(2))),
            ]
            let made = try edit.make(.procedure, writes: writes, by: label)
            note(label, made.record, .procedure, writes, [], [])
        case 5:
            let writes = [
                FieldWrite("date", .text("2021-09-0\(random.number(in: 1...9))")),
                FieldWrite("name", .text("Holiday")),
            ]
            let made = try edit.make(.holiday, writes: writes, by: label)
            note(label, made.record, .holiday, writes, [], [])
        default: try editCatalog(label, &random, ledger)
        }
    }

    /// Renames an entry, or gives an office without devices another code: devices that have not
    /// heard of it may still hand dossiers over to the old one, and are refused.
    private mutating func editCatalog(
        _ label: Label, _ random: inout SeededGenerator, _ ledger: Ledger
    ) throws {
        var entries: [RecordState] = []
        try database.forEachRecord {
            if $0.kind.isCatalog { entries.append($0) }
            return true
        }
        let entry = random.element(of: entries.sorted { $0.id < $1.id })
        var write = FieldWrite("name", .text("Renamed " + random.digits(2)))
        if entry.kind == .office, let code = entry["code"].first?.value.text,
            code.hasPrefix("EMPTY")
        {
            write = FieldWrite("code", .text("EMPTY.\(random.number(below: 4))"))
        }
        let seen = try seen(entry.id, ledger)
        _ = try edit.edit(.id(entry.id), writes: [write], by: label)
        note(label, entry.id, entry.kind, [write], [], seen)
    }
}
