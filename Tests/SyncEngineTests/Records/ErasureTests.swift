import Causality
import Crypto
import Dossiers
import Foundation
import SQLiteStore
import Replication
import SQLite
import Store
import Synchronization
import TestSupport
import Testing
import Wire

@testable import CentralEngine
@testable import CounterEngine

/// Values hold this, and nothing else does.
private let mark = "zqxmarked"

@Suite("What the law orders erased is gone everywhere, and all else holds")
struct ErasureTests {
    private func erase(_ fleet: Fleet, _ id: RecordID, reason: String = "QĐ 12/2026") throws {
        let database = try fleet.openCentral()
        defer { database.close() }
        try completeSearchIndex(of: database)
        try database.write(now: fleet.clock.now()) { transaction in
            let session = ReplicaID(SystemRandomSource().number() >> 1)
            let seed = try transaction.centralKeySeed(orElse: [UInt8](repeating: 7, count: 32))
            let key = try #require(SigningKey(seed: seed))
            _ = try CentralEdit(ofCentral: transaction, session: session).erase(
                .id(id), reason: reason, signedBy: key)
        }
        #expect(database.emptyLog())
    }

    /// As elsewhere; then the search indexes know what the counters hold.
    private func settle(_ counters: [TestCounter]) async throws {
        try await SyncEngineTests.settle(counters)
        for counter in counters { try counter.read { try completeSearchIndex(of: $0) } }
    }

    private func completeSearchIndex(of database: ReplicaDatabase) throws {
        while try database.indexForSearch() == .indexed {}
    }

    private func recover(_ fleet: Fleet) throws {
        try fleet.editCentralTransaction {
            try $0.beginEpoch(SystemRandomSource().number() >> 1, cause: .told)
            try $0.setRecovering(true)
        }
    }

    /// Fields of a person, all marked.
    private func personal(_ number: Int = 0) -> [FieldWrite] {
        [
            FieldWrite("applicant_name", .text("\(mark) name \(number)")),
            FieldWrite("applicant_address", .text("\(mark) street \(number)")),
            FieldWrite("x.more", .text("\(mark) more \(number)")),
        ]
    }

    private func note(_ text: String) -> FieldWrite {
        FieldWrite("notes", .text("\(mark) \(text)"))
    }

    /// Expects that nothing of a person is in any file, that every file is sound, and that both ends
    /// hold the same.
    private func expectErased(
        _ fleet: Fleet, _ counters: [TestCounter], _ id: RecordID,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        try expectConverged(fleet, counters, sourceLocation: sourceLocation)
        try expectTraceless(fleet.centralPath, sourceLocation: sourceLocation)
        let central = try #require(try fleet.readCentral { try $0.state(of: .id(id)) })
        #expect(!central.erasures.isEmpty, sourceLocation: sourceLocation)
        #expect(
            try fleet.readCentral { try $0.verify().faults + $0.verifyAudit() } == [],
            sourceLocation: sourceLocation)
        for counter in counters {
            try expectTraceless(counter.path, sourceLocation: sourceLocation)
            #expect(
                try counter.read { try $0.verify().faults } == [], sourceLocation: sourceLocation)
        }
    }

    private func expectTraceless(
        _ path: String, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        #expect(try !hasTrace(path), "\(path)", sourceLocation: sourceLocation)
    }

    /// Whether a database file or its log holds the mark, in text or as hexadecimal digits.
    private func hasTrace(_ path: String) throws -> Bool {
        try ["", "-wal"].contains { suffix in
            guard FileManager.default.fileExists(atPath: path + suffix) else { return false }
            let data = try Data(contentsOf: URL(filePath: path + suffix))
            return data.range(of: Data(mark.utf8)) != nil
        }
    }

    @Test(
        "values, notes, custom fields and their history go at central at once, at counters when they sync"
    )
    func everywhere() async throws {
        let fleet = try Fleet()
        let (a, a2) = (try await fleet.enrol("A"), try await fleet.enrol("A"))
        let id = try a.make(personal() + [FieldWrite("fee_vnd", .integer(5))])
        try a.edit { _ = try $0.edit(.id(id), writes: personal(1), additions: [note("one")]) }
        try await settle([a, a2])
        try a2.edit { _ = try $0.edit(.id(id), writes: personal(2)) }
        try await settle([a2, a])
        #expect(try hasTrace(a.path) && hasTrace(a2.path) && hasTrace(fleet.centralPath))
        try erase(fleet, id)
        try expectTraceless(fleet.centralPath)
        // Another program has the file open, so that the log is not emptied by the last one's closing it.
        let other = try a.open()
        defer { other.close() }
        let report = try await a.sync()
        #expect(report.erased == [id] && report.outcome == .synced)
        try expectTraceless(a.path)
        try await settle([a, a2])
        try expectErased(fleet, [a, a2], id)
        let state = try #require(try a.states()[id])
        #expect(state["fee_vnd"].map(\.value) == [.integer(5)])
        #expect(state["status"].map(\.value) == [.text("new")])
        #expect(state.fields.map(\.name).contains("erased"))
        let gone = try fleet.readCentral { try $0.audit(of: id) }.map(\.erasedFields)
        #expect(gone[0] == ["x.more", "applicant_name", "applicant_address"])
        #expect(gone[1] == ["notes", "x.more", "applicant_name", "applicant_address"])
    }

    @Test("who reads the feed from before gets the changes without what was erased")
    func lateReader() async throws {
        let fleet = try Fleet()
        let (a, late) = (try await fleet.enrol("A"), try await fleet.enrol("A"))
        _ = try await late.sync()
        let id = try a.make(personal())
        try a.edit { _ = try $0.edit(.id(id), writes: personal(1), additions: [note("one")]) }
        // More than one record, so that ids follow from the chain in columns.
        for number in 0..<6 { _ = try a.make([FieldWrite("fee_vnd", .integer(Int64(number)))]) }
        _ = try await a.sync()
        try erase(fleet, id)
        _ = try await a.sync()
        let seen = Mutex<[UInt8]>([])
        late.transport.onReply { reply in seen.withLock { $0 += reply.encoded() } }
        try await settle([late, a])
        #expect(!String(decoding: seen.withLock { $0 }, as: UTF8.self).contains(mark))
        let new = try await fleet.enrol("A")
        try await settle([new, a, late])
        try expectErased(fleet, [a, late, new], id)
    }

    @Test("what was written before the order was known is erased as it comes, however it comes")
    func unseenWrites() async throws {
        let fleet = try Fleet()
        let (a, a2) = (try await fleet.enrol("A"), try await fleet.enrol("A"))
        let id = try a.make(personal())
        try await settle([a, a2])
        try erase(fleet, id)
        // The first goes out with the request that brings the order, the rest after it.
        for number in 1...4 {
            try a2.edit {
                _ = try $0.edit(
                    .id(id),
                    writes: personal(number) + [FieldWrite("fee_vnd", .integer(Int64(number)))],
                    additions: [note("late \(number)")])
            }
        }
        let pushed = Mutex<[Bool]>([])
        a2.transport.onRequest { request in
            guard let push = request.push else { return }
            let text = String(decoding: push.changes, as: UTF8.self)
            pushed.withLock { $0.append(text.contains(mark)) }
        }
        var options = SyncOptions()
        options.pushBytes = 64
        options.usesColumns = false
        let report = try await a2.sync(options)
        #expect(report.outcome == .synced && report.refused == 0)
        #expect(pushed.withLock { $0 } == [true, false, false, false])
        try await settle([a, a2])
        try expectErased(fleet, [a, a2], id)
        #expect(try a.values(id, "fee_vnd") == [.integer(4)])
    }

    @Test(
        "changes that were erased before they were pushed cross in columns, records that they made too"
    )
    func erasedInColumns() async throws {
        let fleet = try Fleet()
        let (a, a2) = (try await fleet.enrol("A"), try await fleet.enrol("A"))
        let id = try a.make(personal())
        try await settle([a, a2])
        // So large that it goes alone, and brings the order back.
        let large = String(repeating: mark, count: 400)
        try a.set(id, "x.large", .text(large))
        for number in 1...3 {
            try a.edit { _ = try $0.edit(.id(id), writes: personal(number)) }
            let made = try a.make([FieldWrite("fee_vnd", .integer(1))])
            try a.set(made, "fee_vnd", .integer(2))
        }
        try erase(fleet, id)
        let forms = Mutex<[BatchForm]>([])
        a.transport.onRequest { request in
            if let push = request.push { forms.withLock { $0.append(push.form) } }
        }
        var options = SyncOptions()
        options.pushBytes = 3_000
        let report = try await a.sync(options)
        #expect(report.outcome == .synced && report.pushed == 10)
        #expect(forms.withLock { $0 } == [.columns, .columns])
        try await settle([a, a2])
        try expectErased(fleet, [a, a2], id)
    }

    @Test(
        "the copy of an office that handed the dossier over is erased, and the office learns no more"
    )
    func handedOver() async throws {
        let fleet = try Fleet()
        let (a, a2, b) = (
            try await fleet.enrol("A"), try await fleet.enrol("A"), try await fleet.enrol("B")
        )
        let id = try a.make(personal() + [FieldWrite("officer", .text("Lan"))])
        try await settle([a, a2])
        try a.set(id, "office", .text("B"))
        try await settle([a, b])
        try b.edit {
            _ = try $0.edit(
                .id(id), writes: [FieldWrite("officer", .text("Hoa"))], additions: [note("at B")])
        }
        try await settle([b])
        let newcomer = try await fleet.enrol("A")
        try await settle([newcomer])
        // One device of the old office has heard of the hand-over, the other has not.
        try erase(fleet, id)
        try await settle([newcomer])
        #expect(try newcomer.states()[id] == nil)
        try await settle([a, a2, b])
        try expectErased(fleet, [a, a2, b], id)
        for copy in [a, a2] {
            #expect(try copy.values(id, "officer") == [.text("Lan")])
            #expect(try copy.states()[id]?.erasures.count == 1)
        }
        #expect(try b.values(id, "officer") == [.text("Hoa")])
        // Who never had it gets no empty record of it.
        let a3 = try await fleet.enrol("A")
        try await settle([a3])
        #expect(try a3.states()[id] == nil)
        // And back again.
        try b.set(id, "office", .text("A"))
        try await settle([b, a, a2, a3])
        try expectErased(fleet, [a, a2, a3, b], id)
        #expect(try a3.values(id, "officer") == [.text("Hoa")])
    }

    @Test(
        "who missed that the dossier came back, was erased and left again erases its copy all the same"
    )
    func missed() async throws {
        let fleet = try Fleet()
        let (a, late, b) = (
            try await fleet.enrol("A"), try await fleet.enrol("A"), try await fleet.enrol("B")
        )
        let id = try a.make(personal())
        try await settle([a, late, b])
        try a.set(id, "office", .text("B"))
        try await settle([a, b])
        try b.set(id, "officer", .text("Hoa"))
        try b.set(id, "office", .text("A"))
        try await settle([b, a])
        try erase(fleet, id)
        try await settle([a])
        try a.set(id, "office", .text("B"))
        try await settle([a, b])
        try await settle([late])
        try expectErased(fleet, [a, late, b], id)
        #expect(try late.states()[id]?.erasures.count == 1)
        #expect(try late.values(id, "officer").isEmpty)
    }

    @Test("refused content is erased too, at the device and at central, also that of no record")
    func refusedContent() async throws {
        let fleet = try Fleet()
        let (a, b) = (try await fleet.enrol("A"), try await fleet.enrol("B"))
        let id = try a.make(personal())
        try await settle([a, b])
        try a.plant(
            .dossier, record: id,
            writes: personal(1) + [FieldWrite("status", .text("returned"))])
        #expect(try await a.sync().outcome == .refused)
        // Of an office that has nothing to do with it.
        try b.plant(.dossier, record: id, writes: personal(2))
        #expect(try await b.sync().outcome == .refused)
        let again = try b.plant(.dossier, record: id, writes: personal(3))
        try erase(fleet, id)
        #expect(try await b.sync().outcome == .refused)
        try await settle([a, b])
        try expectTraceless(fleet.centralPath)
        #expect(try fleet.readCentral { try $0.verify().faults + $0.verifyAudit() } == [])
        try expectTraceless(a.path)
        let refused = try #require(try a.read { try $0.refusedChanges() }.first)
        #expect(refused.change.writes.map(\.name) == ["status"])
        #expect(refused.change.erasedContent?.fields.count == 3)
        // What an office refused to take back stays where it was written.
        #expect(try b.read { try $0.refusedChanges() }.map(\.change.dot).contains(again.dot))
        try await settle([a])
        try expectConverged(fleet, [a, b])
    }

    @Test("a device cannot erase, nor write again what was erased, nor pass off a change as erased")
    func onlyCentral() async throws {
        let fleet = try Fleet()
        let (a, reader) = (try await fleet.enrol("A"), try await fleet.enrol("A"))
        let id = try a.make(personal())
        let other = try a.make(personal())
        try await settle([a, reader])
        let seed = try #require(try a.read { try $0.identity()?.signingSeed })
        let own = Erasure(
            of: other, keeping: ["office"], reason: "no",
            signedBy: try #require(SigningKey(seed: seed)))
        try a.plant(
            .dossier, record: other, writes: [], additions: [FieldWrite("erased", own.value)])
        #expect(try await a.sync().outcome == .refused)
        try erase(fleet, id)
        try await settle([a])
        #expect(throws: StoreError.self) { try a.set(id, "applicant_name", .text("\(mark) again")) }
        #expect(throws: StoreError.self) {
            try a.edit { _ = try $0.edit(.id(id), writes: [], additions: [note("again")]) }
        }
        try a.set(id, "fee_vnd", .integer(9))
        #expect(
            try a.read { try $0.refusedChanges() }.map(\.reason)
                == ["only the central office erases records"])
        // One that keeps no rules.
        var device = try await RawDevice(fleet, office: "A")
        let context = try #require(try fleet.readCentral { try $0.state(of: .id(id))?.vv })
        let change = device.change(record: id, context: context, writes: personal(5))
        let reply = try await device.send(device.push([change]))
        #expect(reply.refusals.map(\.reason) == ["the record was erased by law"])
        try await settle([a, reader])
        #expect(try reader.values(id, "applicant_name").isEmpty)
        #expect(try reader.values(other, "applicant_name").count == 1)
        #expect(try fleet.readCentral { try $0.verify().faults } == [])
    }

    @Test("a change that says that it was erased is refused while its record is not")
    func falselyErased() async throws {
        let fleet = try Fleet()
        var device = try await RawDevice(fleet, office: "A")
        var change = device.change(writes: [
            FieldWrite("office", .text("A")), FieldWrite("applicant_name", .text("An")),
        ]).erased(keeping: ["office"])
        change.erasedContent?.innerHash = .zero
        let before = device.chain
        device.chain.append(innerHash: change.innerHash)
        var request = device.request()
        request.push = Push(
            firstSeq: 1, hashBefore: before.hash, changes: change.canonicalBytes,
            signature: device.key.signature(of: device.chain.hash.bytes))
        let reply = try await device.send(request)
        #expect(reply.accepted.seq == 1)
        #expect(reply.refusals.map(\.code) == [.invalidField])
        #expect(reply.refusals.first?.reason == "the change was erased, and its record was not")
    }

    @Test(
        "a central that was restored from before erases again what a device brings back, when it recovers"
    )
    func restored() async throws {
        let fleet = try Fleet()
        let (a, a2) = (try await fleet.enrol("A"), try await fleet.enrol("A"))
        let id = try a.make(personal())
        let later = try a.make()
        try await settle([a, a2])
        let backup = try fleet.backUpCentral()
        try a.edit { _ = try $0.edit(.id(id), writes: personal(1), additions: [note("one")]) }
        try a.edit { _ = try $0.edit(.id(later), writes: personal(2)) }
        try await settle([a, a2])
        try erase(fleet, id)
        try erase(fleet, later)
        try await settle([a, a2])
        // Not pushed when central is lost: it goes out under the next identity.
        try a.set(id, "fee_vnd", .integer(3))
        try fleet.restoreCentral(from: backup)
        #expect(try hasTrace(fleet.centralPath))
        try recover(fleet)
        _ = try await a.sync()
        _ = try await a2.sync()
        try await settle([a, a2])
        let database = try fleet.openCentral()
        #expect(database.emptyLog())
        database.close()
        try expectErased(fleet, [a, a2], id)
        try expectErased(fleet, [a, a2], later)
        #expect(try a2.values(id, "fee_vnd") == [.integer(3)])
    }

    @Test(
        "until a restored central recovers, counters keep the order, and say that they are not synced"
    )
    func notRecovered() async throws {
        let fleet = try Fleet()
        let a = try await fleet.enrol("A")
        let id = try a.make(personal())
        try await settle([a])
        let backup = try fleet.backUpCentral()
        try erase(fleet, id)
        try await settle([a])
        try fleet.restoreCentral(from: backup)
        let report = try await a.sync()
        #expect(report.outcome == .diverged)
        // The value under its own dot, which it has erased, is no sign of a copy.
        #expect(report.rotation?.cause == .newEpoch)
        #expect(try a.states()[id]?.erasures.count == 1)
        try expectTraceless(a.path)
        try fleet.editCentralTransaction { try $0.setRecovering(true) }
        _ = try await a.sync()
        try await settle([a])
        let database = try fleet.openCentral()
        #expect(database.emptyLog())
        database.close()
        try expectErased(fleet, [a], id)
    }

    @Test(
        "who has read emptied changes and not yet the order takes nothing from a central that lost it"
    )
    func orderLost() async throws {
        let fleet = try Fleet()
        let (a, reader) = (try await fleet.enrol("A"), try await fleet.enrol("A"))
        _ = try await reader.sync()
        let backup = try fleet.backUpCentral()
        let id = try a.make(personal() + [FieldWrite("fee_vnd", .integer(1))])
        try a.edit { _ = try $0.edit(.id(id), writes: personal(1)) }
        try await settle([a])
        try erase(fleet, id)
        // One item at a time, and no more than the first.
        var options = SyncOptions()
        options.pullBytes = 1
        reader.transport.meet([nil, .replyLost])
        _ = try await reader.sync(options)
        #expect(try reader.states()[id]?["fee_vnd"].count == 1)
        #expect(try reader.states()[id]?.erasures.count == 1)
        try fleet.restoreCentral(from: backup)
        try recover(fleet)
        for counter in [reader, a, reader] { _ = try await counter.sync() }
        try await settle([a, reader])
        let database = try fleet.openCentral()
        #expect(database.emptyLog())
        database.close()
        try expectErased(fleet, [a, reader], id)
    }

    @Test("by bundles: one that was made before the order, and what waits after it")
    func bundles() async throws {
        let fleet = try Fleet()
        let (a, a2) = (try await fleet.enrol("A"), try await fleet.enrol("A"))
        let id = try a.make(personal())
        try await settle([a, a2])
        try a2.edit { _ = try $0.edit(.id(id), writes: personal(1), additions: [note("late")]) }
        let before = try await fleet.bundle(from: a2)
        try erase(fleet, id)
        _ = try await a2.apply(fleet.answer(before))
        try expectTraceless(fleet.centralPath)
        try expectTraceless(a2.path)
        try a2.set(id, "fee_vnd", .integer(7))
        _ = try await fleet.visit(a2)
        try await settle([a, a2])
        try expectErased(fleet, [a, a2], id)
        #expect(try a.values(id, "fee_vnd") == [.integer(7)])
    }

    @Test("an order that comes before the state that was asked for does not stand for it")
    func gap() async throws {
        let fleet = try Fleet()
        let (a, reader) = (try await fleet.enrol("A"), try await fleet.enrol("A"))
        let id = try a.make(personal())
        try await settle([a, reader])
        // As a fault would: the next change builds on what is not there.
        try reader.dropRow(of: id)
        try a.edit {
            _ = try $0.edit(.id(id), writes: personal(1) + [FieldWrite("fee_vnd", .integer(3))])
        }
        _ = try await a.sync()
        try erase(fleet, id)
        let repairs = Mutex(0)
        reader.transport.onRequest { request in
            if request.bucketDigests != nil { repairs.withLock { $0 += 1 } }
        }
        #expect(try await reader.sync().outcome == .synced)
        #expect(repairs.withLock { $0 } == 0)
        try await settle([a, reader])
        try expectErased(fleet, [a, reader], id)
        #expect(try reader.values(id, "fee_vnd") == [.integer(3)])
    }

    @Test("an order that central did not sign erases nothing, not even while it recovers")
    func forged() async throws {
        let fleet = try Fleet()
        let (a, honest) = (try await fleet.enrol("A"), try await fleet.enrol("A"))
        let id = try a.make(personal())
        try await settle([a, honest])
        let backup = try fleet.backUpCentral()
        try fleet.restoreCentral(from: backup)
        try recover(fleet)
        // It takes the new epoch, and then gives a state with an order of its own.
        try await settle([honest])
        let seed = try #require(try honest.read { try $0.identity()?.signingSeed })
        let key = try #require(SigningKey(seed: seed))
        let (identity, replica) = try honest.read { try $0.enrolledIdentity() }
        var state = try #require(try honest.states()[id])
        let change = Change(
            dot: Dot(ReplicaID(99), 1), clock: HybridTimestamp(rawValue: 1 << 50), kind: .dossier,
            record: id, context: state.vv, writes: [],
            additions: [
                FieldWrite(
                    "erased",
                    Erasure(of: id, keeping: ["office"], reason: "no", signedBy: key).value)
            ])
        #expect(state.apply(change) == .applied)
        var request = SyncRequest(
            replica: replica,
            cursor: identity.cursor.map { Cursor(position: $0.position, hash: $0.hash) },
            chain: ChainEnd(seq: identity.seq, hash: identity.chainHash), time: fleet.clock.now())
        request.epoch = identity.epoch.map {
            KnownEpoch(epoch: $0, acknowledgedSeq: identity.acknowledgedSeq, formerSeq: 0)
        }
        request.states = state.canonicalBytes
        _ = try await fleet.node.exchange(request, from: replica)
        let central = try #require(try fleet.readCentral { try $0.state(of: .id(id)) })
        #expect(central.erasures.isEmpty)
        let history = try fleet.readCentral { try $0.history(of: .id(id)) }
        #expect(history.allSatisfy { $0.change.erasedContent == nil })
    }

    @Test("a clone that was erased goes on under its new identity")
    func clone() async throws {
        let fleet = try Fleet()
        let (a, witness) = (try await fleet.enrol("A"), try await fleet.enrol("A"))
        let id = try a.make(personal())
        try await settle([a, witness])
        let clone = try a.copied(to: fleet.directory + "/clone.db", slot: fleet.slot)
        try a.set(id, "fee_vnd", .integer(1))
        _ = try await a.sync()
        try clone.edit {
            _ = try $0.edit(
                .id(id), writes: personal(1) + [FieldWrite("officer", .text("Hoa"))],
                additions: [note("clone")])
        }
        try erase(fleet, id)
        try await settle([a, clone, witness])
        try await settle([a, clone, witness])
        try expectErased(fleet, [a, clone, witness], id)
        #expect(try witness.values(id, "officer") == [.text("Hoa")])
    }

    @Test("orders add up; a second one changes nothing that is gone")
    func twice() async throws {
        let fleet = try Fleet()
        let a = try await fleet.enrol("A")
        let id = try a.make(personal())
        try await settle([a])
        try erase(fleet, id, reason: "one")
        try erase(fleet, id, reason: "two")
        let report = try await a.sync()
        #expect(report.erased == [id])
        try await settle([a])
        try expectErased(fleet, [a], id)
        #expect(try a.states()[id]?.erasures.map(\.reason).sorted() == ["one", "two"])
    }

    @Test("verify names a change that lost values without an order, and one that holds erased ones")
    func verified() async throws {
        let fleet = try Fleet()
        let a = try await fleet.enrol("A")
        let (id, other) = (try a.make(personal()), try a.make(personal(1)))
        try await settle([a])
        let changes = try [id, other].map { id in
            try #require(try fleet.readCentral { try $0.history(of: .id(id)) }.first)
        }
        try erase(fleet, id)
        let connection = try Connection(path: fleet.centralPath, access: .readWrite)
        func put(_ bytes: [UInt8], at position: UInt64) throws {
            let statement = try connection.statement(
                "UPDATE changes SET bytes = ?1 WHERE position = ?2")
            try statement.bind(1, bytes)
            try statement.bind(2, Int64(position))
            try statement.run()
        }
        #expect(try fleet.readCentral { try $0.verify().faults } == [])
        try put(changes[0].change.canonicalBytes, at: changes[0].position)
        try put(
            changes[1].change.erased(keeping: ["office", "status"]).canonicalBytes,
            at: changes[1].position)
        connection.close()
        let reasons = try fleet.readCentral { try $0.verify().faults }
            .filter { $0.subject == .change }.map(\.reason)
        #expect(
            Set(reasons) == [
                "it holds what was erased from its record",
                "values were taken out that were not erased from its record",
            ])
    }
}
