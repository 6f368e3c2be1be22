// Bodies that are yet to be decoded find room first (`DecodingBudget`).

public import Causality
internal import Columns
internal import Editing
internal import Store
internal import Replication
public import Wire

/// What came of an exchange over a link.
public struct DecodedExchange: Sendable {
    /// Central's answer.
    public var reply: SyncReply
    /// Whether the request pushed something.
    public var hasPush: Bool
    /// What the device said of batches.
    public var batches: BatchWishes?
}

extension CentralNode {
    /// One exchange over a link, of a body that is yet to be decoded: it finds room first. Held is that
    /// room as long as the request brings something; one that only waits holds none.
    ///
    /// - Parameters:
    ///   - byteCount: of the body once it is decompressed.
    ///   - waiting: what becomes of the request while it waits for news.
    ///   - decode: reads the body.
    /// - Throws: `SyncFailure`; then nothing of the request was kept.
    public func exchange(
        byteCount: Int, from replica: ReplicaID, _ waiting: WaitingRequest = WaitingRequest(),
        _ decode: () throws(SyncFailure) -> SyncRequest
    ) async throws(SyncFailure) -> DecodedExchange {
        var held = try await rooms.bodies.take(2 * byteCount)
        defer { rooms.bodies.giveBack(held) }
        let request = try decode()
        if request.push == nil, request.states == nil {
            rooms.bodies.giveBack(held)
            held = 0
        }
        return DecodedExchange(
            reply: try await exchange(request, from: replica, waiting),
            hasPush: request.push != nil,
            batches: request.batches)
    }

    /// Decodes and checks a push.
    ///
    /// - Throws: `SyncFailure.malformed`, `.busy`.
    func verify(
        _ push: Push, of device: Device, _ held: inout HeldRooms
    ) async throws(SyncFailure) -> PushVerification {
        let budget = limits.decoding.columnBudget(for: push.changes.count)
        if push.form == .columns { try await held.takeColumns(budget.bytesMax) }
        let reading = try await read {
            try $0.reading(of: push, from: device.replica, within: budget)
        }
        switch reading {
        case .sequence(let changes, let hashBefore):
            let size = try SequenceSize(
                of: changes, as: "push", itemsMax: limits.decoding.request.pushedChangesMax,
                within: limits.decoding.request.format.cbor)
            try await held.takeChanges(size)
            return .push(
                try await VerifiedPush(
                    changes, count: size.items, after: push.firstSeq - 1, hashBefore,
                    signature: push.signature, from: device.replica, key: device.publicKey,
                    within: limits))
        case .beginsLater: return .beginsLater
        case .namesUnknownChanges: return .namesUnknownChanges
        }
    }
}

/// What central makes of a push.
enum PushVerification {
    /// It was decoded and checked.
    case push(VerifiedPush)
    /// As `PushReading.beginsLater`.
    case beginsLater
    /// As `PushReading.namesUnknownChanges`.
    case namesUnknownChanges
}
