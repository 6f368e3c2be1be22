import Foundation
import JSON
import Testing

/// A central that was restored from a backup, with the built programs.
@Suite("Central is restored from a backup", .ownThreads)
struct RecoverTests {
    @Test(
        "what central lost comes back, also what only others hold, and who it forgot gets in again")
    func recover() throws {
        let office = try Office()
        let dead = try office.desk("dead")
        let reader = try office.desk("reader")
        try dead.sync()
        try office.stop()
        let backup = try office.root.path + "/backup"
        try FileManager.default.copyItem(atPath: office.home, toPath: backup)
        try office.start()

        let lost = try dead.enter("applicant_name=An", "applicant_phone=0901")
        try dead.sync()
        try reader.sync()
        try FileManager.default.removeItem(atPath: dead.home)
        let late = try office.desk("late")
        let own = try late.enter("applicant_name=Bình")
        try late.sync()
        try office.stop()
        try FileManager.default.removeItem(atPath: office.home)
        try FileManager.default.moveItem(atPath: backup, toPath: office.home)

        let told = try office.central("recover")
        #expect(told.code == 0 && told.output.contains("recovering"), "\(told.errors)")
        try office.start()
        let report = try reader.sync()
        #expect(report["identityChanged"]?["cause"] == "newEpoch")
        let status = try reader("status").output
        #expect(status.contains("Central was restored from a backup"), "\(status)")
        let forgotten = try late("sync")
        #expect(forgotten.code == 77 && forgotten.errors.contains("--again"), "\(forgotten.errors)")
        let code = try #require(
            office.central("enrol", Office.code, "--json").json["code"]?.stringValue)
        let mistyped = try late("enrol", "http://127.0.0.1:9", "--code", code, "--again")
        #expect(mistyped.code == 69, "\(mistyped.errors)")
        #expect(try late("status", "--json").json["central"] == .string(office.url))
        let again = try late("enrol", office.url, "--code", code, "--again")
        #expect(again.code == 0, "\(again.errors)")
        try late.sync()
        try reader.sync()
        let records = try office.central("records", "--ndjson").output
        for id in [lost, own] { #expect(records.contains(id), "\(id) is not at central") }
        for desk in [reader, late] { #expect(try desk.digest() == office.digest()) }

        let ready = try RawAnswer(office.url, "GET /v1/ready")
        #expect(ready.status == 503 && ready.body.contains(#""reason":"recovery""#))
        let standing = try office.central("status")
        #expect(standing.output.contains("central was restored from a backup, as an admin said"))
        #expect(standing.output.contains("1 record came back"), "\(standing.output)")
        let states = try office.central("devices", "--json").json.arrayValue ?? []
        #expect(states.contains { $0["state"] == "replaced" })
        let json = try office.central("status", "--json").json["epoch"]
        #expect(json?["recordsRecovered"] == 1 && json?["recovering"] == true)
        #expect(try office.central("recover", "--end").output.contains("recovery ended: 1 record"))
        #expect(try office.central("status", "--json").json["epoch"]?["recovering"] == false)
        let verified = try office.central("verify")
        #expect(verified.code == 0, "\(verified.output) \(verified.errors)")
        try office.stop()
    }

    @Test("without being told, central says what a device noticed, and what to do")
    func noticed() throws {
        let office = try Office()
        let desk = try office.desk("desk")
        try desk.sync()
        try office.stop()
        let backup = try office.root.path + "/backup"
        try FileManager.default.copyItem(atPath: office.home, toPath: backup)
        try office.start()
        let id = try desk.enter("applicant_name=An")
        try desk.sync()
        try office.stop()
        try FileManager.default.removeItem(atPath: office.home)
        try FileManager.default.moveItem(atPath: backup, toPath: office.home)
        try office.start()
        try desk.sync()
        #expect(try office.central("records", "--ndjson").output.contains(id))
        let status = try office.central("status").output
        #expect(status.contains("noticed, which had more of it"), "\(status)")
        #expect(status.contains("comes back with: central recover"), "\(status)")
        try office.stop()
    }
}
