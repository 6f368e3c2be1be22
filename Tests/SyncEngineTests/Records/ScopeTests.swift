import Causality
import Crypto
import Dossiers
import SQLiteStore
import Replication
import Store
import TestSupport
import Testing
import Wire

@testable import CentralEngine
@testable import CounterEngine

@Suite("A device reads and writes its own office's records only")
struct ScopeTests {
    private let fleet: Fleet
    private let theirs: TestCounter
    private let id: RecordID
    private var device: RawDevice

    init() async throws {
        fleet = try Fleet()
        theirs = try await fleet.enrol("A")
        id = try theirs.make([FieldWrite("applicant_name", .text("Nguyễn An"))])
        try theirs.edit {
            _ = try $0.make(.contact, writes: [FieldWrite("caller_name", .text("Trần Bình"))])
        }
        _ = try await theirs.sync()
        device = try await RawDevice(fleet, office: "B")
    }

    /// The changes and states in a reply that belong to no catalog.
    private func foreign(_ reply: SyncReply) throws -> [FeedItem] {
        try reply.decodedItems().filter { item in
            switch item {
            case .change(let change, _): !change.kind.isCatalog
            case .void(let kind, _, _), .departure(let kind, _): !kind.isCatalog
            case .state(let state): !state.kind.isCatalog
            }
        }
    }

    private func recordOfA() throws -> RecordState {
        let state = try fleet.readCentral { try $0.state(of: .id(id)) }
        return try #require(state)
    }

    @Test("asking for a record by its id brings nothing")
    func fetchedRecords() async throws {
        var request = device.request()
        request.fetchedRecords = [id]
        let reply = try await device.send(request)
        #expect(try foreign(reply).isEmpty)
        #expect(reply.itemCount == 2, "the two offices of the catalog")
    }

    @Test("no cursor brings the other office's changes, the very first included")
    func cursors() async throws {
        let head = try fleet.readCentral { try $0.lastCommit() }
        for position in 0...head.position {
            let hash = try fleet.readCentral { try $0.commitHash(at: position) }
            var request = device.request()
            request.cursor = Cursor(position: position, hash: try #require(hash))
            #expect(try foreign(await device.send(request)).isEmpty)
        }
    }

    @Test("a resume mark that was tampered with brings nothing of the other office, and no crash")
    func resumeMarks() async throws {
        let head = try fleet.readCentral { try $0.lastCommit() }
        let known = Cursor(position: head.position, hash: head.hash)
        for phase in [0, 1, 2, 3, 4, 5, 6, 7, UInt64.max] {
            for key in [Int64.min, -1, 0, 1, 2, .max] {
                for sent in [0, UInt64.max] {
                    for cursor in [.start, known] {
                        var request = device.request()
                        request.wantedBytes = 1
                        request.resumeMark = mark(phase, key, cursor, sent)
                        #expect(try foreign(await device.send(request)).isEmpty)
                    }
                }
            }
        }
        for bytes in [[], [0], [0xFF], Array(mark(0, 0, known, 0).dropLast())] {
            var request = device.request()
            request.resumeMark = bytes
            await #expect(throws: SyncFailure.self) { try await device.send(request) }
        }
    }

    /// A mark as central writes it, with another place: a phase and the key below which to go on.
    private func mark(_ phase: UInt64, _ key: Int64, _ cursor: Cursor, _ sent: UInt64) -> [UInt8] {
        let genuine = ResumeMark(place: .start, cursor: cursor, sentCount: sent).encoded()
        let placeByteCount = 1 + 9
        let place = unsigned(phase) + (key < 0 ? negative(key) : unsigned(UInt64(key)))
        return place + genuine.dropFirst(placeByteCount)
    }

    private func unsigned(_ number: UInt64) -> [UInt8] {
        number < 24 ? [UInt8(number)] : [0x1B] + bigEndian(number)
    }

    private func negative(_ number: Int64) -> [UInt8] {
        let rest = UInt64(-1 - number)
        return rest < 24 ? [0x20 | UInt8(rest)] : [0x3B] + bigEndian(rest)
    }

    private func bigEndian(_ number: UInt64) -> [UInt8] {
        withUnsafeBytes(of: number.bigEndian) { Array($0) }
    }

    @Test("a write to a guessed id is refused, tells nothing, and leaves the record as it was")
    mutating func guessedID() async throws {
        let before = try recordOfA()
        let full = before.vv
        let guesses: [(VersionVector, [FieldWrite])] = [
            (VersionVector(), [FieldWrite("officer", .text("Mallory"))]),
            (full, [FieldWrite("officer", .text("Mallory"))]),
            (full, [FieldWrite("office", .text("B"))]),
            (VersionVector(), [FieldWrite("office", .text("B"))]),
            (
                [theirs.replica: 1_000_000],
                [FieldWrite("officer", .text("Mallory")), FieldWrite("office", .text("B"))]
            ),
        ]
        for (context, writes) in guesses {
            let change = device.change(record: id, context: context, writes: writes)
            let reply = try await device.send(device.push([change]))
            #expect(reply.refusals.map(\.code) == [.outOfScope])
            #expect(reply.refusals.allSatisfy { $0.state == nil })
            #expect(reply.neededRecords.isEmpty)
            #expect(try foreign(reply).isEmpty)
            #expect(try recordOfA() == before)
        }
        #expect(try await theirs.sync().outcome == .synced)
    }

    @Test("a state sent along does not open another office's record, nor one of another kind")
    mutating func sentState() async throws {
        let before = try recordOfA()
        for kind in [RecordKind.dossier, .contact, .procedure] {
            var state = RecordState(kind: kind, id: id)
            let making = Change(
                dot: Dot(device.replica, 1), clock: HybridTimestamp(rawValue: 1), kind: kind,
                record: id,
                context: VersionVector(), writes: [FieldWrite("office", .text("B"))])
            _ = state.apply(making)
            state.vv.insert(Dot(theirs.replica, 99))
            let change = device.change(
                record: id, context: [theirs.replica: 99],
                writes: [FieldWrite("office", .text("B"))])
            var request = device.push([change])
            request.states = state.canonicalBytes
            let reply = try await device.send(request)
            #expect(reply.refusals.count == 1)
            #expect(try recordOfA() == before)
        }
    }

    @Test("a state of the wrong kind for a record of one's own is refused, not applied")
    mutating func stateOfAnotherKind() async throws {
        let fresh = RecordID(derivedFrom: Hash256(hashing: [1]))
        var state = RecordState(kind: .contact, id: fresh)
        let making = Change(
            dot: Dot(ReplicaID(77), 5), clock: HybridTimestamp(rawValue: 1), kind: .contact,
            record: fresh, context: VersionVector(), writes: [FieldWrite("office", .text("B"))])
        #expect(state.apply(making) == .applied)
        let change = device.change(
            record: fresh, context: [ReplicaID(77): 5],
            writes: [FieldWrite("officer", .text("Hoa"))])
        var request = device.push([change])
        request.states = state.canonicalBytes
        let reply = try await device.send(request)
        #expect(reply.refusals.map(\.code) == [.noRecord])
        #expect(reply.accepted.seq == 1)
    }

    @Test("a state is joined without the values that no change may have")
    mutating func stateWithForbiddenValues() async throws {
        let writes: [FieldWrite] = [
            FieldWrite("office", .text("")), FieldWrite("fee_vnd", .text("much")),
            FieldWrite("status", .text("lost")), FieldWrite("Bad Name", .null),
        ]
        for (number, write) in writes.enumerated() {
            let fresh = RecordID(derivedFrom: Hash256(hashing: [UInt8(number)]))
            var state = RecordState(kind: .dossier, id: fresh)
            for (seq, one) in [FieldWrite("office", .text("B")), write].enumerated() {
                let change = Change(
                    dot: Dot(ReplicaID(77), UInt64(seq) + 5), clock: HybridTimestamp(rawValue: 1),
                    kind: .dossier, record: fresh, context: VersionVector(), writes: [one])
                #expect(state.apply(change) == .applied)
            }
            let change = device.change(
                record: fresh, context: [ReplicaID(77): 6],
                writes: [FieldWrite("officer", .text("Hoa"))])
            var request = device.push([change])
            request.states = state.canonicalBytes
            let reply = try await device.send(request)
            #expect(reply.refusals.isEmpty, "\(write.name)")
            let joined = try #require(try fleet.readCentral { try $0.state(of: .id(fresh)) })
            #expect(joined.vv.covers(Dot(ReplicaID(77), 6)))
            #expect(joined["office"].map(\.value) == [.text("B")])
            #expect(joined[write.name].allSatisfy { $0.value != write.value })
        }
    }

    @Test("the digest covers the own office's records and the catalog, and nothing else")
    func digests() async throws {
        let before = try await device.send(device.request()).digest
        _ = try theirs.make()
        #expect(try await theirs.sync().outcome == .synced)
        #expect(try await device.send(device.request()).digest == before)
        try fleet.editCentral {
            _ = try $0.make(.holiday, writes: [FieldWrite("date", .text("2021-04-30"))])
        }
        #expect(try await device.send(device.request()).digest != before)
    }

    @Test("a request in another device's name is turned away")
    func anotherName() async throws {
        var request = device.request()
        request.replica = theirs.replica
        await #expect(throws: SyncFailure.notEnrolled) { try await device.send(request) }
    }
}

/// A step back is said by the device that takes it, and what it says is not believed.
@Suite("A step back is no way around the rules")
struct StepBackTests {
    private let fleet: Fleet
    private let giver: TestCounter
    private let id: RecordID

    init() async throws {
        fleet = try Fleet()
        giver = try await fleet.enrol("A")
        id = try giver.make([FieldWrite("officer", .text("Lan"))])
        _ = try await giver.sync()
    }

    private func central() throws -> RecordState {
        try #require(try fleet.readCentral { try $0.state(of: .id(id)) })
    }

    /// A change that says it takes back the present value of a field, as a faulty or hostile program may.
    private func takeBack(_ field: FieldName, to target: String) throws {
        let state = try central()
        let present = try #require(state[field].first)
        let clock = try #require(state.stamp(of: present.dot)?.clock)
        let event = DossierEvent(.undone, from: present.value.text, to: target, undoes: clock)
        try giver.plant(
            .dossier, record: id, context: state.vv, writes: [FieldWrite(field, .text(target))],
            additions: [try #require(DossierEvent.entry([event]))])
    }

    private func handOver() async throws {
        try giver.set(id, "office", .text("B"))
        #expect(try await giver.sync().outcome == .synced)
    }

    @Test("a hand-over is taken back while the other office has not written")
    func untouched() async throws {
        try await handOver()
        try takeBack("office", to: "A")
        #expect(try await giver.sync().outcome == .synced)
        #expect(try central()["office"].map(\.value) == [.text("A")])
    }

    @Test("once it has written, nobody gets the record back by saying that he has seen that")
    func forgedContext() async throws {
        let taker = try await fleet.enrol("B")
        try await handOver()
        _ = try await taker.sync()
        try taker.set(id, "officer", .text("Mai"))
        #expect(try await taker.sync().outcome == .synced)
        try takeBack("office", to: "A")
        let report = try await giver.sync()
        #expect(report.refused == 1)
        #expect(try giver.read { try $0.refusedChanges() }.map(\.code) == ["handed-over"])
        #expect(try central()["office"].map(\.value) == [.text("B")])
        #expect(try giver.values(id, "officer") != [.text("Mai")])
    }

    @Test("a status is taken back to where the dossier was, and to no other")
    func status() async throws {
        try giver.set(id, "status", .text("accepted"))
        try giver.set(id, "status", .text("processing"))
        #expect(try await giver.sync().outcome == .synced)
        try takeBack("status", to: "accepted")
        #expect(try await giver.sync().outcome == .synced)
        #expect(try central()["status"].map(\.value) == [.text("accepted")])
        try takeBack("status", to: "returned")
        #expect(try await giver.sync().refused == 1)
        #expect(try giver.read { try $0.refusedChanges() }.map(\.code) == ["illegal-transition"])
        #expect(try central()["status"].map(\.value) == [.text("accepted")])
    }
}
