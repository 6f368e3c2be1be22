import Causality
import CentralEngine
import CounterEngine
import Crypto
import Foundation
import SQLiteStore
import Replication
import Store
import TestSupport
import Testing
import Wire

/// What a bundle cannot do is refused with words, and nothing is lost or taken twice by it.
@Suite("Bundles of clones, of a restored central, and of strangers")
struct BundleIdentityTests {
    @Test("a clone's bundle is refused; over a link it is healed, and nothing it wrote is lost")
    func clone() async throws {
        let fleet = try Fleet()
        let a = try await fleet.enrol("A")
        _ = try a.make()
        try await settle([a])
        let copy = try a.copied(to: fleet.directory + "/copy.db", slot: fleet.slot)
        let mine = try a.make([FieldWrite("officer", .text("Lan"))])
        let others = try copy.make([FieldWrite("officer", .text("Hoa"))])
        #expect(try await fleet.visit(a).report.outcome == .synced)
        let asked = try await fleet.bundle(from: copy)
        await #expect(throws: BundleFailure.needsLink(.copied)) { try await fleet.answer(asked) }
        #expect(try await copy.sync().rotation != nil)
        await #expect(throws: BundleFailure.needsLink(.copied)) { try await fleet.answer(asked) }
        #expect(try await fleet.visit(copy).report.outcome == .synced)
        #expect(try await fleet.visit(a).report.outcome == .synced)
        try expectConverged(fleet, [a, copy])
        for id in [mine, others] { #expect(try a.states()[id] != nil && copy.states()[id] != nil) }
    }

    @Test("a reply for the original does no harm at its clone that wrote something else")
    func replyAtClone() async throws {
        let fleet = try Fleet()
        let a = try await fleet.enrol("A")
        try await settle([a])
        let copy = try a.copied(to: fleet.directory + "/copy.db", slot: fleet.slot)
        _ = try a.make()
        let reply = try await fleet.answer(try await fleet.bundle(from: a))
        let id = try copy.make([FieldWrite("officer", .text("Hoa"))])
        let before = try copy.states()
        await #expect(throws: BundleFailure.needsLink(.copied)) { try await copy.apply(reply) }
        #expect(try copy.states() == before)
        #expect(try copy.read { try $0.enrolledIdentity().identity.pendingCount } == 1)
        try await settle([copy, a])
        try expectConverged(fleet, [a, copy])
        #expect(try a.states()[id] != nil)
    }

    @Test(
        "a replica restored from a backup that wrote nothing since is noticed by the reply, and healed"
    )
    func restoredReplica() async throws {
        let fleet = try Fleet()
        let a = try await fleet.enrol("A")
        _ = try a.make([FieldWrite("officer", .text("Lan"))])
        #expect(try await fleet.visit(a).report.outcome == .synced)
        let old = try a.copied(to: fleet.directory + "/copy.db", slot: fleet.slot)
        let lost = try a.make([FieldWrite("officer", .text("Hoa"))])
        #expect(try await fleet.visit(a).report.outcome == .synced)
        let before = try old.read { try $0.enrolledIdentity().identity }
        let reply = try await fleet.answer(try await fleet.bundle(from: old))
        await #expect(throws: BundleFailure.needsLink(.copied)) { try await old.apply(reply) }
        let after = try old.read { try $0.enrolledIdentity().identity }
        #expect(after.cursor?.position == before.cursor?.position)
        #expect(try await old.sync().rotation != nil)
        #expect(try old.states()[lost] != nil)
        #expect(try await fleet.visit(old).report.outcome == .synced)
        try expectConverged(fleet, [old])
    }

    @Test(
        "while central recovers, a bundle brings what it can, and says that the rest needs a link")
    func recovering() async throws {
        let fleet = try Fleet()
        let a = try await fleet.enrol("A")
        let database = try fleet.openCentral()
        try database.write(now: fleet.clock.now()) { transaction in
            try transaction.beginEpoch(41, cause: .told)
            try transaction.setRecovering(true)
        }
        let asked = try await fleet.bundle(from: a)
        await #expect(throws: BundleFailure.needsLink(.newEpoch)) { try await fleet.answer(asked) }
        try await settle([a])
        _ = try a.make()
        let report = try await fleet.visit(a).report
        #expect(report.pending == 0 && report.accepted == 1)
        let second = try await fleet.visit(a).report
        #expect(second.outcome == .synced || second.failure != nil)
        try database.write(now: fleet.clock.now()) { try $0.setRecovering(false) }
        database.close()
        #expect(try await fleet.visit(a).report.outcome == .synced)
        try expectConverged(fleet, [a])
    }

    @Test("after a central that lost something was restored, bundles wait until there was a link")
    func restoredCentral() async throws {
        let fleet = try Fleet()
        let a = try await fleet.enrol("A")
        try await settle([a])
        let backup = try fleet.backUpCentral()
        let lost = try a.make([FieldWrite("officer", .text("Lan"))])
        #expect(try await fleet.visit(a).report.outcome == .synced)
        let pending = try a.make([FieldWrite("officer", .text("Hoa"))])
        let old = try await fleet.bundle(from: a)
        let oldReply = try await fleet.answer(old)
        try fleet.restoreCentral(from: backup)
        await #expect(throws: BundleFailure.needsLink(.newEpoch)) { try await fleet.answer(old) }
        #expect(try fleet.readCentral { try $0.device(a.replica)?.seq } == 0)
        #expect(try await a.sync().outcome == .synced)
        // Both the bundle of the old epoch and the reply to it come once more, late.
        await #expect(throws: (any Error).self) { try await fleet.answer(old) }
        await #expect(throws: BundleFailure.self) { try await a.apply(oldReply) }
        _ = try a.make()
        #expect(try await fleet.visit(a).report.outcome == .synced)
        try expectConverged(fleet, [a])
        for id in [lost, pending] {
            #expect(try fleet.readCentral { try $0.statesByID()[id] } != nil)
        }
    }

    @Test("a central that was restored to before it enrolled a device says so of its bundle")
    func restoredToBeforeTheDevice() async throws {
        let fleet = try Fleet()
        let backup = try fleet.backUpCentral()
        let a = try await fleet.enrol("A")
        _ = try a.make()
        #expect(try await fleet.visit(a).report.outcome == .synced)
        let asked = try await fleet.bundle(from: a)
        try fleet.restoreCentral(from: backup)
        await #expect(throws: SyncFailure.notEnrolled) { try await fleet.answer(asked) }
    }

    @Test("a revoked device's bundle is refused, and so is one of a device of another central")
    func strangers() async throws {
        let fleet = try Fleet()
        let other = try Fleet()
        let (a, b) = (try await fleet.enrol("A"), try await other.enrol("A"))
        _ = try b.make()
        let foreign = try await other.bundle(from: b)
        let failure = await #expect(throws: BundleFailure.self) { try await fleet.answer(foreign) }
        #expect(failure == .otherCentral(file: foreign[0]))
        let reply = try await other.answer(foreign)
        let notMine = await #expect(throws: BundleFailure.self) { try await a.apply(reply) }
        #expect(notMine == .otherDevice(file: reply[0], replica: b.replica))

        _ = try a.make()
        let asked = try await fleet.bundle(from: a)
        let central = try fleet.openCentral()
        _ = try central.write(now: fleet.clock.now()) { try $0.revoke(a.replica) }
        central.close()
        await #expect(throws: SyncFailure.revoked) { try await fleet.answer(asked) }
        #expect(try fleet.readCentral { try $0.device(a.replica)?.seq } == 0)
    }

    @Test(
        "a device cannot speak for another: neither by its own signature nor in the sealed requests"
    )
    func impostor() async throws {
        let fleet = try Fleet()
        let (a, b) = (try await fleet.enrol("A"), try await fleet.enrol("A"))
        let identity = try b.read { try $0.enrolledIdentity().identity }
        // b's file under a's name: b puts a's replica and b's key into its own identity.
        let forged = fleet.directory + "/forged.db"
        try Fleet.copyDatabase(b.path, to: forged)
        let database = try CounterDatabase(path: forged)
        try database.write(now: b.clock.now()) { transaction in
            var forged = identity
            forged.replica = a.replica
            try transaction.save(forged)
        }
        database.close()
        let asked = try await fleet.bundle(from: a.impostor(path: forged))
        let failure = await #expect(throws: BundleFailure.self) { try await fleet.answer(asked) }
        #expect(failure == .damaged(file: asked[0], .altered))
    }
}
