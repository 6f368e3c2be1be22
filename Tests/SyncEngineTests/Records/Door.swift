import Causality
import Crypto
import Dossiers
import Replication
import SQLiteStore
import Store
import TestSupport
import Testing
import Wire

@testable import CentralEngine
@testable import CounterEngine

/// One way by which a device could get at what is not its office's.
enum Door: String, CaseIterable, CustomTestStringConvertible {
    case states, feed, fetched, digests, bucketByBucket, wait, receipts, recovery, columnsWanted
    case editByID, editWithTheirContext, takeOver, makeTakenID, noteByID, columnsByTheirDot
    case catalogWrite, statesWithPush, statesAlone, refusedBefore, identity, identityOfTheirs
    case theirName

    var testDescription: String { rawValue }

    /// Whether its requests differ, beyond the ids, vectors and dots that they name, by nothing: then
    /// what is forbidden and what is absent are answered with the same bytes.
    var isReading: Bool {
        switch self {
        case .states, .feed, .fetched, .digests, .bucketByBucket, .wait, .receipts, .recovery,
            .columnsWanted, .columnsByTheirDot, .refusedBefore, .identity:
            true
        case .editByID, .editWithTheirContext, .takeOver, .makeTakenID, .noteByID, .catalogWrite,
            .statesWithPush, .statesAlone, .identityOfTheirs, .theirName:
            false
        }
    }
}

/// What a hostile device names in its requests.
struct Named {
    var records: [(kind: RecordKind, id: RecordID, vv: VersionVector)]
    var replica: ReplicaID
    var chain: ChainEnd
}

extension Door {
    /// What a device of another office sends through the door.
    func requests(
        naming named: Named, from device: inout RawDevice, of fleet: Fleet
    ) throws -> [SyncRequest] {
        let plain = device.request()
        func with(_ change: (inout SyncRequest) throws -> Void) rethrows -> SyncRequest {
            var request = plain
            try change(&request)
            return request
        }
        let head = try fleet.readCentral { try $0.lastCommit() }
        let present = Cursor(position: head.position, hash: head.hash)
        switch self {
        case .states: return [with { $0.wantedBytes = 1 }, plain]
        case .feed:
            return try (0...head.position).map { position in
                let hash = try fleet.readCentral { try $0.commitHash(at: position) }
                return try with {
                    $0.cursor = Cursor(position: position, hash: try #require(hash))
                }
            }
        case .fetched: return [with { $0.fetchedRecords = named.records.prefix(2).map(\.id) }]
        case .digests, .bucketByBucket:
            let nothing = Array(repeating: Digest(), count: RecordID.bucketCount)
            let firsts = self == .digests ? [0] : Array(stride(from: 0, to: 256, by: 16))
            return firsts.map { first in
                with {
                    $0.cursor = present
                    $0.bucketDigests = BucketDigests(nothing, from: first)
                }
            }
        case .wait:
            return [
                with {
                    $0.cursor = present
                    $0.waitSeconds = 1
                }
            ]
        case .receipts:
            let epoch = try fleet.readCentral { try $0.epoch().id }
            return [
                with {
                    $0.epoch = KnownEpoch(
                        epoch: epoch &+ 1, acknowledgedSeq: named.chain.seq,
                        formerSeq: named.chain.seq)
                }, with { $0.chain = named.chain },
            ]
        case .recovery:
            try fleet.editCentralTransaction { try $0.setRecovering(true) }
            return [
                with { request in
                    request.heldCopies = named.records.prefix(2).map {
                        HeldCopy(id: $0.id, vv: $0.vv)
                    }
                }
            ]
        case .columnsWanted:
            return [
                with {
                    $0.batches = BatchWishes()
                    $0.fetchedRecords = named.records.prefix(2).map(\.id)
                }
            ]
        case .refusedBefore:
            return [with { $0.refusedBefore = [RefusedBefore(seq: 1, code: .outOfScope)] }]
        case .identity:
            let key = try #require(SigningKey(seed: SystemRandomSource().bytes(32)))
            return [
                with {
                    $0.rotation = Rotation(
                        key: key, after: device.replica, signedBy: device.key,
                        probes: [named.chain])
                }
            ]
        default: return try writes(naming: named, from: &device, of: fleet)
        }
    }

    private func writes(
        naming named: Named, from device: inout RawDevice, of fleet: Fleet
    ) throws -> [SyncRequest] {
        let mallory = [FieldWrite("officer", .text("Mallory"))]
        let toUs = [FieldWrite("office", .text("B"))]
        switch self {
        case .editByID:
            return named.records.map {
                device.push([device.change($0.kind, record: $0.id, writes: mallory)])
            }
        case .editWithTheirContext:
            return named.records.map {
                device.push(
                    [device.change($0.kind, record: $0.id, context: $0.vv, writes: mallory)])
            }
        case .takeOver:
            return named.records.map {
                device.push(
                    [device.change($0.kind, record: $0.id, context: $0.vv, writes: toUs)])
            }
        case .makeTakenID:
            return named.records.map {
                device.push([device.change($0.kind, record: $0.id, writes: toUs + mallory)])
            }
        case .noteByID:
            return named.records.map {
                var change = device.change($0.kind, record: $0.id, writes: [])
                change.additions = [FieldWrite("notes", .text("Mallory"))]
                return device.push([change])
            }
        case .columnsByTheirDot:
            return named.records.prefix(1).map {
                var request = device.push(
                    [device.change($0.kind, record: $0.id, context: $0.vv, writes: mallory)])
                request = request.withPushInColumns ?? request
                // The dictionary of records in it is by dots; the signature is of other bytes.
                request.push?.signature = device.key.signature(of: [1])
                device.chain = HashChain()
                return request
            }
        case .catalogWrite:
            let catalog = try fleet.readCentral { try $0.statesByID() }.values.filter {
                $0.kind.isCatalog
            }
            var requests: [SyncRequest] = []
            for state in catalog {
                for context in [VersionVector(), state.vv] {
                    let name: FieldName = state.kind == .holiday ? "date" : "name"
                    let write = FieldWrite(name, .text("2021-05-01"))
                    requests.append(
                        device.push(
                            [
                                device.change(
                                    state.kind, record: state.id, context: context,
                                    writes: [write]),
                                device.change(state.kind, writes: [write], ahead: 1),
                            ]))
                }
            }
            return requests
        case .statesWithPush, .statesAlone:
            return named.records.map { record in
                var state = RecordState(kind: record.kind, id: record.id)
                let making = Change(
                    dot: Dot(device.replica, 1_000), clock: HybridTimestamp(rawValue: 1),
                    kind: record.kind, record: record.id, context: VersionVector(),
                    writes: toUs + mallory)
                _ = state.apply(making)
                for dot in record.vv.entries { state.vv.insert(Dot(dot.replica, dot.seq + 9)) }
                var request =
                    self == .statesAlone
                    ? device.request()
                    : device.push(
                        [
                            device.change(
                                record.kind, record: record.id, context: state.vv,
                                writes: mallory)
                        ])
                request.states = state.canonicalBytes
                return request
            }
        case .identityOfTheirs, .theirName:
            var request = device.request()
            request.replica = named.replica
            let key = try #require(SigningKey(seed: SystemRandomSource().bytes(32)))
            if self == .identityOfTheirs {
                request.rotation = Rotation(
                    key: key, after: device.replica, signedBy: device.key, probes: [named.chain])
                request.replica = device.replica
            }
            return [request]
        default: return []
        }
    }
}
