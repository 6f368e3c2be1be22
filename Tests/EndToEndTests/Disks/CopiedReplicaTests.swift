import Foundation
import JSON
import Testing

/// A replica's directory copied with the tools of the system: a cloned machine, or a backup.
@Suite("A copied replica is noticed, healed and explained", .ownThreads)
struct CopiedReplicaTests {
    @Test("both copies' work arrives, and both ends say in words what happened")
    func copy() throws {
        let office = try Office()
        let original = try office.desk("original")
        let id = try original.enter("applicant_name=A")
        try original.sync()
        let clone = Desk(home: try office.root.path + "/clone", directory: try office.root)
        try FileManager.default.copyItem(atPath: original.home, toPath: clone.home)

        #expect(try original("set", id, "fee_vnd=1").code == 0)
        #expect(try clone("set", id, "fee_vnd=2").code == 0)
        let own = try clone.enter("applicant_name=B")
        try original.sync()
        let ending = try clone("sync")
        #expect(ending.code == 0, "\(ending.errors)")
        #expect(ending.output.contains("took an identity of its own"))
        #expect(ending.output.contains("2 changes that central lacked were issued again"))
        // Until the original is heard again, the copy is what became of it.
        #expect(try machines(office) == 1)
        try original.sync()
        #expect(try original.digest() == office.digest())
        #expect(try clone.digest() == office.digest())
        #expect(try original.record(own).at("fields")["applicant_name"] == "B")
        #expect(try original.record(id).at("conflicts").names == ["fee_vnd"])

        let status = try clone("status", "--json").json
        #expect(status["desk"] == 2)
        let change = try #require(status["identityChanges"]?[0])
        #expect(change.names == ["at", "from", "to", "cause", "reissued"])
        #expect(change["to"] == status["replica"])
        #expect(try clone("status").output.contains("Another copy of this replica had synced"))
        let devices = try office.central("devices", "--json").json
        #expect(devices[1]?["copyOf"] == devices[0]?["device"])
        #expect(devices[0]?["copyOf"] == .null)
        let standing = try office.central("status").output
        #expect(standing.contains("desk 2: a copy of desk 1"))
        #expect(standing.contains("2 active devices"))
        #expect(standing.contains("every device has synced and confirmed it"), "\(standing)")
        #expect(try machines(office) == 2)
    }

    /// How many machines central counts: as many as its list has lines, and its report devices.
    private func machines(_ office: Office) throws -> Int {
        let documents = try #require(office.central("devices", "--json").json.arrayValue)
        let count = Set(documents.compactMap { $0["machine"]?.stringValue }).count
        #expect(try office.central("devices").output.split(separator: "\n").count == count + 1)
        let report = try office.central("report", "--period", "2021-03").output
        #expect(report.contains("\(count) of \(count) devices complete"), "\(report)")
        return count
    }
}
