import Causality
import Crypto
import Dossiers
import JSON
import SQLiteStore
import Replication
import Store
import TestSupport
import Testing
import Wire

@testable import CentralEngine
@testable import CounterEngine

@Suite("Every way into central, walked by a device of another office")
struct ScopeWalkTests {
    /// Values that stand in records of office A and nowhere else.
    private static let marks = [
        "ZQXNAME", "0790ZQX3456", "0987650001", "ZQXADDRESS", "ZQXOFFICER", "ZQXNOTE", "ZQXCALLER",
        "0987650002", "ZQXTOPIC", "ZQXLATER", "ZQXREFUSED",
    ]

    private let fleet: Fleet
    private let theirs: TestCounter
    private let ours: TestCounter
    private let theirIDs: [RecordID]
    /// A dossier that B made and handed over to A, which wrote on.
    private let handedOver: RecordID

    init() async throws {
        fleet = try Fleet()
        (theirs, ours) = (try await fleet.enrol("A"), try await fleet.enrol("B"))
        try fleet.editCentral { edit in
            _ = try edit.make(
                .procedure,
                writes: [
                    FieldWrite("code", .text("P1")), FieldWrite("name", .text("Procedure")),
                ])
            _ = try edit.make(.holiday, writes: [FieldWrite("date", .text("2021-04-30"))])
        }
        handedOver = try ours.make([FieldWrite("applicant_name", .text("Handed"))])
        _ = try ours.make([FieldWrite("applicant_name", .text("Own"))])
        try await settle([ours, theirs])
        try ours.set(handedOver, "office", .text("A"))
        try await settle([ours, theirs])
        theirIDs = try theirs.edit { edit in
            let dossier = try edit.make(
                .dossier,
                writes: [
                    FieldWrite("applicant_name", .text("ZQXNAME")),
                    FieldWrite("applicant_id", .text("0790ZQX3456")),
                    FieldWrite("applicant_phone", .text("0987650001")),
                    FieldWrite("applicant_address", .text("ZQXADDRESS")),
                    FieldWrite("officer", .text("ZQXOFFICER")),
                ], additions: [FieldWrite("notes", .text("ZQXNOTE"))])
            let contact = try edit.make(
                .contact,
                writes: [
                    FieldWrite("caller_name", .text("ZQXCALLER")),
                    FieldWrite("caller_phone", .text("0987650002")),
                    FieldWrite("topic", .text("ZQXTOPIC")),
                ])
            return [dossier.record, contact.record]
        }
        try theirs.set(handedOver, "applicant_name", .text("ZQXLATER"))
        try theirs.plant(.procedure, writes: [FieldWrite("name", .text("ZQXREFUSED"))])
        _ = try await theirs.sync()
        try await settle([theirs])
    }

    /// What A and the catalog hold at central. What B had handed over is left out: an edit of B that had
    /// not seen that merges.
    private func protected() throws -> [RecordID: RecordState] {
        try fleet.readCentral { try $0.statesByID() }.filter { id, state in
            // Its own office's entry in the catalog lists the walker's identities.
            if state.kind == .office, state.shownValue("code")?.text == "B" { return false }
            guard id != handedOver else { return false }
            return state.kind.isCatalog || DossierRules.scope(of: state).includes(office: "A")
        }
    }

    /// What is really A's, and what is nobody's.
    private func named(areTheirs: Bool) throws -> Named {
        let kinds: [RecordKind] = [.dossier, .contact, .dossier]
        let identity = try theirs.read { try $0.enrolledIdentity() }
        guard areTheirs else {
            let ids = (0..<3).map { RecordID(derivedFrom: Hash256(hashing: [0xAB, $0])) }
            let stranger = ReplicaID(0x0123_4567_89AB_CDEF)
            return Named(
                records: zip(kinds, ids).map { ($0, $1, [stranger: 5]) }, replica: stranger,
                chain: ChainEnd(
                    seq: identity.identity.seq, hash: Hash256(hashing: [1, 2, 3])))
        }
        let all = try fleet.readCentral { try $0.statesByID() }
        return Named(
            records: zip(kinds, theirIDs + [handedOver]).map {
                ($0, $1, all[$1]?.vv ?? VersionVector())
            }, replica: theirs.replica,
            chain: ChainEnd(seq: identity.identity.seq, hash: identity.identity.chainHash))
    }

    /// All that comes back through a door, in every form that it may come in.
    private struct Answers {
        var bytes: [UInt8] = []
        /// Without what differs by time and by the device.
        var comparable: [SyncReply] = []
        var failures: [SyncFailure] = []
    }

    private func answers(
        at door: Door, naming named: Named, from device: inout RawDevice
    ) async throws -> Answers {
        var answers = Answers()
        for var request in try door.requests(naming: named, from: &device, of: fleet) {
            for _ in 0..<8 {
                let reply: SyncReply
                do throws(SyncFailure) {
                    let asker = door == .theirName ? device.replica : request.replica
                    // In the bytes of the wire.
                    reply = try await device.node.node.exchange(
                        try SyncRequest(encoded: request.encoded()), from: asker)
                } catch {
                    answers.failures.append(error)
                    answers.bytes += Array(Problem.document(of: error).serialized().utf8)
                    break
                }
                answers.bytes += reply.encoded()
                answers.bytes += Array(reply.json.serialized().utf8)
                answers.bytes += Array(
                    "\(try reply.decodedItems(for: device.replica))".utf8)
                var comparable = reply
                comparable.time = Timestamp(milliseconds: 0)
                comparable.accepted = ChainEnd(seq: 0, hash: Hash256.zero)
                comparable.identity?.replica = ReplicaID(1)
                comparable.identity?.desk = 1
                comparable.neededRecords = comparable.neededRecords.map { _ in handedOver }
                answers.comparable.append(comparable)
                guard reply.hasMore else { break }
                request.cursor = reply.cursor
                request.resumeMark = reply.resumeMark
            }
        }
        return answers
    }

    @Test(
        "through no door does anything of the other office come back, and nothing of it changes",
        arguments: Door.allCases)
    func walk(door: Door) async throws {
        var device = try await RawDevice(fleet, office: "B")
        let before = try protected()
        let answers = try await answers(
            at: door, naming: named(areTheirs: true), from: &device)
        #expect(!answers.bytes.isEmpty)
        for mark in Self.marks {
            #expect(answers.bytes.firstRange(of: Array(mark.utf8)) == nil, "\(mark)")
        }
        #expect(try protected() == before)
        if door == .theirName { #expect(answers.failures == [.notEnrolled]) }
        try await settle([theirs])
        #expect(try protected() == before)
    }

    @Test(
        "what may not be read is answered with the same bytes as what is not there",
        arguments: Door.allCases.filter(\.isReading))
    func sameBytes(door: Door) async throws {
        var (first, second) = (
            try await RawDevice(fleet, office: "B"), try await RawDevice(fleet, office: "B")
        )
        let forbidden = try await answers(
            at: door, naming: named(areTheirs: true), from: &first)
        let absent = try await answers(at: door, naming: named(areTheirs: false), from: &second)
        #expect(forbidden.failures == absent.failures)
        #expect(!forbidden.comparable.isEmpty || !forbidden.failures.isEmpty)
        #expect(forbidden.comparable.map { $0.encoded() } == absent.comparable.map { $0.encoded() })
    }

    @Test("a bundle that asks for the other office's records brings none of them")
    func bundle() async throws {
        let before = try protected()
        let database = try ours.open()
        try database.write(now: ours.clock.now()) { transaction in
            for id in theirIDs { try transaction.setGap(id, isOpen: true) }
        }
        database.close()
        for id in theirIDs + [handedOver] {
            try ours.plant(
                .dossier, record: id, writes: [FieldWrite("officer", .text("Mallory"))])
        }
        _ = try await fleet.visit(ours)
        _ = try await fleet.visit(ours)
        let bytes = Array("\(try ours.states())".utf8)
        for mark in Self.marks { #expect(bytes.firstRange(of: Array(mark.utf8)) == nil, "\(mark)") }
        #expect(try protected() == before)
    }

    @Test("the marks are found where they may be: in the answers to their own office")
    func marksAreFound() async throws {
        var device = try await RawDevice(fleet, office: "A")
        let answers = try await answers(
            at: .states, naming: named(areTheirs: true), from: &device)
        for mark in Self.marks where mark != "ZQXREFUSED" {
            #expect(answers.bytes.firstRange(of: Array(mark.utf8)) != nil, "\(mark)")
        }
    }

    @Test("where a copy is now is told to who had the record, by id and code and nothing else")
    func moves() async throws {
        try fleet.editCentral { edit in
            _ = try edit.make(.office, writes: [FieldWrite("code", .text("C"))])
        }
        try await settle([theirs])
        let device = try await RawDevice(fleet, office: "B")
        var request = device.request()
        let head = try fleet.readCentral { try $0.lastCommit() }
        request.cursor = Cursor(position: head.position, hash: head.hash)
        for id in [handedOver, theirIDs[0]] { try theirs.set(id, "office", .text("C")) }
        try await settle([theirs])
        let reply = try await device.send(request)
        #expect(reply.moves == [MovedCopy(handedOver, office: "C")])
        #expect(reply.itemCount == 0)
        #expect(try SyncReply(encoded: reply.encoded()).moves == reply.moves)
        for mark in Self.marks {
            #expect(reply.encoded().firstRange(of: Array(mark.utf8)) == nil, "\(mark)")
        }
        // Who has gone past it is not told again.
        request.cursor = reply.cursor
        #expect(try await device.send(request).moves.isEmpty)
    }

    @Test("a wait is not ended by what happens at another office")
    func wait() async throws {
        let device = try await RawDevice(fleet, office: "B")
        var request = device.request()
        let head = try fleet.readCentral { try $0.lastCommit() }
        request.cursor = Cursor(position: head.position, hash: head.hash)
        request.waitSeconds = 4
        let began = ContinuousClock.now
        async let reply = device.send(request)
        _ = try theirs.make([FieldWrite("officer", .text("ZQXLATER"))])
        try await settle([theirs])
        #expect(try await reply.itemCount == 0)
        // It ends by a clock that ticks.
        #expect(began.duration(to: .now) >= .seconds(3))
    }
}
