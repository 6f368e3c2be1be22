// What central notes of an exchange in its receipts. The part of a push is written with the push; what
// the reply brought, with the note of the device's progress. No exchange has a commit of its own for
// its receipt but one in the middle of a push whose reply brings something.

internal import CBOR
internal import Causality
internal import Crypto
internal import Store
internal import Replication
internal import Wire

/// The receipt that an exchange belongs to.
struct ReceiptInProgress {
    private var receipt: DeviceReceipt
    /// The device's last receipt, as it is stored.
    private var last: DeviceReceipt?
    /// Until when, by a request that confirms the reply before, nothing was left on either side.
    private(set) var confirmedComplete: Timestamp?

    /// Takes a request in: it may confirm the reply before it.
    ///
    /// - Parameters:
    ///   - before: the device as it was before this request.
    ///   - after: the device with what was taken from this request.
    /// - Throws: what the store throws.
    init<Transaction: CentralNodeTransaction>(
        _ request: SyncRequest, from before: Device, after: Device, at now: Timestamp,
        epoch: UInt64, in transaction: Transaction, _ database: Transaction.View
    ) throws {
        last = try database.lastReceipt(of: request.replica)
        if let confirmed = last?.confirmed(by: request) {
            if confirmed.isComplete { confirmedComplete = confirmed.ended }
            try transaction.save(confirmed, after: nil)
            last = confirmed
        }
        if let last, last.goesOn(with: request, at: now, in: epoch) {
            receipt = last
        } else {
            receipt = DeviceReceipt(
                device: request.replica, began: now, epoch: epoch, durable: before.seq,
                durableHash: before.chainHash)
        }
        receipt.isOpen = true
        receipt.ended = now
        receipt.exchanges += 1
        receipt.take(request, from: before, after: after, at: now)
    }

    /// The receipt of an exchange whose request is noted already.
    init?(noted request: SyncRequest, _ database: some CentralNodeView) throws {
        last = try database.lastReceipt(of: request.replica)
        guard let last else { return nil }
        receipt = last
    }

    /// Whether nothing is left.
    var isComplete: Bool { receipt.isComplete }
    /// Changes of the device that central lacked after the request.
    var pending: UInt64 { receipt.pending }

    /// Takes the reply in.
    mutating func take(
        _ reply: SyncReply, to request: SyncRequest, isLast: Bool, at now: Timestamp
    ) {
        receipt.isOpen = !isLast
        receipt.ended = now
        receipt.sent += reply.itemCount
        receipt.remaining = reply.remainingCount
        // What was not confirmed is sent again, now or later.
        receipt.unconfirmed = reply.itemCount + UInt64(reply.refusals.count)
        receipt.place = DeviceReceipt.place(reply.cursor, reply.resumeMark)
        receipt.position = reply.cursor?.position
        receipt.asked = DeviceReceipt.asked(request)
        receipt.digest = reply.digest?.hash
    }

    /// - Throws: what the store throws.
    func save(in transaction: some CentralNodeTransaction) throws {
        try transaction.save(receipt, after: last)
    }
}

extension CentralNode {
    /// Notes that the last reply arrived, when a request that is no part of a sync shows it.
    func noteConfirmation(_ request: SyncRequest) async throws(SyncFailure) {
        try await noteSoon(request.replica) { transaction, database in
            guard var device = try database.device(request.replica),
                let confirmed = try database.lastReceipt(of: request.replica)?
                    .confirmed(by: request)
            else { return }
            try transaction.save(confirmed, after: nil)
            guard confirmed.isComplete else { return }
            device.lastComplete = confirmed.ended
            try transaction.saveProgress(of: device)
        }
    }
}

extension DeviceReceipt {
    /// The receipt with its last reply confirmed, when a request does that.
    func confirmed(by request: SyncRequest) -> DeviceReceipt? {
        guard request.way != .beyondBundle, unconfirmed > 0, isConfirmed(by: request) else {
            return nil
        }
        var confirmed = self
        confirmed.unconfirmed = 0
        return confirmed
    }

    /// Whether a request shows that the last reply arrived: it begins where that one led to, knows of
    /// the receipt, and does not ask for the same states once more.
    fileprivate func isConfirmed(by request: SyncRequest) -> Bool {
        guard request.epoch?.epoch ?? epoch == epoch, request.acknowledgedSeq >= durable,
            asked == .zero || asked != Self.asked(request)
        else { return false }
        if Self.place(request.cursor, request.resumeMark) == place { return true }
        guard request.resumeMark == nil, let position, let cursor = request.cursor else {
            return false
        }
        return cursor.position > position
    }

    /// Whether a request belongs to the same sync. Only a sync that has begun asks for a repair.
    fileprivate func goesOn(
        with request: SyncRequest, at now: Timestamp, in present: UInt64
    ) -> Bool {
        guard epoch == present, times == 1 || isOpen else { return false }
        let (gap, isAbsurd) = now.milliseconds.subtractingReportingOverflow(ended.milliseconds)
        guard !isAbsurd, gap <= ReceiptLimits.syncGapMilliseconds else { return false }
        return isOpen || request.bucketDigests != nil
    }

    fileprivate mutating func take(
        _ request: SyncRequest, from before: Device, after: Device, at now: Timestamp
    ) {
        durable = after.seq
        durableHash = after.chainHash
        refused += after.refused - min(before.refused, after.refused)
        let missing = request.chain.seq - min(after.seq, request.chain.seq)
        pending = max(request.pendingCount, missing)
        let (skew, isAbsurd) = request.time.milliseconds
            .subtractingReportingOverflow(now.milliseconds)
        // A bundle has been on its way for nobody knows how long.
        skewMilliseconds = isAbsurd || request.way != .link ? nil : skew
    }

    fileprivate static func place(_ cursor: Cursor?, _ mark: [UInt8]?) -> Hash256 {
        var writer = CBORWriter()
        writer.writeUnsigned(cursor?.position ?? 0)
        writer.writeBytes(cursor?.hash.bytes ?? [])
        writer.writeBytes(mark ?? [])
        return Hash256(hashing: writer.bytes)
    }

    fileprivate static func asked(_ request: SyncRequest) -> Hash256 {
        request.fetchedRecords.isEmpty
            ? .zero : Hash256(hashing: request.fetchedRecords.flatMap(\.bytes))
    }
}

extension Device {
    /// Notes what a request told of what remains at the device.
    mutating func note(
        _ request: SyncRequest, pending: UInt64, at now: Timestamp
    ) {
        self.pending = pending
        guard pending == 0 else { return }
        let said = request.said(by: self, at: now)
        // A bundle may tell of a day before the last sync. What a wrong clock of central's own had put
        // into the future counts no more.
        guard let before = lastArrived, before > said, before <= now else {
            lastArrived = said
            return
        }
    }
}

extension SyncRequest {
    /// Whether the device passes over what the reply holds: it confirms the reply before, or waits.
    var takesNothing: Bool {
        push == nil && states == nil && bucketDigests == nil
            && (wantedBytes == 0 || (waitSeconds > 0 && wantedBytes == 1))
    }

    /// When the device said what it says here, by central's clock. A bundle has been on its way for
    /// nobody knows how long: it counts by the device's clock, set right by what is known of it.
    fileprivate func said(by device: Device, at now: Timestamp) -> Timestamp {
        guard way != .link else { return now }
        let (said, isAbsurd) = time.milliseconds
            .subtractingReportingOverflow(device.skewMilliseconds ?? 0)
        return isAbsurd ? .distantPast : min(now, Timestamp(milliseconds: said))
    }

    /// The last of its changes that the device knows to be at central.
    fileprivate var acknowledgedSeq: UInt64 {
        if let epoch { return epoch.acknowledgedSeq }
        if let push { return push.firstSeq - min(1, push.firstSeq) }
        return chain.seq - min(pendingCount, chain.seq)
    }
}
