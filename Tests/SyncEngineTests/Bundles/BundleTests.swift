import Bundles
import Causality
import CentralEngine
import CounterEngine
import Dossiers
import SQLiteStore
import Replication
import Store
import TestSupport
import Testing
import Text
import Wire

@Suite("Sync by bundles")
struct BundleTests {
    @Test("one visit brings everything: the outbox, the states, the feed, and both digests agree")
    func oneVisit() async throws {
        let fleet = try Fleet()
        let (a, b) = (try await fleet.enrol("A"), try await fleet.enrol("A"))
        for number in 0..<40 { _ = try a.make([FieldWrite("fee_vnd", .integer(Int64(number)))]) }
        _ = try await a.sync()
        for number in 0..<40 { _ = try b.make([FieldWrite("fee_vnd", .integer(Int64(number)))]) }
        var options = SyncOptions()
        (options.pushBytes, options.pullBytes) = (300, 300)
        let reply = try await fleet.answer(try await fleet.bundle(from: b, options))
        let applied = try await b.apply(reply)
        #expect(applied.report.outcome == .synced)
        #expect(applied.report.accepted == 40 && applied.report.pulled > 40)
        #expect(applied.report.roundTrips > 10, "it went in many exchanges, all in one file")
        #expect(try await b.apply(reply).isRepeated, "states have no order, their end has")
        _ = try await a.sync()
        try expectConverged(fleet, [a, b])
    }

    @Test("conflicts and notes of replicas that sync only by bundle converge")
    func conflicts() async throws {
        let fleet = try Fleet()
        let (a, b) = (try await fleet.enrol("A"), try await fleet.enrol("A"))
        let id = try a.make([FieldWrite("officer", .text("Lan"))])
        for counter in [a, b] { _ = try await fleet.visit(counter) }
        try a.set(id, "officer", .text("Hoa"))
        try b.set(id, "officer", .text("Minh"))
        let asked = (try await fleet.bundle(from: a), try await fleet.bundle(from: b))
        let answered = (try await fleet.answer(asked.0), try await fleet.answer(asked.1))
        _ = try await b.apply(answered.1)
        _ = try await a.apply(answered.0)
        for counter in [a, b] {
            #expect(try await fleet.visit(counter).report.outcome == .synced)
        }
        try expectConverged(fleet, [a, b])
        #expect(Set(try a.values(id, "officer")) == [.text("Hoa"), .text("Minh")])
    }

    @Test("applied twice at central and at the counter, everything is there once")
    func twice() async throws {
        let fleet = try Fleet()
        let a = try await fleet.enrol("A")
        let id = try a.make([FieldWrite("officer", .text("Lan"))])
        let asked = try await fleet.bundle(from: a)
        let first = try await fleet.answer(asked)
        let second = try await fleet.answer(asked)
        #expect(try await a.apply(second).report.outcome == .synced)
        #expect(try await a.apply(second).isRepeated)
        #expect(try await a.apply(first).isRepeated)
        #expect(try a.values(id, "officer") == [.text("Lan")])
        #expect(try a.read { try $0.enrolledIdentity().identity.pendingCount } == 0)
        try expectConverged(fleet, [a])
    }

    @Test("a lost reply costs nothing: the outbox stays full until central's word has arrived")
    func lostReply() async throws {
        let fleet = try Fleet()
        let a = try await fleet.enrol("A")
        _ = try a.make()
        _ = try await fleet.answer(try await fleet.bundle(from: a))
        #expect(try a.read { try $0.enrolledIdentity().identity.pendingCount } == 1)
        #expect(try await fleet.visit(a).report.outcome == .synced)
        try expectConverged(fleet, [a])
    }

    @Test("what was written after the bundle was made is said to wait, and is not called synced")
    func writtenMeanwhile() async throws {
        let fleet = try Fleet()
        let a = try await fleet.enrol("A")
        _ = try a.make()
        let asked = try await fleet.bundle(from: a)
        _ = try a.make()
        let report = try await a.apply(fleet.answer(asked)).report
        #expect(report.outcome == .interrupted && report.pending == 1)
        guard case .unfinishedBundle(let reason)? = report.failure else {
            Issue.record("it must say what is left")
            return
        }
        #expect(reason.contains("since"))
        #expect(try await fleet.visit(a).report.outcome == .synced)
        try expectConverged(fleet, [a])
    }

    @Test("a bundle that comes late, after a sync over a link, harms nothing at either end")
    func late() async throws {
        let fleet = try Fleet()
        let (a, b) = (try await fleet.enrol("A"), try await fleet.enrol("A"))
        let id = try a.make([FieldWrite("officer", .text("Lan"))])
        try await settle([a, b])
        try a.set(id, "officer", .text("Hoa"))
        let asked = try await fleet.bundle(from: a)
        let early = try await fleet.answer(asked)
        try a.set(id, "officer", .text("Minh"))
        try b.set(id, "fee_vnd", .integer(5))
        try await settle([b, a, b])
        let before = try a.states()
        let progress = try a.read { try $0.enrolledIdentity().identity }
        #expect(try await a.apply(early).isRepeated)
        let answered = try await fleet.node.answerBundle(
            asked, into: fleet.bundleDestination(fleet.newBundleName()))
        #expect(answered.isLate && answered.newChanges == 0)
        #expect(try await a.apply(answered.written.files).isRepeated)
        let after = try a.read { try $0.enrolledIdentity().identity }
        #expect(after.pushedSeq == progress.pushedSeq)
        #expect(after.cursor?.position == progress.cursor?.position)
        #expect(try a.states() == before)
        try await settle([a, b])
        try expectConverged(fleet, [a, b])
    }

    @Test(
        "replies to two bundles that overlap may be applied in either order",
        arguments: [true, false])
    func overlapping(isInOrder: Bool) async throws {
        let fleet = try Fleet()
        let (a, b) = (try await fleet.enrol("A"), try await fleet.enrol("A"))
        let id = try b.make([FieldWrite("officer", .text("Lan"))])
        try await settle([b, a])
        _ = try a.make()
        let first = try await fleet.bundle(from: a)
        try a.set(id, "officer", .text("Hoa"))
        let second = try await fleet.bundle(from: a)
        let reply1 = try await fleet.answer(first)
        try b.set(id, "office", .text("B"))
        _ = try await b.sync()
        let reply2 = try await fleet.answer(second)
        for reply in isInOrder ? [reply1, reply2] : [reply2, reply1] {
            _ = try await a.apply(reply)
        }
        #expect(try a.read { try $0.enrolledIdentity().identity.pendingCount } == 0)
        #expect(try await fleet.visit(a).report.outcome == .synced)
        try expectConverged(fleet, [a, b])
    }

    @Test("a reply that goes on from one that was not applied names that one, and changes nothing")
    func missingReply() async throws {
        let fleet = try Fleet()
        let a = try await fleet.enrol("A")
        _ = try a.make()
        _ = try await fleet.visit(a)
        let backup = fleet.directory + "/backup.db"
        let old = try a.copied(to: backup, slot: fleet.slot)
        try fleet.editCentral { _ = try $0.make(.dossier, writes: [officeA]) }
        let applied = try await fleet.answer(try await fleet.bundle(from: a))
        _ = try await a.apply(applied)
        let name = try a.read { try $0.bundleProgress()?.lastApplied }
        try fleet.editCentral { _ = try $0.make(.dossier, writes: [officeA]) }
        let next = try await fleet.answer(try await fleet.bundle(from: a))
        let before = try old.states()
        let failure = await #expect(throws: BundleFailure.self) { try await old.apply(next) }
        guard case .outOfOrder(_, let missing)? = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
        #expect(missing?.bytes == name)
        #expect(try old.states() == before)
        _ = try await old.apply(applied)
        #expect(try await old.apply(next).report.outcome == .synced)
    }

    @Test("refused changes come back with their reasons, by bundle as over a link")
    func refused() async throws {
        let fleet = try Fleet()
        let (a, b) = (try await fleet.enrol("A"), try await fleet.enrol("A"))
        try await settle([a, b])
        try a.plant(.dossier, record: nil, writes: [FieldWrite("office", .text("NOWHERE"))])
        _ = try a.make()
        let asked = try await fleet.bundle(from: a)
        let replies = [try await fleet.answer(asked), try await fleet.answer(asked)]
        #expect(try await a.apply(replies[1]).report.outcome == .refused)
        #expect(try await a.apply(replies[0]).isRepeated)
        #expect(try a.read { try $0.refusedCount() } == 1)
        // The void of a record that b never had: central sees that b will ask for its state.
        #expect(try await fleet.visit(b).report.outcome == .synced)
        #expect(try await fleet.visit(a).report.outcome == .synced)
        try expectConverged(fleet, [a, b])
    }

    @Test("the receipt never moves back, although an older reply still brings items")
    func receiptStays() async throws {
        let fleet = try Fleet()
        let (a, b) = (try await fleet.enrol("A"), try await fleet.enrol("A"))
        try await settle([a, b])
        for _ in 0..<20 { _ = try b.make() }
        _ = try await b.sync()
        let early = try await fleet.answer(try await fleet.bundle(from: a))
        _ = try a.make()
        // Central takes the change, and the link breaks before all items are here.
        a.transport.meet([nil, .requestLost])
        var options = SyncOptions()
        options.pullBytes = 1
        #expect(try await a.sync(options).outcome == .interrupted)
        #expect(try a.read { try $0.enrolledIdentity().identity.pushedSeq } == 1)
        let report = try await a.apply(early).report
        #expect(report.outcome == .interrupted && report.digestAgrees == nil && report.pending == 0)
        #expect(report.failure?.message.english.contains("by another way") == true)
        #expect(try a.read { try $0.enrolledIdentity().identity.pushedSeq } == 1)
        #expect(try a.states().count > 20, "all of b's are here")
        #expect(try await fleet.visit(a).report.outcome == .synced)
        _ = try await b.sync()
        try expectConverged(fleet, [a, b])
    }

    @Test("a state that central needs before it takes a change goes with the next bundle, once")
    func neededState() async throws {
        let fleet = try Fleet()
        let a = try await fleet.enrol("A")
        _ = try await fleet.visit(a)
        let id = try a.make()
        try a.plant(
            .dossier, record: id, context: [ReplicaID(99): 4],
            writes: [FieldWrite("officer", .text("?"))])
        let behind = try a.make()
        let first = try await fleet.visit(a).report
        #expect(first.accepted == 1 && first.pending == 2)
        #expect(first.failure?.message.english.contains("the state of a record") == true)
        let second = try await fleet.visit(a).report
        #expect(second.outcome == .refused && second.refused == 1 && second.pending == 0)
        #expect(try await fleet.visit(a).report.outcome == .synced)
        #expect(try fleet.readCentral { try $0.statesByID()[behind] } != nil)
        try expectConverged(fleet, [a])
    }

    @Test("one visit is enough for a void, or a change, of a record that the device does not have")
    func foreseenGaps() async throws {
        let fleet = try Fleet()
        let (a, away, b) = (
            try await fleet.enrol("A"), try await fleet.enrol("A"), try await fleet.enrol("B")
        )
        let voided = try a.make([FieldWrite("officer", .text("Lan"))])
        let passing = try b.make([FieldWrite("officer", .text("Hoa"))])
        try await settle([a, away, b])
        try away.dropRow(of: voided)
        try a.plant(.dossier, record: voided, writes: [FieldWrite("fee_vnd", .integer(-1))])
        try b.set(passing, "office", .text("A"))
        try await settle([b])
        _ = try await a.sync()
        try a.set(passing, "office", .text("B"))
        try await settle([a, b])
        let report = try await fleet.visit(away).report
        #expect(report.outcome == .synced, "\(String(describing: report.failure))")
        try expectConverged(fleet, [a, away, b])
    }

    @Test("the receipt in a late reply does not hide that later changes were refused")
    func lateReceipt() async throws {
        let fleet = try Fleet()
        let a = try await fleet.enrol("A")
        try await settle([a])
        let first = try await fleet.bundle(from: a)
        try a.plant(.dossier, writes: [FieldWrite("office", .text("NOWHERE"))])
        let reply = try await fleet.answer(try await fleet.bundle(from: a))
        _ = try await a.apply(fleet.answer(first))
        #expect(try a.read { try $0.enrolledIdentity().identity.pendingCount } == 1)
        _ = try await a.apply(reply)
        #expect(try a.read { try $0.refusedCount() } == 1)
        #expect(try await fleet.visit(a).report.outcome == .synced)
        try expectConverged(fleet, [a])
    }

    @Test("what a device has by bundle, central says once the device has told it")
    func knownComplete() async throws {
        let fleet = try Fleet()
        let a = try await fleet.enrol("A")
        let answered = try await fleet.answer(try await fleet.bundle(from: a))
        func lastComplete() throws -> Bool {
            try fleet.readCentral { try $0.device(a.replica)?.lastComplete } != nil
        }
        #expect(try !lastComplete(), "the reply may never arrive")
        _ = try await a.apply(answered)
        _ = try await fleet.answer(try await fleet.bundle(from: a))
        #expect(try lastComplete())
    }

    @Test("what came up by a stick counts as of the day on which the stick was written")
    func arrivedByBundle() async throws {
        let fleet = try Fleet()
        let a = try await fleet.enrol("A")
        func arrived() throws -> Timestamp? {
            try fleet.readCentral { try $0.device(a.replica)?.lastArrived }
        }
        // The device's clock is an hour behind, as central knows from a sync.
        fleet.clock.advance(milliseconds: 3_600_000)
        _ = try await a.sync()
        _ = try a.make()
        for clock in [fleet.clock, a.clock] { clock.advance(milliseconds: 60_000) }
        let written = fleet.clock.now()
        let stick = try await fleet.bundle(from: a)
        for clock in [fleet.clock, a.clock] { clock.advance(milliseconds: 86_400_000) }
        _ = try await fleet.answer(stick)
        let arrived = try #require(try arrived())
        #expect((arrived.milliseconds - written.milliseconds).magnitude < 1_000)
    }

    @Test("a stick that comes after a later sync moves no day of arrival back")
    func arrivedLateByBundle() async throws {
        let fleet = try Fleet()
        let a = try await fleet.enrol("A")
        func arrived() throws -> Timestamp? {
            try fleet.readCentral { try $0.device(a.replica)?.lastArrived }
        }
        func pass(milliseconds: Int64) {
            for clock in [fleet.clock, a.clock] { clock.advance(milliseconds: milliseconds) }
        }
        _ = try await a.sync()
        _ = try a.make()
        let stick = try await fleet.bundle(from: a)
        pass(milliseconds: 3_600_000)
        _ = try await a.sync()
        let synced = try #require(try arrived())
        pass(milliseconds: 86_400_000)
        _ = try await fleet.answer(stick)
        #expect(try arrived() == synced)
        // The next one tells of a later day.
        let written = fleet.clock.now()
        let next = try await fleet.bundle(from: a)
        pass(milliseconds: 86_400_000)
        _ = try await fleet.answer(next)
        let later = try #require(try arrived())
        #expect((later.milliseconds - written.milliseconds).magnitude < 1_000)
    }

    @Test("a device that was enrolled before bundles learns central's key over its next link")
    func learnsKey() async throws {
        let fleet = try Fleet()
        let a = try await fleet.enrol("A")
        let database = try a.open()
        try database.write(now: a.clock.now()) { transaction in
            guard
                let key = try database.centralKey(
                    inEpoch: database.enrolledIdentity().identity.epoch)
            else { return }
            try transaction.save(centralKey: key, ofEpoch: nil)
        }
        database.close()
        await #expect(throws: BundleFailure.needsLink(.unknownKey)) {
            try await fleet.bundle(from: a)
        }
        _ = try await a.sync()
        a.transport.onReply { reply in #expect(reply.centralKey == nil, "it is told once") }
        _ = try await a.sync()
        _ = try a.make()
        #expect(try await fleet.visit(a).report.outcome == .synced)
    }

    private var officeA: FieldWrite { FieldWrite("office", .text("A")) }
}
