import Causality
import Crypto
import Dossiers
import Editing
import Replication
import SeededRandom
import Store

/// A device of the life that a store goes through.
struct LivingDevice {
    var replica: ReplicaID
    var office: String
    var chain = HashChain()
    /// What central has of it.
    var known = HashChain()
    /// All that it wrote, in order.
    var written: [PushedChange] = []
}

/// The life that every store goes through: devices of three offices make dossiers, write, hand over, take
/// back, are refused, give states, and push twice; central keeps a catalog and erases. All is drawn
/// from a seed, and judged by the read sets of the store that is looked at.
struct Life {
    static let offices = ["A", "B", "C"]
    static let procedure = "1.004199"
    /// 1 June 2021, 08:00 at the offices.
    static let start: Int64 = 1_622_509_200_000

    var random: SeededGenerator
    var devices: [LivingDevice]
    var expected = Expectation()
    /// Dossiers and contacts, as they were made.
    private(set) var records: [RecordName] = []
    private var central = LivingDevice(replica: ReplicaID(99), office: "")
    private var clock: UInt64 = 1
    let key: SigningKey

    init(seed: UInt64, key: SigningKey) {
        random = SeededGenerator(seed: seed)
        self.key = key
        devices = (0..<5).map { number in
            LivingDevice(
                replica: ReplicaID(UInt64(number + 1)),
                office: Self.offices[number % Self.offices.count])
        }
        for device in devices { expected.devices[device.replica] = device.office }
    }

    mutating func now() -> Timestamp {
        clock += 1
        return Timestamp(milliseconds: Self.start + Int64(clock) * 60_000)
    }

    mutating func pick<T>(_ values: [T]) -> T {
        values[Int.random(in: 0..<values.count, using: &random)]
    }

    /// Whether something of this chance happens.
    mutating func happens(_ percent: Int) -> Bool {
        Int.random(in: 0..<100, using: &random) < percent
    }
}

extension Life {
    /// The catalog as central writes it: offices, and a procedure with steps of its own.
    mutating func catalog() -> CentralWriteSet {
        var set = CentralWriteSet(of: central.replica)
        for code in Self.offices {
            add([FieldWrite("code", .text(code))], .office, to: &set)
        }
        add(
            [
                FieldWrite("code", .text(Self.procedure)),
                FieldWrite("transitions", .text("new>finished accepted>new")),
            ], .procedure, to: &set)
        return set
    }

    /// Central erases a record by law.
    mutating func erasure(of name: RecordName) throws -> CentralWriteSet? {
        guard let state = expected.states[name], !state.fields.isEmpty else { return nil }
        let order = Erasure(
            of: name.id, keeping: RecordSchema.fieldsKeptByErasure(of: name.kind),
            reason: "QĐ 7", signedBy: key)
        var set = CentralWriteSet(of: central.replica)
        var central = central
        let pushed = change(
            by: &central, name.kind, name.id, seen: state.vv, [],
            [FieldWrite(RecordSchema.erasedField, order.value)])
        self.central = central
        var after = state
        _ = after.apply(pushed.change)
        try store(pushed, after, over: state, to: &set)
        return set
    }

    private mutating func add(
        _ writes: [FieldWrite], _ kind: RecordKind, to set: inout CentralWriteSet
    ) {
        var central = central
        let pushed = change(by: &central, kind, nil, seen: VersionVector(), writes, [])
        self.central = central
        var after = RecordState(kind: kind, id: pushed.record)
        _ = after.apply(pushed.change)
        let entry = LogEntry(
            form: .change, dot: pushed.change.dot, isMaking: true, hash: pushed.chain.hash,
            bytes: pushed.bytes)
        var row = LoggedRow(entry, kind, after.id)
        row.readers = [.catalog]
        set.rows.append(row)
        let before = RecordState(kind: kind, id: after.id)
        set.records.append(WrittenRecord(before: before, existed: false, after: after))
    }

    private func store(
        _ pushed: PushedChange, _ after: RecordState, over before: RecordState,
        to set: inout CentralWriteSet
    ) throws {
        let entry = LogEntry(
            form: .change, dot: pushed.change.dot, hash: pushed.chain.hash, bytes: pushed.bytes)
        let found = try expected.found(RecordName(after.kind, after.id), by: "A")
        set.rows += try LoggedRow.rows(
            for: entry, of: after, over: before, exists: true, everRead: { found.readers })
        set.records.append(WrittenRecord(before: before, existed: true, after: after))
    }

    /// Writes a change by a device; it is the next of its chain.
    private mutating func change(
        by device: inout LivingDevice, _ kind: RecordKind, _ record: RecordID?,
        seen context: VersionVector, _ writes: [FieldWrite], _ additions: [FieldWrite]
    ) -> PushedChange {
        let seq = device.chain.seq + 1
        clock += 1
        let time = Timestamp(milliseconds: Self.start + Int64(clock) * 60_000)
        let change = Change(
            dot: Dot(device.replica, seq),
            clock: HybridTimestamp(rawValue: UInt64(time.milliseconds) << 16), kind: kind,
            record: record, context: context, writes: writes, additions: additions, at: nil,
            by: "Lan")
        let bytes = change.canonicalBytes
        device.chain.append(bytes)
        let pushed = PushedChange(
            change: change, bytes: bytes, chain: device.chain, fault: nil)
        device.written.append(pushed)
        return pushed
    }
}

extension Life {
    /// The next delivery: a few changes of one device, perhaps with states, perhaps all that it ever wrote
    /// once more.
    mutating func delivery() -> Delivery {
        let place = Int.random(in: 0..<devices.count, using: &random)
        var device = devices[place]
        let known = device.known
        // What it could not push before, it was asked for states of: it has none.
        var states: [RecordID: RecordState]? = known == device.chain ? nil : [:]
        for _ in 0..<Int.random(in: 1...4, using: &random) { write(by: &device, &states) }
        devices[place] = device
        let before = happens(20) ? HashChain() : known
        let changes = device.written.filter { $0.chain.seq > before.seq }
        let push = VerifiedPush(
            firstSeq: before.seq + 1, hashBefore: before.hash, changes: changes, isSigned: true,
            signature: [7])
        return Delivery(
            from: PushingDevice(replica: device.replica, office: device.office, chain: known),
            push: push, states: states, now: now())
    }

    /// What central says that it has of a device.
    mutating func confirm(_ chain: HashChain, of replica: ReplicaID) {
        guard let place = devices.firstIndex(where: { $0.replica == replica }) else { return }
        devices[place].known = chain
    }

    private mutating func write(
        by device: inout LivingDevice, _ states: inout [RecordID: RecordState]?
    ) {
        let draw = Int.random(in: 0..<100, using: &random)
        let office = FieldWrite(RecordSchema.officeField, .text(device.office))
        let names = records.filter { expected.states[$0]?.fields.isEmpty == false }
        guard draw >= 25, !names.isEmpty else {
            let kind: RecordKind = draw % 4 == 0 ? .contact : .dossier
            let status = FieldWrite(RecordSchema.statusField, .text("new"))
            let procedure = FieldWrite("procedure", .text(Self.procedure))
            let received = FieldWrite("received_at", .integer(now().milliseconds))
            let code = FieldWrite("code", .text("\(device.office)-\(device.chain.seq)"))
            // Now and then an id of its own, or that of a record of another kind.
            var id: RecordID?
            if draw < 4 { id = records.randomElement(using: &random)?.id }
            let others = draw % 7 == 6 ? [FieldWrite(RecordSchema.officeField, .text("B"))] : []
            let made = change(
                by: &device, kind, id, seen: VersionVector(),
                (others.isEmpty ? [office] : others)
                    + (kind == .dossier ? [status, procedure, received, code] : []), [])
            records.append(RecordName(kind, made.record))
            return
        }
        let name = pick(names)
        guard let state = expected.states[name] else { return }
        let own = device.written.filter { $0.record == name.id }.map(\.change.dot)
        var context = state.vv
        // What others wrote may have been unseen.
        if draw % 3 == 0 {
            context = VersionVector(context.entries.filter { $0.replica == device.replica })
        }
        for dot in own { context.insert(dot) }
        var (writes, additions) = writes(draw, name, state)
        if draw >= 95, let given = peersState(state, by: device) {
            // It has seen what another wrote to it and central has not heard of.
            context = given.vv
            for dot in own { context.insert(dot) }
            states = states ?? [:]
            states?[name.id] = given
        }
        if writes.isEmpty, additions.isEmpty { writes = [FieldWrite("officer", .text("Hoa"))] }
        _ = change(by: &device, name.kind, name.id, seen: context, writes, additions)
    }

    private mutating func writes(
        _ draw: Int, _ name: RecordName, _ state: RecordState
    ) -> ([FieldWrite], [FieldWrite]) {
        switch draw {
        case 25..<40: return ([FieldWrite("officer", .text(pick(["Lan", "Hoa", "An"])))], [])
        case 40..<50:
            return ([], [FieldWrite(RecordSchema.notesField, .text("note \(draw)"))])
        case 50..<65 where name.kind == .dossier:
            let status = pick(["accepted", "processing", "finished", "returned", "withdrawn"])
            return ([FieldWrite(RecordSchema.statusField, .text(status))], [])
        case 65..<80:
            let target = pick(Self.offices + ["nowhere"])
            let write = FieldWrite(RecordSchema.officeField, .text(target))
            return ([write], [])
        case 80..<88:
            return takingBack(state)
        case 88..<92 where name.kind == .dossier:
            return ([], [FieldWrite(RecordSchema.clockOffField, .integer(86_400_000))])
        default: return ([FieldWrite("citizen_phone", .text("09"))], [])
        }
    }

    /// Takes the last step of the office or of the status back.
    private mutating func takingBack(
        _ state: RecordState
    ) -> ([FieldWrite], [FieldWrite]) {
        let field = pick([RecordSchema.officeField, RecordSchema.statusField])
        guard let entry = state[field].first, let present = entry.value.text,
            let stamp = state.stamp(of: entry.dot)
        else { return ([], []) }
        let target = field == RecordSchema.officeField ? pick(Self.offices) : "new"
        let event = DossierEvent(.undone, from: present, to: target, undoes: stamp.clock)
        return (
            [FieldWrite(field, .text(target))], [DossierEvent.entry([event])].compactMap(\.self)
        )
    }

    /// What a record is after a change of another device of the office that central gets later, or never.
    private mutating func peersState(
        _ state: RecordState, by device: LivingDevice
    ) -> RecordState? {
        guard
            let place = devices.firstIndex(where: {
                $0.office == device.office && $0.replica != device.replica
            })
        else { return nil }
        var peer = devices[place]
        var context = state.vv
        for pushed in peer.written where pushed.record == state.id {
            context.insert(pushed.change.dot)
        }
        guard state.vv.covers(context) else { return nil }
        let target = pick([device.office, device.office, "B"])
        let pushed = change(
            by: &peer, state.kind, state.id, seen: context,
            [FieldWrite(RecordSchema.officeField, .text(target))], [])
        // It is in its chain, and comes with its next push.
        devices[place] = peer
        var after = state
        return after.apply(pushed.change) == .applied ? after : nil
    }
}
