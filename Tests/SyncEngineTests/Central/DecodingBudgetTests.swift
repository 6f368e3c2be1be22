import CBOR
import Causality
import Columns
import Crypto
import SQLiteStore
import Replication
import SQLite
import TestSupport
import Testing
import Wire

@testable import CentralEngine
@testable import CounterEngine

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

    /// Puts a node with another budget in central's place.
    @discardableResult
    private func replaceNode(_ decoding: DecodingBudget) throws -> CentralNode<CentralDatabase> {
        let path = fleet.slot.path
        let node = try CentralNode<CentralDatabase>(
            at: path, clock: fleet.clock, limits: .decoding(within: decoding))
        fleet.slot.replace(node, path: path)
        return node
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
            try replaceNode(DecodingBudget(request: wire))
            let failure = await failure(first)
            #expect(isTaken ? failure == nil : isMalformed(failure, "push"), "\(elementsMax)")
        }
    }

    @Test("more states, or more of their elements, than the budget has are refused")
    mutating func tinyStates() async throws {
        var request = device.push([device.change(writes: fresh)])
        request.states = state(3).canonicalBytes + state(3).canonicalBytes
        let elements = 2 * (5 + 3)
        for (states, elementsMax, isTaken) in [
            (1, elements, false), (2, elements - 1, false), (2, elements, true),
        ] {
            let wire = WireBudget(
                bytesMax: 1 << 20, pushedChangesMax: states, stateElementsMax: elementsMax)
            try replaceNode(DecodingBudget(request: wire))
            let failure = await failure(request)
            #expect(isTaken ? failure == nil : isMalformed(failure, "states"), "\(elementsMax)")
        }
    }

    @Test("states that fit alone, and not together, are not joined: nobody could read the record")
    func joinedVectors() async throws {
        try fleet.editCentralTransaction { try $0.setRecovering(true) }
        let most = FormatBudget.standard.vectorEntriesMax
        func state(_ replicas: ClosedRange<UInt64>) -> RecordState {
            var state = RecordState(kind: .dossier, id: RecordID(derivedFrom: .zero))
            let making = Change(
                dot: Dot(ReplicaID(replicas.lowerBound << 8), 1),
                clock: HybridTimestamp(rawValue: 1 << 40), kind: .dossier, record: state.id,
                context: VersionVector(), writes: fresh)
            #expect(state.apply(making) == .applied)
            state.vv.formMerge(VersionVector(replicas.map { Dot(ReplicaID($0 << 8), 1) }))
            return state
        }
        let half = UInt64(most / 2)
        for (replicas, count) in [
            (1...half, Int(half)), (half + 1...2 * half + 1, Int(half)),
            (half + 1...2 * half, most),
        ] {
            var request = device.request()
            request.states = state(replicas).canonicalBytes
            _ = try await device.send(request)
            let joined = try fleet.readCentral { try $0.statesByID() }[
                RecordID(derivedFrom: .zero)]
            #expect(joined?.vv.entries.count == count)
        }
    }

    @Test("a push in columns takes room for what a counter pushes at most, and gives it back")
    mutating func columns() async throws {
        let node = try replaceNode(DecodingBudget(columnBytes: 12 << 20))
        for seq in UInt64(1)...3 {
            let origin = PushOrigin(
                replica: device.replica, firstSeq: seq, hashBefore: device.chain.hash)
            var request = device.push([device.change(writes: fresh)])
            let changes = try #require(request.push?.changes)
            request.push?.form = .columns
            request.push?.changes = ColumnarBatch(changes: changes, from: origin).bytes
            let reply = try await device.send(request)
            #expect(reply.accepted.seq == seq)
        }
        #expect(node.rooms.columns.peak == 2 << 20)
    }

    @Test("who only waits for news holds no room")
    func waiting() async throws {
        let counter = try await fleet.enrol("A")
        try await settle([counter])
        let node = try CentralNode<CentralDatabase>(
            at: fleet.slot.path, clock: fleet.clock,
            limits: .decoding(within: DecodingBudget(bodyBytes: 4 << 20)))
        var request = SyncRequest(
            replica: counter.replica, cursor: nil, chain: ChainEnd(seq: 0, hash: .zero),
            time: counter.clock.now())
        request.cursor = try await node.exchange(request, from: counter.replica).cursor
        let plain = request
        request.waitSeconds = 50
        let patient = request
        let (waits, begun) = AsyncStream<Void>.makeStream()
        let waiting = Task {
            try await node.exchange(
                byteCount: 1 << 20, from: counter.replica,
                WaitingRequest { if $0 { begun.yield() } }
            ) { () throws(SyncFailure) in patient }
        }
        for await _ in waits { break }
        _ = try await node.exchange(byteCount: 1 << 19, from: counter.replica) {
            () throws(SyncFailure) in plain
        }
        waiting.cancel()
        _ = try await waiting.value
        #expect(node.rooms.bodies.peak == 2 << 20)
    }

    @Test("32 bombs at once take no more room than there is, and a push beside them is taken")
    mutating func bombs() async throws {
        let twin = device.push([device.change(writes: fresh)])
        let harmless = await failure(twin)
        #expect(harmless == nil)
        let node = try replaceNode(
            DecodingBudget(
                bodyBytes: 3 << 20, columnBytes: 2 << 20, changeBytes: 3 << 20,
                stateBytes: 1 << 20, smallChangeBytes: 0))
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

extension CentralLimits {
    /// The standard ones with another budget for what is decoded.
    fileprivate static func decoding(within budget: DecodingBudget) -> CentralLimits {
        var limits = standard
        limits.decoding = budget
        return limits
    }
}
