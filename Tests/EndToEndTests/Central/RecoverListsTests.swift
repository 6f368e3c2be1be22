import Foundation
import JSON
import Testing

/// What was done since the backup's day is given to a restored central by lists that were kept elsewhere.
@Suite("A restored central and the lists of what it forgot", .ownThreads)
struct RecoverListsTests {
    private static let revocationsMissing = "revocations since the backup's day may be missing"
    private static let erasuresMissing = "erasures since the backup's day may be missing"

    private let office: Office
    private let lost: Desk
    private let desk: Desk
    private let id: String
    private let lists: (revoked: String, orders: String)

    /// A central from whose backup a revocation and an erasure are missing.
    init() throws {
        office = try Office()
        lost = try office.desk("lost")
        desk = try office.desk("desk")
        id = try lost.enter("applicant_name=SECRET")
        try lost.sync()
        try desk.sync()
        try office.stop()
        let root = try office.root.path
        try FileManager.default.copyItem(atPath: office.home, toPath: root + "/backup")
        try office.start()
        let replica = try #require(lost("status", "--json").json["replica"]?.stringValue)
        #expect(try office.central("revoke", replica).code == 0)
        #expect(try office.central("erase", id, "--reason", "QĐ 1").code == 0)
        lists = (root + "/revoked.json", root + "/erasures.ndjson")
        let written = [
            (lists.revoked, try office.central("devices", "--revoked", "--json")),
            (lists.orders, try office.central("erasures", "--json")),
        ]
        for (path, ending) in written {
            #expect(ending.code == 0 && !ending.output.contains("SECRET"))
            try ending.output.write(toFile: path, atomically: true, encoding: .utf8)
        }
        try office.stop()
        try FileManager.default.removeItem(atPath: office.home)
        try FileManager.default.moveItem(atPath: root + "/backup", toPath: office.home)
    }

    private func status() throws -> String { try office.central("status").output }

    @Test("with both, nobody comes back and nothing erased either")
    func given() throws {
        let told = try office.central(
            "recover", "--revoked", lists.revoked, "--orders", lists.orders)
        #expect(told.code == 0, "\(told.errors)")
        #expect(told.output.contains("shut out again: 1 device"), "\(told.output)")
        #expect(told.output.contains("erased again: 1 record"), "\(told.output)")
        for text in [told.output, try status()] {
            #expect(!text.contains(Self.revocationsMissing) && !text.contains(Self.erasuresMissing))
        }
        try office.start()
        #expect(try lost("sync").code == 77)
        try desk.sync()
        try desk.sync()
        for text in [
            try desk("records", "--ndjson").output,
            try office.central("records", "--ndjson").output,
        ] {
            #expect(text.contains(id) && !text.contains("SECRET"), "\(text)")
        }
        #expect(try office.central("recover", "--end").code == 0)
        #expect(try office.central("verify").code == 0)
        try office.stop()
    }

    @Test("without them it goes on, and says what may be missing until they come or it ends")
    func missing() throws {
        let told = try office.central("recover")
        #expect(told.code == 0, "\(told.errors)")
        for text in [told.output, try status()] {
            #expect(text.contains(Self.revocationsMissing), "\(text)")
            #expect(text.contains(Self.erasuresMissing), "\(text)")
        }
        let epoch = try office.central("status", "--json").json["epoch"]
        #expect(epoch?["revocationsMayBeMissing"] == true && epoch?["erasuresMayBeMissing"] == true)
        // A list that comes later begins no other epoch.
        let later = try office.central("recover", "--revoked", lists.revoked, "--json").json
        #expect(later["newEpoch"] == false && later["shutOut"] == 1)
        #expect(try status().contains(Self.erasuresMissing))
        #expect(try !status().contains(Self.revocationsMissing))
        let ended = try office.central("recover", "--end")
        #expect(ended.code == 0 && ended.output.contains("recovery ended"), "\(ended.output)")
        #expect(try !status().contains("may be missing"))
    }

    @Test("orders that another central has signed are passed over, and named")
    func othersOrders() throws {
        let other = try Office()
        let desk = try other.desk("desk")
        let foreign = try desk.enter("applicant_name=X")
        try desk.sync()
        #expect(try other.central("erase", foreign, "--reason", "QĐ 2").code == 0)
        let list = try office.root.path + "/foreign.ndjson"
        try other.central("erasures", "--json").output
            .write(toFile: list, atomically: true, encoding: .utf8)
        try other.stop()
        let told = try office.central("recover", "--orders", list)
        #expect(told.code == 0, "\(told.errors)")
        #expect(told.output.contains("not signed by this central"), "\(told.output)")
        #expect(told.output.contains(foreign), "\(told.output)")
    }

    @Test("a file that is no such list is refused, and nothing was done")
    func wrongLists() throws {
        #expect(try office.central("recover", "--revoked", lists.orders).code == 65)
        #expect(try office.central("recover", "--orders", lists.revoked).code == 65)
        #expect(try office.central("recover", "--revoked", lists.revoked + ".no").code == 66)
        #expect(try office.central("recover", "--orders", lists.revoked + ".no").code == 66)
        #expect(try office.central("recover", "--end", "--orders", lists.orders).code == 64)
        // The list of all devices would shut all of them out.
        let all = try office.root.path + "/devices.json"
        try office.central("devices", "--json").output
            .write(toFile: all, atomically: true, encoding: .utf8)
        #expect(try office.central("recover", "--revoked", all).code == 65)
        let epoch = try office.central("status", "--json").json["epoch"]
        #expect(epoch?["cause"] == "made" && epoch?["recovering"] == false)
    }
}
