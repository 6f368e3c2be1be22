import CBOR
import Causality
import Crypto
import Replication
import SQLite
import SyncProtocol
import TestSupport
import Testing
@testable import SyncEngine

/// What one request can do to the others: bytes, entries and room are counted, never time. Each attack
/// first sends its harmless twin, which is taken.
@Suite("Central decodes within its budget")
struct DecodingBudgetTests {
    private let fleet: Fleet
    private var device: RawDevice
    private var fresh: [FieldWrite] { [FieldWrite("office", .text("A"))] }

    init() async throws {
        fleet = try Fleet()
        device = try await RawDevice(fleet, office: "A")
    }

    private func failure(_ request: SyncRequest) async -> SyncFailure? {
        do throws(SyncFailure) {
            _ = try await device.send(request)
            return nil
        } catch {
            return error
        }
    }

    private func state(_ entries: Int) -> RecordState {
        var state = RecordState(kind: .dossier, id: RecordID(derivedFrom: .zero))
        state.vv = VersionVector((1...UInt64(entries)).map { Dot(ReplicaID($0 << 8), 1) })
        return state
    }

    @Test("a state with a long vector is refused while another holds the writer")
    mutating func statesBeforeTheWriter() async throws {
        var request = device.push([device.change(writes: fresh)])
        request.states = state(3).canonicalBytes
        var outcome = await failure(request)
        #expect(outcome == nil)
        request = device.push([device.change(writes: fresh)])
        let holder = try Connection(path: fleet.slot.path, access: .readWrite)
        try holder.execute("BEGIN IMMEDIATE")
        request.states = state(80_000).canonicalBytes
        outcome = await failure(request)
        #expect(isMalformed(outcome, "states"))
        request.states = [0x01]
        outcome = await failure(request)
        #expect(isMalformed(outcome, "states"))
        try holder.execute("ROLLBACK")
        holder.close()
        request.states = nil
        outcome = await failure(request)
        #expect(outcome == nil)
    }

    @Test("a push of more changes, or of more elements, than the budget has is refused")
    mutating func tinyBudget() async throws {
        let first = device.push([
            device.change(writes: fresh), device.change(writes: fresh, ahead: 1),
        ])
        let elements = 2 * (5 + 1)
        for (changes, elementsMax, isTaken) in [
            (1, elements, false), (2, elements - 1, false), (2, elements, true),
        ] {
            let format = FormatBudget(cbor: CBORBudget(elementsMax: elementsMax))
            let wire = WireBudget(
                bytesMax: 1 << 20, pushedChangesMax: changes, format: format)
            fleet.slot.replace(
                try CentralNode(
                    path: fleet.slot.path, clock: fleet.clock,
                    decoding: DecodingBudget(request: wire)), path: fleet.slot.path)
            let failure = await failure(first)
            #expect(isTaken ? failure == nil : isMalformed(failure, "push"), "\(elementsMax)")
        }
    }

    @Test("32 bombs at once take no more room than there is, and a push beside them is taken")
    mutating func bombs() async throws {
        let twin = device.push([device.change(writes: fresh)])
        let harmless = await failure(twin)
        #expect(harmless == nil)
        let node = try CentralNode(
            path: fleet.slot.path, clock: fleet.clock,
            decoding: DecodingBudget(
                bodyBytes: 3 << 20, columnBytes: 2 << 20, changeBytes: 3 << 20,
                stateBytes: 1 << 20, smallChangeBytes: 0))
        fleet.slot.replace(node, path: fleet.slot.path)
        // Changes of the smallest kind, more than there is room for twice.
        let small = device.change(writes: []).canonicalBytes
        var bomb = device.request()
        bomb.push = Push(
            firstSeq: device.chain.seq + 1, hashBefore: device.chain.hash,
            changes: Array([[UInt8]](repeating: small, count: 4_000).joined()),
            signature: [UInt8](repeating: 0, count: 64))
        let bytes = bomb.encoded()
        var bomber = device
        let replica = bomber.replica
        let failures = await withTaskGroup(of: SyncFailure?.self) { group in
            for _ in 0..<32 {
                group.addTask {
                    do throws(SyncFailure) {
                        _ = try await node.exchange(byteCount: bytes.count, from: replica) {
                            () throws(SyncFailure) in try SyncRequest(encoded: bytes)
                        }
                        return nil
                    } catch {
                        return error
                    }
                }
            }
            return await group.reduce(into: [SyncFailure?]()) { $0.append($1) }
        }
        #expect(failures.count == 32 && failures.allSatisfy { isMalformed($0, "push") })
        #expect((1...3 << 20).contains(node.rooms.bodies.peak))
        #expect((1...3 << 20).contains(node.rooms.changes.peak))
        let next = bomber.push([bomber.change(writes: fresh)])
        let reply = try await bomber.send(next)
        #expect(reply.accepted.seq == 2)
    }
}

private func isMalformed(_ failure: SyncFailure?, _ name: String) -> Bool {
    if case .malformed(let what, _)? = failure { what == name } else { false }
}
