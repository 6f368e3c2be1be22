// What central lets go of by itself, and what it never does.

import Foundation
import JSON
import SQLite
import Testing

@Suite("Retention", .ownThreads)
struct RetentionTests {
    private let office: Office

    init() throws {
        office = try Office()
    }

    /// Runs a statement on central's file while nobody serves.
    private func execute(_ sql: String) throws {
        let database = try Connection(path: office.home + "/central.db", access: .readWrite)
        defer { database.close() }
        try database.execute(sql)
    }

    private func receipts() throws -> [JSONValue] {
        try office.central("receipts", "--json", "--last", "1000").jsonLines
    }

    /// Waits until central holds so many receipts.
    private func waitForReceipts(_ count: Int) throws {
        for _ in 0..<600 {
            if try receipts().count == count { return }
            Thread.sleep(forTimeInterval: 0.1)
        }
        Issue.record("there are \(try receipts().count) receipts, not \(count)")
    }

    @Test("old receipts go as the options say; each device's last and its last complete one stay")
    func receiptsGo() throws {
        let (a, b) = (try office.desk("a"), try office.desk("b"))
        for desk in [a, b] {
            for _ in 0..<3 {
                _ = try desk.enter("applicant_name=x")
                try desk.sync()
            }
            try desk.sync()
        }
        _ = try office.stop()
        let before = try receipts()
        let idle = before.filter { $0["accepted"] == 0 && $0["sent"] == 0 }
        #expect(before.count >= 8 && idle.count >= 2, "\(before)")
        // All but those of today are a year old, one of b's is open.
        try execute("UPDATE receipts SET ended = ended - 31536000000")
        let numbers = before.compactMap { $0["number"]?.integerValue }
        let newest = try #require(numbers.max())
        try execute("UPDATE receipts SET is_open = 1 WHERE number = \(newest)")
        let changes = try office.central("verify", "--audit", "--json")

        try office.start(["--keep-idle-receipts", "180d"])
        let kept = before.count - idle.filter { $0["number"]?.integerValue != newest }.count
        // The last complete one of the device whose newest is open may be an idle one.
        try waitForReceipts(kept + 1)
        let status = try office.central("status").output
        #expect(
            status.contains("receipts kept: any age, of idle syncs: 180d; sessions last 8h"),
            "\(status)")
        _ = try office.stop()

        try office.start(["--keep-receipts", "90d", "--session-time", "30m"])
        try waitForReceipts(3)
        let left = try receipts()
        #expect(left.first?["number"]?.integerValue == newest)
        #expect(left.filter { $0["complete"] == true }.count == 2, "one of each device: \(left)")
        let told = try office.central("status", "--json").json["serving"]?["retention"]
        #expect(told?["receiptMilliseconds"] == 7_776_000_000)
        #expect(told?["sessionMilliseconds"] == 1_800_000)
        // Devices stand as they stood, the trail and the log are whole, and syncs go on.
        let devices = try office.central("devices", "--json").json.arrayValue ?? []
        #expect(devices.allSatisfy { $0["lastSync"] != .null && $0["lastArrived"] != .null })
        _ = try a.enter("applicant_name=y")
        for desk in [a, b] { try desk.sync() }
        let after = try office.central("verify", "--audit", "--json")
        #expect(changes.code == 0 && after.code == 0, "\(after)")
    }

    @Test("without a wish nothing goes by age")
    func byDefault() throws {
        let desk = try office.desk("a")
        for _ in 0..<3 {
            _ = try desk.enter("applicant_name=x")
            try desk.sync()
        }
        _ = try office.stop()
        try execute("UPDATE receipts SET ended = ended - 31536000000")
        let before = try receipts()
        try office.start()
        try desk.sync()
        #expect(try receipts().count >= before.count)
        let status = try office.central("status").output
        #expect(!status.contains("receipts kept"), "\(status)")
    }

    @Test("a session lasts as long as central was told, by its file of options too")
    func sessions() throws {
        let password = "rất dài và bí mật"
        #expect(try office.central("admin", "add", "chief", input: password + "\n").code == 0)
        _ = try office.stop()
        let file = try office.root.newFile(
            "central.conf", "session-time = 30m\nkeep-receipts = 90d\n")
        try office.start(["--config", file.path])
        let began = Date()
        let said = try Program.run(
            "central", ["--remote", office.url, "login", "chief", "--lang", "en"], in: office.root,
            input: password + "\n")
        #expect(said.code == 0, "\(said.errors)")
        let database = try Connection(path: office.home + "/central.db", access: .readOnly)
        defer { database.close() }
        let statement = try database.statement("SELECT expires FROM admin_sessions")
        #expect(try statement.step())
        let lasts = Double(statement.int64(0)) / 1_000 - began.timeIntervalSince1970
        statement.reset()
        #expect((1_799...2_400).contains(lasts), "\(lasts)")
        #expect(
            try office.central("status").output
                .contains("receipts kept: 90d, of idle syncs: 90d; sessions last 30m"))
        for (option, value) in [
            ("--keep-receipts", "5m"), ("--keep-idle-receipts", "x"), ("--session-time", "1m"),
            ("--session-time", "31d"),
        ] {
            let wrong = try office.central("serve", option, value)
            #expect(wrong.code == 64 && wrong.errors.contains(option), "\(wrong)")
        }
    }
}
