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

/// What a restored central has forgotten, and is told by lists that were kept elsewhere.
@Suite("A restored central is told whom it had shut out, and what it had erased")
struct RecoveryListsTests {
    private let fleet: Fleet

    init() throws {
        fleet = try Fleet()
    }

    private func recover() throws {
        try fleet.editCentralTransaction {
            try $0.beginEpoch(SystemRandomSource().number() >> 1, cause: .told)
            try $0.setRecovering(true)
        }
    }

    private func closedIdentities() throws -> [ClosedIdentity] {
        try fleet.readCentral { try $0.devices().filter { $0.state == .revoked } }
            .map(ClosedIdentity.init)
    }

    @Test("who was shut out stays so, known or forgotten, by whatever key")
    func revocations() async throws {
        let (lost, other) = (try await fleet.enrol("A"), try await fleet.enrol("A"))
        _ = try lost.make()
        try await settle([lost, other])
        let backup = try fleet.backUpCentral()
        // An identity of after the backup, and a device of after it.
        let copy = try lost.copied(to: fleet.directory + "/copy.db", slot: fleet.slot)
        _ = try lost.make()
        try await settle([lost])
        #expect(try await copy.sync().rotation != nil)
        let late = try await fleet.enrol("A")
        try await settle([late])
        for counter in [copy, late] {
            let replica = try counter.read { try $0.enrolledIdentity().replica }
            try fleet.editCentralTransaction { _ = try $0.revoke(replica) }
        }
        let list = try closedIdentities()
        #expect(list.count == 3)
        try fleet.restoreCentral(from: backup)
        try recover()
        #expect(try closedIdentities().isEmpty)
        try fleet.editCentralTransaction { transaction in
            let news = try list.count { try transaction.shutOutAgain($0) }
            let again = try list.count { try transaction.shutOutAgain($0) }
            #expect(news == 3 && again == 0)
        }
        #expect(try Set(closedIdentities()) == Set(list))
        for counter in [lost, copy, late] {
            #expect(try await counter.sync().failure == .revoked)
            let identity = try counter.read { try $0.enrolledIdentity().identity }
            let key = try #require(SigningKey(seed: identity.signingSeed))
            let code = EnrolmentCode(SystemRandomSource())
            try fleet.add(code)
            await #expect(throws: SyncFailure.revoked) {
                try await fleet.node.enrol(
                    EnrolmentRequest(code: code.text, key: key, device: "again"))
            }
        }
        #expect(try await other.sync().outcome == .synced)
        // What came from one enrolment is closed and let in together still.
        let copied = try copy.read { try $0.enrolledIdentity().replica }
        try fleet.editCentralTransaction { transaction in
            let back = try transaction.takeBackRevocation(of: copied)
            #expect(Set(back.map(\.replica)) == [lost.replica, copied])
            _ = try transaction.revoke(lost.replica)
        }
        #expect(try Set(closedIdentities().map(\.replica)) == Set(list.map(\.replica)))
        // One that was noted alone may be let in again, and proves itself by its key.
        let replica = try late.read { try $0.enrolledIdentity().replica }
        try fleet.editCentralTransaction { _ = try $0.takeBackRevocation(of: replica) }
        try await settle([late, other])
    }

    @Test("a list with another key for a device that is known is not believed")
    func otherKey() async throws {
        let counter = try await fleet.enrol("A")
        var closed = ClosedIdentity(
            try #require(fleet.readCentral { try $0.device(counter.replica) }))
        closed.publicKey = try #require(
            SigningKey(seed: SystemRandomSource().bytes(32))?.publicKey)
        #expect(throws: RevocationError.otherKey(counter.replica)) {
            try fleet.editCentralTransaction { _ = try $0.shutOutAgain(closed) }
        }
        try await settle([counter])
    }

    private func erase(_ id: RecordID) throws {
        let database = try fleet.openCentral()
        defer { database.close() }
        try database.write(now: fleet.clock.now()) { transaction in
            let seed = try #require(try database.centralKeySeed())
            let key = try #require(SigningKey(seed: seed))
            let session = ReplicaID(SystemRandomSource().number() >> 1)
            _ = try CentralEdit(ofCentral: transaction, session: session).erase(
                .id(id), reason: "QĐ 12/2026", signedBy: key)
        }
    }

    private func notices() throws -> [RecordState] {
        try fleet.readCentral { try $0.erasedRecords().map(\.state.erasureNotice) }
    }

    @Test("what was erased is erased anew, at once or when a device brings the record back")
    func orders() async throws {
        let (writer, reader) = (try await fleet.enrol("A"), try await fleet.enrol("A"))
        let old = try writer.make([FieldWrite("applicant_name", .text("ZQX old"))])
        try await settle([writer, reader])
        let backup = try fleet.backUpCentral()
        let late = try writer.make([FieldWrite("applicant_name", .text("ZQX late"))])
        try await settle([writer, reader])
        for id in [old, late] { try erase(id) }
        let list = try notices()
        #expect(list.count == 2)
        // No device has heard of it before central was lost.
        try fleet.restoreCentral(from: backup)
        try recover()
        let key = try #require(
            try fleet.readCentral { try $0.centralKeySeed() }.flatMap(SigningKey.init(seed:)))
        try fleet.editCentralTransaction { transaction in
            let became = try list.map { try transaction.giveBack($0, signedBy: key.publicKey) }
            #expect(Set(became) == [.erased, .isAwaited])
        }
        #expect(try fleet.readCentral { try $0.awaitedOrders().map(\.id) } == [late])
        try await settle([writer, reader])
        try await settle([writer, reader])
        try expectConverged(fleet, [writer, reader])
        #expect(try fleet.readCentral { try $0.awaitedOrders().isEmpty })
        #expect(try Set(notices().map(\.id)) == [old, late])
        for id in [old, late] {
            for state in try [writer.states()[id], reader.states()[id]] {
                #expect(state?.erasures.isEmpty == false)
                #expect(state?["applicant_name"].isEmpty == true)
            }
        }
        #expect(
            try fleet.readCentral { try $0.verify().faults + $0.verifyAudit() } == [])
    }

    @Test("an order that another key has signed is passed over, and so is one for another record")
    func unsigned() async throws {
        let writer = try await fleet.enrol("A")
        let id = try writer.make([FieldWrite("applicant_name", .text("Lan"))])
        let other = try writer.make([FieldWrite("applicant_name", .text("Hoa"))])
        try await settle([writer])
        try erase(id)
        let notice = try #require(try notices().first)
        var elsewhere = RecordState(kind: .dossier, id: other)
        elsewhere.fields = notice.fields
        elsewhere.vv = notice.vv
        elsewhere.stamps = notice.stamps
        let (own, stranger) = (
            try #require(
                try fleet.readCentral { try $0.centralKeySeed() }.flatMap(SigningKey.init(seed:))),
            try #require(SigningKey(seed: SystemRandomSource().bytes(32)))
        )
        try fleet.editCentralTransaction { transaction in
            let known = try transaction.giveBack(notice, signedBy: own.publicKey)
            #expect(known == .isKnown)
            for (notice, key) in [(notice, stranger), (elsewhere, own)] {
                let became = try transaction.giveBack(notice, signedBy: key.publicKey)
                #expect(became == .isOfAnotherKey)
            }
        }
        #expect(try notices().map(\.id) == [id])
    }

    @Test("what may be missing is said from the restoration until lists come or it ends")
    func missing() throws {
        func missing() throws -> [Bool] {
            let epoch = try fleet.readCentral { try $0.epoch() }
            return [epoch.mayLackRevocations, epoch.mayLackOrders]
        }
        #expect(try missing() == [false, false])
        try recover()
        #expect(try missing() == [true, true])
        try fleet.editCentralTransaction { try $0.noteRevocationsGiven() }
        #expect(try missing() == [false, true])
        try fleet.editCentralTransaction { try $0.noteOrdersGiven() }
        #expect(try missing() == [false, false])
        try recover()
        try fleet.editCentralTransaction { try $0.noteOrdersGiven() }
        #expect(try missing() == [true, false])
        try recover()
        #expect(try missing() == [true, true])
        try fleet.editCentralTransaction { try $0.setRecovering(false) }
        #expect(try missing() == [false, false])
    }

    @Test("central's key is made with its file, so that every backup holds it")
    func centralKey() throws {
        let path = fleet.directory + "/new.db"
        let made = try CentralDatabase(path: path, isNew: true)
        let seed = try #require(try made.centralKeySeed())
        made.close()
        let opened = try CentralDatabase(path: path)
        defer { opened.close() }
        #expect(try opened.centralKeySeed() == seed)
    }
}
