import Causality
import Crypto
import Dossiers
import Editing
import Replication
import SeededRandom
import Store
import Time

/// What every store of central's has to do in its rooms beside records and feed: all that can be done in them
/// is done in an order that a seed draws, and all that they say is compared with what was done.
struct RoomsContract<Tried: CentralNodeStore> {
    let store: Tried
    let mutation: RoomMutation?
    private let key: SigningKey
    private var random: SeededGenerator
    var expected: RoomsExpectation
    private var clock: Int64 = 1_622_509_200_000
    private var serial: UInt64 = 0
    /// Central's own chain, and where the feed stood before the last record.
    private var chain = HashChain()
    var growth: (at: Timestamp, position: UInt64, scopes: Set<FeedScope>) = (
        Timestamp(milliseconds: 0), 0, []
    )
    var complaints: Set<String> = []

    private struct Regret: Error {}

    static var offices: [String] { ["A", "B", "Ă"] }

    /// The complaints about a store, in words; none about one that keeps the contract.
    static func complaints(
        about store: Tried, seed: UInt64, key: SigningKey, _ mutation: RoomMutation? = nil
    ) -> Set<String> {
        do {
            let begin = try store.view { (try $0.epoch(), try $0.centralKeySeed()) }
            var expected = RoomsExpectation(epoch: begin.0)
            expected.seed = begin.1
            var contract = RoomsContract(
                store: store, mutation: mutation, key: key,
                random: SeededGenerator(seed: seed), expected: expected)
            for step in 0..<150 {
                try contract.takeStep()
                if step % 5 == 4 { try contract.look() }
            }
            return contract.complaints
        } catch {
            return ["it throws \(error)"]
        }
    }

    private mutating func pick<T>(_ values: [T]) -> T {
        values[Int.random(in: 0..<values.count, using: &random)]
    }

    private mutating func happens(_ percent: Int) -> Bool {
        Int.random(in: 0..<100, using: &random) < percent
    }

    private mutating func hash() -> Hash256 {
        serial += 1
        return Hash256(hashing: Array("\(serial)".utf8))
    }

    var now: Timestamp { Timestamp(milliseconds: clock) }

    private mutating func takeStep() throws {
        clock += Int64.random(in: 1...3_600_000, using: &random)
        let before = (expected, chain, growth)
        let isRegretted = happens(10)
        var after = self
        do {
            try store.transaction(now: now) { transaction in
                let rooms = Rooms(transaction, mutation)
                for _ in 0..<2 { try after.act(rooms) }
                if isRegretted { throw Regret() }
            }
            self = after
        } catch is Regret {
            // As if it had not been.
            (random, serial) = (after.random, after.serial)
            (expected, chain, growth) = before
        }
    }

    private mutating func act(_ rooms: Rooms<Tried.Transaction>) throws {
        let draw = Int.random(in: 0..<100, using: &random)
        switch draw {
        case ..<15: try insert(rooms)
        case ..<30: try changeDevice(rooms)
        case ..<40: try useCodes(rooms)
        case ..<55: try useTokens(rooms)
        case ..<70: try writeReceipts(rooms)
        case ..<76: try changeEpoch(rooms)
        case ..<88: try changeAccounts(rooms)
        case ..<92: try noteTrail(rooms)
        default: try writeRecords(rooms)
        }
    }
}

extension RoomsContract {
    private mutating func insert(_ rooms: Rooms<Tried.Transaction>) throws {
        guard let public1 = PublicKey(bytes: hash().bytes) else { return }
        let replica = ReplicaID(UInt64.random(in: 1...(1 << 62), using: &random))
        let office = pick(Self.offices)
        let desk = (expected.devices.filter { $0.office == office }.map(\.desk).max() ?? 0) + 1
        var device = Device(
            replica: replica, office: office, desk: desk, name: "PC \(desk)", publicKey: public1,
            tokenHash: hash(), enrolledAt: now, enrolment: replica)
        if let original = expected.devices.randomElement(using: &random), happens(60) {
            device.copyOf = original.replica
            device.enrolment = original.enrolment
            device.cause = pick([.forked, .newEpoch, .unseen, .unseen])
            device.bornEpoch = expected.epoch.id
        }
        try rooms.insert(device)
        expected.devices.append(device)
        if happens(40) {
            let number = Int64.random(in: 1...20, using: &random)
            try rooms.noteNamedDesk(number, of: office)
            expected.named[office] = max(number, expected.named[office] ?? 0)
        }
    }

    private mutating func changeDevice(_ rooms: Rooms<Tried.Transaction>) throws {
        guard var device = expected.devices.randomElement(using: &random) else { return }
        switch Int.random(in: 0..<5, using: &random) {
        case 0:
            device.seq += 3
            device.chainHash = hash()
            device.lastExchange = now
            device.lastComplete = happens(50) ? now : nil
            device.lastArrived = happens(50) ? now : nil
            device.cursorPosition = device.seq
            device.pending = happens(50) ? 4 : nil
            device.skewMilliseconds = -5
            device.refused += 1
            device.isSyncRequested = happens(30)
            device.epoch = expected.epoch.id
            try rooms.saveProgress(of: device)
            expected.change(device.replica) { $0 = device }
        case 1:
            let isOut = happens(60)
            let time = isOut ? now : nil
            try rooms.setState(isOut ? .revoked : .active, of: device.replica, at: time)
            expected.change(device.replica) {
                $0.state = isOut ? .revoked : .active
                $0.revokedAt = time
            }
        case 2:
            try rooms.replaceCause(.unseen, by: .allowed, ofEnrolment: device.enrolment)
            for other in expected.devices
            where other.enrolment == device.enrolment && other.cause == .unseen {
                expected.change(other.replica) { $0.cause = .allowed }
            }
        default:
            let office = happens(70) ? device.office : nil
            let asked = expected.devices.filter {
                $0.state == .active && (office == nil || $0.office == office)
            }
            if try rooms.requestSync(office: office) != asked.count {
                complaints.insert("another number of devices is asked to sync")
            }
            for one in asked { expected.change(one.replica) { $0.isSyncRequested = true } }
        }
    }

    private mutating func useCodes(_ rooms: Rooms<Tried.Transaction>) throws {
        if happens(50) {
            let code = NotedCode(
                office: pick(Self.offices), expires: Timestamp(milliseconds: clock + 900_000))
            let hash = hash()
            try rooms.addEnrolmentCode(hash, office: code.office, expires: code.expires)
            expected.codes[hash] = code
        } else if happens(60), let device = expected.devices.randomElement(using: &random),
            let hash = expected.codes.keys.sorted(by: { $0.bytes[0] < $1.bytes[0] }).first
        {
            try rooms.noteUse(ofCode: hash, by: device.publicKey, device.replica)
            expected.codes[hash]?.usedBy = device.publicKey
        } else {
            let time = Timestamp(milliseconds: clock - 3_600_000)
            try rooms.dropCodes(expiredBefore: time)
            expected.gone.formUnion(expected.codes.filter { $0.value.expires < time }.keys)
            expected.codes = expected.codes.filter { $0.value.expires >= time }
        }
    }

    private mutating func useTokens(_ rooms: Rooms<Tried.Transaction>) throws {
        guard let device = expected.devices.randomElement(using: &random) else { return }
        let replica = device.replica
        if let next = expected.tokens[replica]?.next, happens(60) {
            try rooms.useNextToken(next, of: device)
            expected.formers[device.tokenHash] = replica
            expected.tokens[replica]?.next = nil
            expected.change(replica) { $0.tokenHash = next }
        } else if happens(70) {
            let generation = (expected.tokens[replica]?.generation ?? 0) + 1
            let hash = hash()
            try rooms.storeNextToken(hash, generation: generation, of: replica)
            expected.tokens[replica] = .init(generation: generation, next: hash)
        } else {
            try rooms.noteTokenGeneration(9, of: replica)
            if expected.tokens[replica] == nil {
                expected.tokens[replica] = .init(generation: 9)
            }
        }
    }

    private mutating func writeReceipts(_ rooms: Rooms<Tried.Transaction>) throws {
        // Some devices have many.
        let busy = expected.receipts.randomElement(using: &random)?.device
        guard
            let device = happens(70)
                ? expected.devices.first(where: { $0.replica == busy })
                : expected.devices.randomElement(using: &random)
        else { return }
        let own = expected.receipts.filter { $0.device == device.replica }
        if happens(25) {
            var kept = own.suffix(2).map(\.number)
            if let complete = own.last(where: \.isComplete) { kept.append(complete.number) }
            try rooms.dropReceipts(of: device.replica, butFor: 2)
            expected.receipts.removeAll {
                $0.device == device.replica && own.count > 2 && !kept.contains($0.number)
            }
            return
        }
        if happens(15) {
            let time = own.suffix(2).randomElement(using: &random)?.ended ?? now
            let isOnlyIdle = happens(50)
            let kept = [own.last?.number, own.last(where: \.isComplete)?.number]
            try rooms.dropReceipts(of: device.replica, endedBefore: time, onlyIdle: isOnlyIdle)
            expected.receipts.removeAll {
                $0.device == device.replica && $0.ended < time && (!isOnlyIdle || $0.isIdle)
                    && !kept.contains($0.number)
            }
            return
        }
        var receipt = DeviceReceipt(
            device: device.replica, began: now, epoch: expected.epoch.id >> 1, durable: 4,
            durableHash: hash())
        receipt.isOpen = happens(60)
        receipt.sent = happens(50) ? 7 : 0
        receipt.exchanges = happens(80) ? 1 : 2
        receipt.skewMilliseconds = happens(50) ? 3 : nil
        receipt.digest = happens(50) ? hash() : nil
        receipt.position = happens(50) ? 12 : nil
        if let last = own.last, happens(30) { receipt.number = last.number }
        try rooms.put(receipt)
        if receipt.number == 0 {
            receipt.number = (expected.receipts.map(\.number).max() ?? 0) + 1
            expected.receipts.append(receipt)
        } else if let place = expected.receipts.firstIndex(where: { $0.number == receipt.number }) {
            expected.receipts[place] = receipt
        }
    }

    private mutating func changeEpoch(_ rooms: Rooms<Tried.Transaction>) throws {
        switch Int.random(in: 0..<4, using: &random) {
        case 0:
            let id = UInt64.random(in: 1...(1 << 62), using: &random)
            let witness = expected.devices.first?.replica
            try rooms.beginEpoch(id, noticedBy: witness)
            expected.epoch = CentralEpoch(
                id: id, began: now, cause: witness == nil ? .told : .noticed, noticedBy: witness,
                isRecovering: expected.epoch.isRecovering, mayLackRevocations: true,
                mayLackOrders: true)
        case 1:
            try rooms.setRecovering(true)
            expected.epoch.isRecovering = true
        case 2:
            try rooms.setRecovering(false)
            expected.epoch.isRecovering = false
            expected.epoch.mayLackOrders = false
            expected.epoch.mayLackRevocations = false
        default:
            let areRevocations = happens(50)
            try rooms.noteGiven(revocations: areRevocations)
            if areRevocations {
                expected.epoch.mayLackRevocations = false
            } else {
                expected.epoch.mayLackOrders = false
            }
        }
    }

    private mutating func changeAccounts(_ rooms: Rooms<Tried.Transaction>) throws {
        let name = pick(["lan", "an", "hoa"])
        switch Int.random(in: 0..<5, using: &random) {
        case 0, 1:
            let account = AdminAccount(
                name: name, role: pick([.admin, .viewer]), password: PasswordHash(text: "x"),
                made: now)
            let sessions = expected.sessions.filter { $0.value.name == name }
            try rooms.save(account)
            try rooms.keepSessions(
                of: name, sessions.keys.map(\.self), expires: .init(milliseconds: .max))
            expected.admins[name] = account
            expected.gone.formUnion(sessions.keys)
            for hash in sessions.keys { expected.sessions[hash] = nil }
        case 2:
            try rooms.removeAdmin(named: name)
            expected.admins[name] = nil
            expected.gone.formUnion(expected.sessions.filter { $0.value.name == name }.keys)
            expected.sessions = expected.sessions.filter { $0.value.name != name }
        case 3:
            guard expected.admins[name] != nil else { return }
            let (hash, expires) = (hash(), Timestamp(milliseconds: clock + 7_200_000))
            try rooms.beginSession(of: name, hash, expires: expires)
            expected.sessions[hash] = .init(name: name, expires: expires)
        default:
            guard let hash = expected.sessions.first?.key else { return }
            try rooms.endSession(hash)
            expected.gone.insert(hash)
            expected.sessions[hash] = nil
        }
    }

    private mutating func noteTrail(_ rooms: Rooms<Tried.Transaction>) throws {
        let entry = TrailEntry(
            number: expected.end.number + 1, at: now, actor: "local:test", action: "revoked",
            subject: "Ă/2", count: happens(50) ? 3 : nil)
        let hash = entry.hash(after: expected.end.hash)
        try rooms.append(entry, hash: hash)
        expected.trail.append(entry)
        expected.end = TrailEnd(number: entry.number, hash: hash)
    }

    /// Makes a dossier, keeps an order for one that is not there, or lets one arrive.
    private mutating func writeRecords(_ rooms: Rooms<Tried.Transaction>) throws {
        let id: RecordID
        if let waiting = expected.orders.keys.sorted().first(where: {
            !expected.records.contains($0)
        }), happens(50) {
            id = waiting
        } else {
            id = RecordID(derivedFrom: hash())
        }
        if happens(40) {
            let order = Erasure(
                of: id, keeping: RecordSchema.fieldsKeptByErasure(of: .dossier), reason: "QĐ",
                signedBy: key)
            var notice = RecordState(kind: .dossier, id: id)
            _ = notice.apply(
                Change(
                    dot: Dot(ReplicaID(5), serial), clock: HybridTimestamp(rawValue: 1 << 40),
                    kind: .dossier, record: id, context: VersionVector(), writes: [],
                    additions: [FieldWrite(RecordSchema.erasedField, order.value)]))
            try rooms.keepAwaited(notice)
            expected.orders[id] = notice
        } else if happens(30), let known = expected.orders.keys.sorted().first {
            try rooms.dropAwaited(known)
            expected.orders[known] = nil
        } else if !expected.records.contains(id) {
            // Two commits in one transaction are news together.
            if growth.at != now { growth = (now, try rooms.feedEnd().position, []) }
            let office = pick(Self.offices)
            let desk = Int64.random(in: 1...30, using: &random)
            try rooms.commit(dossier(id, office, desk))
            growth.scopes.insert(.office(office))
            expected.records.insert(id)
        }
        let seed = hash().bytes
        let kept = try rooms.keySeed(orElse: seed)
        if expected.seed == nil { expected.seed = kept }
        if kept != expected.seed { complaints.insert("central's key is another than it was") }
    }

    private mutating func dossier(
        _ id: RecordID, _ office: String, _ desk: Int64
    ) -> CentralWriteSet {
        let day = CalendarDate(daysSinceEpoch: 18_800)
        let code = DossierCode(
            agency: office, day: day, number: desk * 10_000 + Int64(expected.records.count))
        if code != nil { expected.shownDesks[office, default: []].insert(desk) }
        let change = Change(
            dot: Dot(ReplicaID(99), chain.seq + 1), clock: HybridTimestamp(rawValue: 1 << 40),
            kind: .dossier, record: id, context: VersionVector(),
            writes: [
                FieldWrite(RecordSchema.officeField, .text(office)),
                FieldWrite("code", .text(code?.description ?? "")),
            ])
        chain.append(change.canonicalBytes)
        var after = RecordState(kind: .dossier, id: id)
        _ = after.apply(change)
        var set = CentralWriteSet(of: ReplicaID(99))
        let before = RecordState(kind: .dossier, id: id)
        set.records = [WrittenRecord(before: before, existed: false, after: after)]
        var row = LoggedRow(
            LogEntry(
                form: .change, dot: change.dot, hash: chain.hash, bytes: change.canonicalBytes),
            .dossier, id)
        row.readers = [.office(office)]
        set.rows = [row]
        return set
    }
}
