import Administration
import Causality
import CentralEngine
import CentralServer
import SQLiteStore
import Store
import TestSupport
import Testing
import Wire

@Suite("Acts are done whole or not at all")
struct ActTests {
    /// Writes, and then finds out that it may not.
    private struct Halfway: OfficeAct {
        func perform(in work: OfficeWork) throws {
            try work.note("halfway")
            try work.requireOffice("none")
        }
    }

    private let fleet: Fleet

    init() throws {
        fleet = try Fleet(offices: ["A"])
    }

    private func refusal<Act: OfficeAct>(of act: Act) async -> SyncFailure? {
        do throws(SyncFailure) {
            _ = try await fleet.node.perform(act, by: "admin:chief")
            return nil
        } catch {
            return error
        }
    }

    @Test("what is done has its entry in the trail, with who did it")
    func trail() async throws {
        let issued = try await fleet.node.perform(IssueCode(office: "A"), by: "admin:chief")
        let asked = try await fleet.node.perform(RequestSync(office: nil), by: "admin:chief")
        #expect(issued.office == "A" && asked.isEmpty)
        let trail = try fleet.readCentral { try $0.trail() }
        #expect(trail.map(\.action) == ["enrol", "request-sync"])
        #expect(trail.allSatisfy { $0.actor == "admin:chief" })
    }

    @Test("one that is refused halfway leaves nothing, over HTTP and for a command")
    func halfway() async throws {
        let noOffice = SyncFailure.refused(status: 404, title: "the catalog has no such office")
        #expect(await refusal(of: Halfway()) == noOffice)
        let database = try fleet.openCentral()
        defer { database.close() }
        #expect(throws: AdministrationError.noSuchOffice("none")) {
            try database.perform(Halfway(), at: fleet.clock.now(), by: "local:root")
        }
        #expect(try database.trail().isEmpty)
    }

    @Test("what there is not is 404, what stands against it 409")
    func statuses() async {
        let nobody = SyncFailure.refused(status: 404, title: "there is no such device")
        #expect(await refusal(of: RevokeDevice(ReplicaID(9))) == nobody)
        #expect(await refusal(of: AllowIdentity(ReplicaID(9))) == nobody)
        let taken = AddOffice(code: "A", name: nil, address: nil, phone: nil)
        #expect(
            await refusal(of: taken)
                == .refused(status: 409, title: "there is an office with this code already"))
    }
}
