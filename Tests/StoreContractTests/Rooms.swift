import Causality
import Crypto
import Editing
import Replication
import Store

/// One way in which a room of central's store may be wrong.
enum RoomMutation: CaseIterable {
    // Devices.
    case progressLost, nobodyIsShutOut, momentOfRevocationForgotten, causesOfAllReplaced
    case syncAskedOfRevoked, syncAskedOfAllOffices, enrolmentsMixed, devicesUnordered
    // Codes and desks.
    case codeStaysUnused, codesNeverDropped, desksForgotten, namedDeskLowered, desksShared
    // Tokens.
    case nextTokenIsUsedAtOnce, formerTokensForgotten, generationForgotten, generationReplaced
    // Receipts.
    case receiptsOldestFirst, receiptOverwritten, completeReceiptDropped, receiptsOfOthers
    case lastReceiptStale, youngReceiptDropped, busyReceiptDropped
    // Epochs.
    case recoveryEndsWithEpoch, epochLacksNothing, lacksForgottenLate
    // Accounts.
    case sessionsNeverEnd, sessionsOutliveAccount, accountStays, sessionEndsNobody
    // The trail.
    case trailBackwards, trailEndStale, countsForgotten
    // Orders.
    case allOrdersArrived, ordersNeverDropped, ordersUnordered
    // News.
    case newsOfAll, newsForgotten, callsForgotten
    // The key.
    case keyReplaced
}

/// The rooms of central's store in one transaction, as they are but for one mutation.
final class Rooms<Transaction: CentralNodeTransaction> {
    private let transaction: Transaction
    private let mutation: RoomMutation?
    private var view: Transaction.View { transaction.view }

    init(_ transaction: Transaction, _ mutation: RoomMutation?) {
        self.transaction = transaction
        self.mutation = mutation
    }

    func attempt<R>(_ body: () throws -> R) throws -> R { try transaction.attempt(body) }
    func commit(_ set: CentralWriteSet) throws { try transaction.commit(set) }
}

extension Rooms {
    func devices() throws -> [Device] {
        let devices = try view.devices()
        return mutation == .devicesUnordered ? devices.sorted { $0.desk < $1.desk } : devices
    }

    func device(_ replica: ReplicaID) throws -> Device? { try view.device(replica) }

    func devices(ofEnrolment root: ReplicaID) throws -> [Device] {
        try mutation == .enrolmentsMixed ? view.devices() : view.devices(ofEnrolment: root)
    }

    func enrolmentCode(_ hash: Hash256) throws -> NotedCode? { try view.enrolmentCode(hash) }

    func highestDesk(of office: String) throws -> Int64 {
        try mutation == .desksForgotten ? 0 : view.highestDesk(of: office)
    }

    func hasDesk(_ number: Int64, of office: String) throws -> Bool {
        guard mutation == .desksShared else { return try view.hasDesk(number, of: office) }
        return try view.devices().contains { $0.desk == number }
    }

    func highestNamedDesk(of office: String) throws -> Int64 {
        try view.highestNamedDesk(of: office)
    }

    func deskNumbers(inCodesOf office: String) throws -> Set<Int64> {
        try mutation == .desksForgotten ? [] : view.deskNumbers(inCodesOf: office)
    }

    func insert(_ device: Device) throws { try transaction.insert(device) }

    func saveProgress(of device: Device) throws {
        if mutation != .progressLost { try transaction.saveProgress(of: device) }
    }

    func setState(_ state: Device.State, of replica: ReplicaID, at time: Timestamp?) throws {
        guard mutation != .nobodyIsShutOut else { return }
        let forgets = mutation == .momentOfRevocationForgotten
        try transaction.setState(state, of: replica, at: forgets ? nil : time)
    }

    func replaceCause(
        _ cause: IdentityCause, by other: IdentityCause, ofEnrolment root: ReplicaID
    ) throws {
        let roots = try mutation == .causesOfAllReplaced ? view.devices().map(\.enrolment) : [root]
        for root in Set(roots) {
            try transaction.replaceCause(cause, by: other, ofEnrolment: root)
        }
    }

    func requestSync(office: String?) throws -> Int {
        let count = try transaction.requestSync(
            office: mutation == .syncAskedOfAllOffices ? nil : office)
        if mutation == .syncAskedOfRevoked {
            for var device in try view.devices() where device.state == .revoked {
                device.isSyncRequested = true
                try transaction.saveProgress(of: device)
            }
        }
        return count
    }

    func addEnrolmentCode(_ hash: Hash256, office: String, expires: Timestamp) throws {
        try transaction.addEnrolmentCode(hash: hash, office: office, expires: expires)
    }

    func noteUse(ofCode hash: Hash256, by key: PublicKey, _ replica: ReplicaID) throws {
        if mutation != .codeStaysUnused {
            try transaction.noteUse(ofCode: hash, by: key, replica)
        }
    }

    func dropCodes(expiredBefore time: Timestamp) throws {
        if mutation != .codesNeverDropped { try transaction.dropCodes(expiredBefore: time) }
    }

    func noteNamedDesk(_ number: Int64, of office: String) throws {
        let known = try view.highestNamedDesk(of: office)
        guard mutation == .namedDeskLowered, known > number else {
            return try transaction.noteNamedDesk(number, of: office)
        }
        try transaction.noteNamedDesk(known + 1, of: office)
    }
}

extension Rooms {
    func standing(ofToken hash: Hash256) throws -> TokenStanding? {
        switch try view.standing(ofToken: hash) {
        case .next(let device) where mutation == .nextTokenIsUsedAtOnce: .present(device)
        case .former where mutation == .formerTokensForgotten: nil
        case let standing: standing
        }
    }

    func tokenGeneration(of replica: ReplicaID) throws -> UInt64 {
        try mutation == .generationForgotten ? 0 : view.tokenGeneration(of: replica)
    }

    func storeNextToken(_ hash: Hash256, generation: UInt64, of replica: ReplicaID) throws {
        try transaction.storeNextToken(hash, generation: generation, of: replica)
    }

    func noteTokenGeneration(_ generation: UInt64, of replica: ReplicaID) throws {
        guard mutation == .generationReplaced else {
            return try transaction.noteTokenGeneration(generation, of: replica)
        }
        try transaction.storeNextToken(
            Hash256(hashing: Array("\(replica)".utf8)), generation: generation, of: replica)
    }

    func useNextToken(_ hash: Hash256, of device: Device) throws {
        try transaction.useNextToken(hash, of: device)
    }
}

extension Rooms {
    func receipts(
        of device: ReplicaID?, _ office: String?, last count: Int
    ) throws -> [DeviceReceipt] {
        let all = mutation == .receiptsOfOthers
        let receipts = try view.receipts(
            ofDevice: all ? nil : device, ofOffice: all ? nil : office, last: count)
        return mutation == .receiptsOldestFirst ? receipts.reversed() : receipts
    }

    func lastReceipts() throws -> [ReplicaID: DeviceReceipt] {
        guard mutation == .lastReceiptStale else { return try view.lastDeviceReceipts() }
        let all = try view.receipts(ofDevice: nil, ofOffice: nil, last: .max)
        return Dictionary(all.map { ($0.device, $0) }, uniquingKeysWith: { $1 })
    }

    func put(_ receipt: DeviceReceipt) throws {
        var receipt = receipt
        if mutation == .receiptOverwritten, receipt.number == 0,
            let last = try view.receipts(ofDevice: receipt.device, ofOffice: nil, last: 1).first
        {
            receipt.number = last.number
        }
        try transaction.put(receipt)
    }

    func dropReceipts(of device: ReplicaID, butFor count: Int) throws {
        if mutation == .completeReceiptDropped {
            for var receipt in try view.receipts(ofDevice: device, ofOffice: nil, last: .max)
                .dropFirst(count) where receipt.isComplete
            {
                receipt.isOpen = true
                try transaction.put(receipt)
            }
        }
        try transaction.dropReceipts(of: device, butFor: count)
    }

    func dropReceipts(of device: ReplicaID, endedBefore time: Timestamp, onlyIdle: Bool) throws {
        let time =
            mutation == .youngReceiptDropped
            ? Timestamp(milliseconds: .max) : time
        try transaction.dropReceipts(
            of: device, endedBefore: time,
            onlyIdle: onlyIdle && mutation != .busyReceiptDropped)
    }
}

extension Rooms {
    func epoch() throws -> CentralEpoch {
        var epoch = try view.epoch()
        if mutation == .epochLacksNothing { epoch.mayLackOrders = false }
        return epoch
    }

    func beginEpoch(_ id: UInt64, noticedBy: ReplicaID?) throws {
        try transaction.beginEpoch(
            id, cause: noticedBy == nil ? .told : .noticed, noticedBy: noticedBy)
        if mutation == .recoveryEndsWithEpoch, try view.epoch().isRecovering {
            try transaction.setRecovering(false)
        }
    }

    func setRecovering(_ isRecovering: Bool) throws {
        let before = try view.epoch()
        try transaction.setRecovering(isRecovering)
        if mutation == .lacksForgottenLate, isRecovering, before.mayLackOrders {
            try transaction.noteOrdersGiven()
        }
    }

    func noteGiven(revocations: Bool) throws {
        if revocations {
            try transaction.noteRevocationsGiven()
        } else {
            try transaction.noteOrdersGiven()
        }
    }
}

extension Rooms {
    func admins() throws -> [AdminAccount] { try view.admins() }
    func admin(named name: String) throws -> AdminAccount? { try view.admin(named: name) }

    func admin(inSession hash: Hash256, now: Timestamp) throws -> AdminAccount? {
        let forever = Timestamp(milliseconds: 0)
        return try view.admin(
            inSession: hash, now: mutation == .sessionsNeverEnd ? forever : now)
    }

    func save(_ account: AdminAccount) throws { try transaction.save(account) }

    func removeAdmin(named name: String) throws {
        let account = try view.admin(named: name)
        try transaction.removeAdmin(named: name)
        if mutation == .accountStays, let account { try transaction.save(account) }
    }

    func beginSession(of name: String, _ hash: Hash256, expires: Timestamp) throws {
        try transaction.beginSession(of: name, tokenHash: hash, expires: expires)
    }

    /// What an account's end or its new password does to the sessions that it had.
    func keepSessions(of name: String, _ hashes: [Hash256], expires: Timestamp) throws {
        guard mutation == .sessionsOutliveAccount else { return }
        for hash in hashes {
            try transaction.endSession(tokenHash: hash)
            try transaction.beginSession(of: name, tokenHash: hash, expires: expires)
        }
    }

    func endSession(_ hash: Hash256) throws {
        if mutation != .sessionEndsNobody { try transaction.endSession(tokenHash: hash) }
    }
}

extension Rooms {
    func trail() throws -> [TrailEntry] {
        let trail = try view.trail()
        switch mutation {
        case .trailBackwards: return trail.reversed()
        case .countsForgotten:
            return trail.map { entry in
                var entry = entry
                entry.count = nil
                return entry
            }
        default: return trail
        }
    }

    func trailEnd() throws -> TrailEnd {
        let end = try view.trailEnd()
        return mutation == .trailEndStale ? TrailEnd(number: end.number, hash: .zero) : end
    }

    func append(_ entry: TrailEntry, hash: Hash256) throws {
        try transaction.append(entry, hash: hash)
    }

    func awaitedOrders() throws -> [RecordState] {
        let orders = try view.awaitedOrders()
        return mutation == .ordersUnordered ? orders.reversed() : orders
    }

    func arrivedOrders() throws -> [RecordState] {
        try mutation == .allOrdersArrived ? view.awaitedOrders() : view.arrivedOrders()
    }

    func keepAwaited(_ notice: RecordState) throws { try transaction.keepAwaited(notice) }

    func dropAwaited(_ record: RecordID) throws {
        if mutation != .ordersNeverDropped { try transaction.dropAwaited(record) }
    }

    func scopes(inFeedAfter position: UInt64) throws -> Set<FeedScope> {
        switch mutation {
        case .newsOfAll: try view.scopes(inFeedAfter: 0)
        case .newsForgotten: []
        default: try view.scopes(inFeedAfter: position)
        }
    }

    func calledDevices() throws -> Set<ReplicaID> {
        try mutation == .callsForgotten ? [] : view.calledDevices()
    }

    func feedEnd() throws -> FeedEnd { try view.feedEnd() }

    func keySeed() throws -> [UInt8]? { try view.centralKeySeed() }

    func keySeed(orElse seed: [UInt8]) throws -> [UInt8] {
        mutation == .keyReplaced ? seed : try transaction.centralKeySeed(orElse: seed)
    }
}
