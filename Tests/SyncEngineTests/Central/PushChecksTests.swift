import Causality
import CentralEngine
import CounterEngine
import Crypto
import Dossiers
import SQLiteStore
import Replication
import Store
import TestSupport
import Testing
import Wire

@Suite("Central checks a push before it takes anything of it")
struct PushChecksTests {
    private let fleet: Fleet
    private var device: RawDevice
    private var fresh: [FieldWrite] { [FieldWrite("office", .text("A"))] }

    init() async throws {
        fleet = try Fleet()
        device = try await RawDevice(fleet, office: "A")
        let first = device.change(writes: [FieldWrite("office", .text("A"))])
        let reply = try await device.send(device.push([first]))
        #expect(reply.accepted == ChainEnd(seq: 1, hash: device.chain.hash))
    }

    /// Expects that a request is refused with this failure, and that nothing of it was kept.
    private func expectRefused(
        _ request: SyncRequest, _ failure: SyncFailure?,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let before = try fleet.readCentral { try ($0.statesByID(), $0.lastCommit().position) }
        do {
            _ = try await device.send(request)
            Issue.record("it was taken", sourceLocation: sourceLocation)
        } catch {
            if let failure { #expect(error == failure, sourceLocation: sourceLocation) }
        }
        let after = try fleet.readCentral { try ($0.statesByID(), $0.lastCommit().position) }
        #expect(before == after, sourceLocation: sourceLocation)
        #expect(
            try fleet.readCentral { try $0.device(device.replica)?.seq } == 1,
            sourceLocation: sourceLocation)
    }

    @Test("a wrong signature", arguments: [0, 31, 63])
    mutating func wrongSignature(at place: Int) async throws {
        var request = device.push([device.change(writes: fresh)])
        request.push?.signature[place] ^= 1
        try await expectRefused(request, .badSignature)
        request.push?.signature = []
        try await expectRefused(request, .badSignature)
    }

    @Test("another device's signature")
    mutating func anothersSignature() async throws {
        let other = try await RawDevice(fleet, office: "A")
        var request = device.push([device.change(writes: fresh)])
        request.push?.signature = other.key.signature(of: device.chain.hash.bytes)
        try await expectRefused(request, .badSignature)
    }

    @Test("a wrong hash before the first change")
    mutating func wrongHashBefore() async throws {
        var request = device.push([device.change(writes: fresh)])
        request.push?.hashBefore = .zero
        try await expectRefused(request, .forked(accepted: 1))
    }

    @Test("a change that was altered after signing")
    mutating func altered() async throws {
        var request = device.push([device.change(writes: fresh)])
        let count = request.push?.changes.count ?? 0
        for place in 0..<count {
            var bent = request
            bent.push?.changes[place] ^= 1
            try await expectRefused(bent, nil)
        }
        request.push?.changes.removeLast()
        try await expectRefused(request, nil)
    }

    @Test("a seq that is not the next, or comes twice", arguments: [1, 5, UInt64.max - 10])
    mutating func wrongSeq(ahead: UInt64) async throws {
        let ahead = min(ahead, UInt64(Int64.max) - 3)
        let change = device.change(writes: fresh, ahead: ahead)
        try await expectRefused(
            device.push([change]),
            .malformed(what: "push", reason: "a change is not the next one of this replica"))
    }

    @Test("another replica's dots")
    mutating func anothersDots() async throws {
        let other = try await RawDevice(fleet, office: "A")
        var change = device.change(writes: fresh)
        change.dot = Dot(other.replica, change.dot.seq)
        try await expectRefused(
            device.push([change]),
            .malformed(what: "push", reason: "a change is not the next one of this replica"))
    }

    @Test("other bytes for a seq that central has, alone or with more behind")
    mutating func otherBytes() async throws {
        let honest = device.chain
        for count in 1...2 {
            device.chain = HashChain()
            var changes = [device.change(writes: fresh + [FieldWrite("officer", .text("X"))])]
            if count == 2 { changes.append(device.change(writes: fresh, ahead: 1)) }
            try await expectRefused(device.push(changes), .forked(accepted: 1))
        }
        device.chain = honest
    }

    @Test("a push that leaves out what central has not is answered by what it has")
    mutating func leavesOut() async throws {
        device.chain.append([1])
        let reply = try await device.send(device.push([device.change(writes: fresh)]))
        #expect(reply.accepted.seq == 1)
        #expect(try fleet.readCentral { try $0.device(device.replica)?.seq } == 1)
    }

    @Test("a repeated push gets the same answer and changes nothing")
    mutating func repeated() async throws {
        let bad = device.change(writes: fresh + [FieldWrite("fee_vnd", .integer(-1))])
        let request = device.push([bad])
        let first = try await device.send(request)
        let before = try fleet.readCentral { try $0.lastCommit().hash }
        let second = try await device.send(request)
        #expect(first.refusals == second.refusals)
        #expect(first.refusals.count == 1)
        #expect(first.accepted == second.accepted)
        #expect(try fleet.readCentral { try $0.lastCommit().hash } == before)
        #expect(try fleet.readCentral { try $0.device(device.replica)?.refused } == 1)
    }

    @Test("absurd numbers in a request do no harm")
    mutating func absurdNumbers() async throws {
        for time in [Int64.min, .max, 0] {
            var request = device.request()
            request.time = Timestamp(milliseconds: time)
            request.pendingCount = .max
            request.wantedBytes = time == 0 ? .max : 0
            let reply = try await device.send(request)
            #expect(reply.accepted.seq == 1)
        }
        var request = device.push([device.change(writes: fresh)])
        request.pendingCount = .max
        request.time = Timestamp(milliseconds: .min)
        request.cursor = Cursor(position: UInt64(Int64.max), hash: .zero)
        #expect(try await device.send(request).accepted.seq == 2)
    }

    @Test("members of a newer version in a change survive to the other desk, byte for byte")
    mutating func unknownMembers() async throws {
        let other = try await fleet.enrol("A")
        let change = device.change(writes: fresh)
        // The canonical form ends with the highest key: one more, 200, holding [1, "x"].
        var bytes = change.canonicalBytes
        bytes[0] += 1
        bytes += [0x18, 200, 0x82, 1, 0x61, 0x78]
        let extended = try Change(canonicalBytes: bytes)
        #expect(extended.unknownMembers.count == 1)
        let reply = try await device.send(device.push([extended]))
        #expect(reply.accepted.seq == 2)
        #expect(reply.refusals.isEmpty)
        let fed = try await {
            var request = device.request()
            request.replica = other.replica
            request.cursor = .start
            request.chain = ChainEnd(seq: 0, hash: .zero)
            return try await fleet.node.exchange(request, from: other.replica)
        }()
        let changes = try fed.decodedItems().compactMap { item -> Change? in
            if case .change(let change, _) = item { change } else { nil }
        }
        #expect(changes.contains { $0.canonicalBytes == bytes })
        #expect(try await other.sync().outcome == .synced)
        try expectConverged(fleet, [other])
    }

    @Test("a field of a newer version is kept and comes to the other desk")
    mutating func unknownField() async throws {
        let other = try await fleet.enrol("A")
        let id = RecordID(derivedFrom: Hash256(hashing: [5]))
        let change = device.change(
            record: id, writes: fresh + [FieldWrite("e_signature", .bool(true))])
        #expect(try await device.send(device.push([change])).refusals.isEmpty)
        #expect(try await other.sync().outcome == .synced)
        #expect(try other.values(id, "e_signature") == [.bool(true)])
        try other.set(id, "officer", .text("Lan"))
        #expect(try await other.sync().outcome == .synced)
        let state = try fleet.readCentral { try $0.state(of: .id(id)) }
        #expect(state?["e_signature"].map(\.value) == [.bool(true)])
    }
}
