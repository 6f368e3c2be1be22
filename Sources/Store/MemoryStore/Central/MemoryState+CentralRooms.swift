// The rooms of central's store beside its records and feed, as a store in memory keeps them: registers, each
// a value. The rules of the rooms stand in Store.

internal import Causality
internal import Crypto
internal import Dossiers
internal import Editing
internal import Replication
internal import Store

/// What central keeps beside records, log and feed.
struct MemoryRegisters {
    /// A device's tokens beside the one that it uses.
    struct Tokens {
        var generation: UInt64 = 0
        var next: Hash256?
        var former: [Hash256] = []
    }

    struct Session {
        var name: String
        var expires: Timestamp
    }

    var devices: [ReplicaID: Device] = [:]
    var codes: [Hash256: NotedCode] = [:]
    var namedDesks: [String: Int64] = [:]
    var tokens: [ReplicaID: Tokens] = [:]
    /// Receipts by device, in the order of their numbers.
    var receipts: [ReplicaID: [DeviceReceipt]] = [:]
    var epochs: [CentralEpoch] = []
    var admins: [String: AdminAccount] = [:]
    var sessions: [Hash256: Session] = [:]
    var trail: [TrailEntry] = []
    var trailEnd = TrailEnd()
    var awaitedOrders: [RecordID: RecordState] = [:]
    var keySeed: [UInt8]?
}

extension MemoryState {
    var sortedDevices: [Device] {
        registers.devices.values.sorted { ($0.office, $0.desk) < ($1.office, $1.desk) }
    }

    func devices(ofEnrolment root: ReplicaID) -> [Device] {
        registers.devices.values.filter { $0.enrolment == root }
            .sorted { ($0.enrolledAt, $0.desk) < ($1.enrolledAt, $1.desk) }
    }

    func highestDesk(of office: String) -> Int64 {
        registers.devices.values.filter { $0.office == office }.map(\.desk).max() ?? 0
    }

    func hasDesk(_ number: Int64, of office: String) -> Bool {
        registers.devices.values.contains { $0.office == office && $0.desk == number }
    }

    /// What stands in codes where the numbers of desks do.
    func deskNumbers(inCodesOf office: String) -> Set<Int64> {
        var numbers = Set<Int64>()
        for id in order[.dossier] ?? [] {
            guard let text = records[RecordName(.dossier, id)]?.state.shownValue("code")?.text,
                text.hasPrefix(office + "-"), let code = DossierCode(parsing: text),
                code.agency == office
            else { continue }
            numbers.insert(code.number / 10_000)
        }
        return numbers
    }

    func standing(ofToken hash: Hash256) -> TokenStanding? {
        if let device = registers.devices.values.first(where: { $0.tokenHash == hash }) {
            return .present(device)
        }
        for (replica, tokens) in registers.tokens {
            guard let device = registers.devices[replica] else { continue }
            if tokens.next == hash { return .next(device) }
            if tokens.former.contains(hash) {
                return .former(device, generation: tokens.generation)
            }
        }
        return nil
    }

    func receipts(
        ofDevice device: ReplicaID?, ofOffice office: String?, last count: Int
    ) -> [DeviceReceipt] {
        if let device, office == nil {
            return (registers.receipts[device] ?? []).suffix(count).reversed()
        }
        return registers.receipts.filter { replica, _ in
            (device == nil || device == replica)
                && (office == nil || registers.devices[replica]?.office == office)
        }.values.joined().sorted { $0.number > $1.number }.prefix(count).map(\.self)
    }

    func admin(inSession hash: Hash256, now: Timestamp) -> AdminAccount? {
        guard let session = registers.sessions[hash], session.expires > now else { return nil }
        return registers.admins[session.name]
    }

    func arrivedOrders() -> [RecordState] {
        registers.awaitedOrders.values.filter { notice in
            [.dossier, .contact].contains { records[RecordName($0, notice.id)] != nil }
        }.sorted { $0.id < $1.id }
    }

    func scopes(inFeedAfter position: UInt64) -> Set<FeedScope> {
        Set(feed.filter { UInt64($0.value.last ?? 0) > position }.keys)
    }

    func calledDevices() -> Set<ReplicaID> {
        Set(
            registers.devices.values
                .filter { $0.isSyncRequested || $0.state != .active }.map(\.replica))
    }
}

extension MemoryState {
    mutating func saveProgress(of device: Device) {
        guard var stored = registers.devices[device.replica] else { return }
        stored.seq = device.seq
        stored.chainHash = device.chainHash
        stored.lastExchange = device.lastExchange
        stored.lastComplete = device.lastComplete
        stored.cursorPosition = device.cursorPosition
        stored.pending = device.pending
        stored.skewMilliseconds = device.skewMilliseconds
        stored.refused = device.refused
        stored.isSyncRequested = device.isSyncRequested
        stored.epoch = device.epoch
        stored.lastArrived = device.lastArrived
        registers.devices[device.replica] = stored
    }

    mutating func requestSync(office: String?) -> Int {
        var count = 0
        for (replica, device) in registers.devices
        where device.state == .active && (office == nil || device.office == office) {
            registers.devices[replica]?.isSyncRequested = true
            count += 1
        }
        return count
    }

    mutating func replaceCause(
        _ cause: IdentityCause, by other: IdentityCause, ofEnrolment root: ReplicaID
    ) {
        for (replica, device) in registers.devices
        where device.enrolment == root && device.cause == cause {
            registers.devices[replica]?.cause = other
        }
    }

    mutating func useNextToken(_ hash: Hash256, of replica: ReplicaID) {
        guard let before = registers.devices[replica]?.tokenHash else { return }
        registers.tokens[replica, default: .init()].former.append(before)
        registers.tokens[replica]?.next = nil
        registers.devices[replica]?.tokenHash = hash
    }

    mutating func put(_ receipt: DeviceReceipt) {
        var receipt = receipt
        if receipt.number == 0 {
            receipt.number = (registers.receipts.values.compactMap(\.last?.number).max() ?? 0) + 1
        }
        var stored = registers.receipts[receipt.device] ?? []
        if let place = stored.lastIndex(where: { $0.number == receipt.number }) {
            stored[place] = receipt
        } else {
            stored.append(receipt)
        }
        registers.receipts[receipt.device] = stored
    }

    mutating func dropReceipts(of device: ReplicaID, butFor count: Int) {
        guard let stored = registers.receipts[device], stored.count > count else { return }
        let complete = stored.last(where: \.isComplete)?.number
        let kept = stored.suffix(count).first?.number ?? 0
        registers.receipts[device] = stored.filter { $0.number >= kept || $0.number == complete }
    }

    mutating func dropReceipts(of device: ReplicaID, endedBefore time: Timestamp, onlyIdle: Bool) {
        guard let stored = registers.receipts[device] else { return }
        let kept = [stored.last?.number, stored.last(where: \.isComplete)?.number]
        registers.receipts[device] = stored.filter { receipt in
            receipt.ended >= time || onlyIdle && !receipt.isIdle || kept.contains(receipt.number)
        }
    }

    mutating func beginEpoch(_ epoch: CentralEpoch) {
        var epoch = epoch
        epoch.isRecovering = registers.epochs.last?.isRecovering ?? false
        registers.epochs.append(epoch)
    }

    mutating func changeEpoch(_ change: (inout CentralEpoch) -> Void) {
        guard var epoch = registers.epochs.popLast() else { return }
        change(&epoch)
        registers.epochs.append(epoch)
    }
}
