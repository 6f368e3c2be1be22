// What those who watch central are told: figures, readiness, silence, and what it does on a nearly full disk.

import Foundation
import JSON
import Testing

@Suite("Watching central", .ownThreads)
struct MetricsTests {
    private static let token = "0123456789abcdef0123456789abcdef"
    private static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    private let office: Office

    init() throws {
        office = try Office()
    }

    /// Starts central anew with these options, and its token.
    private func serve(_ options: String...) throws {
        if office.server != nil { try office.stop() }
        let file = try office.root.newFile("token", Self.token + "\n").path
        try office.start(["--metrics-token", file] + options)
    }

    private func get(_ path: String, token: String? = token) throws -> (status: Int, body: String) {
        let connection = try RawConnection(office.url)
        let field = token.map { "Authorization: Bearer \($0)\r\n" } ?? ""
        connection.send(
            "GET \(path) HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\(field)\r\n".utf8)
        let answer = connection.received()
        let status = answer.split(separator: " ").dropFirst().first.flatMap { Int($0) }
        let body = answer.firstRange(of: "\r\n\r\n").map { answer[$0.upperBound...] } ?? ""
        return (status ?? 0, String(body))
    }

    /// Has Prometheus' own tool look at figures, where it is: in CI it has to be.
    private func check(_ figures: String) throws {
        let tool = "/usr/bin/promtool"
        let environment = ProcessInfo.processInfo.environment
        guard environment["CI"] == "true" || FileManager.default.isExecutableFile(atPath: tool)
        else { return }
        let checked = try Program.run(tool, ["check", "metrics"], in: office.root, input: figures)
        #expect(checked.code == 0, "\(checked.output) \(checked.errors)")
    }

    private func value(_ name: String, in text: String) -> Double? {
        text.split(separator: "\n").first { $0.hasPrefix("dossiersync_\(name) ") }
            .flatMap { Double($0.split(separator: " ").last ?? "") }
    }

    @Test("figures are told to the token alone; promtool and the rules find all that they name")
    func figures() throws {
        #expect(try get("/metrics").status == 404)
        try serve()
        #expect(try get("/metrics", token: nil).status == 401)
        #expect(try get("/metrics", token: Self.token + "0").status == 401)
        let desk = try office.desk("desk")
        _ = try desk.enter("applicant_name=SECRET NAME", "x.note=SECRET NOTE")
        // Overdue since long.
        #expect(
            try desk(
                "receive", "procedure=x", "applicant_name=Hoa", "received_at=2021-01-04",
                "due_at=2021-01-05"
            ).code == 0)
        try desk.sync()
        let backups = try office.root.path + "/backups"
        #expect(try office.central("backup", backups).code == 0)
        #expect(try office.central("backup", backups, "--verify").code == 0)
        let (status, text) = try get("/metrics")
        #expect(status == 200)
        #expect(!text.contains("SECRET") && !text.contains("Hoa"), "\(text)")
        #expect(value("feed_position", in: text) ?? 0 >= 4, "\(text)")
        let label = "{office=\"\(Office.code)\"}"
        #expect(value("office_overdue_dossiers\(label)", in: text) == 1, "\(text)")
        #expect(value("office_pending_changes\(label)", in: text) == 0)
        #expect(value("office_devices\(label)", in: text) == 1)
        #expect(value("backup_age_seconds", in: text).map { $0 >= 0 && $0 < 600 } == true)
        #expect(text.contains("requests_total{event=\"exchange\",outcome=\"complete\"}"))
        try check(text)
        // Nothing is watched for that is not told. A certificate is none without TLS.
        let watch = Self.root.appendingPathComponent("Protocol/watch")
        for file in ["alerts.yml", "dashboard.json"] {
            let rules = try String(contentsOf: watch.appendingPathComponent(file), encoding: .utf8)
            for match in rules.matches(of: /dossiersync_[a-z_]+/) {
                let name = String(match.output)
                #expect(
                    text.contains("\n\(name)") || name.contains("certificate"),
                    "\(file): \(name)")
            }
        }
        try office.stop()
    }

    @Test("waiting for news is no time that an exchange took")
    func waiting() throws {
        try serve()
        let desk = try office.desk("desk")
        let agent = try desk.start("run", "--every", "600")
        defer { agent.signal(SIGKILL) }
        while try desk("status", "--json").json["agent"]?["phase"] != "waiting" {
            Thread.sleep(forTimeInterval: 0.1)
        }
        Thread.sleep(forTimeInterval: 3)
        // It ends the wait.
        #expect(try office.central("request-sync", "--all").code == 0)
        while try office.central("devices", "--json").json[0]?["syncRequested"] != false {
            Thread.sleep(forTimeInterval: 0.1)
        }
        let text = try get("/metrics").body
        let sum = try #require(value("exchange_duration_seconds_sum", in: text))
        #expect(sum < 2, "\(text)")
        agent.signal(SIGTERM)
        _ = try agent.ending()
        try office.stop()
    }

    @Test("below the disk's floor nothing is taken, all is read, and readiness says so")
    func floor() throws {
        let desk = try office.desk("desk")
        let id = try desk.enter("applicant_name=A")
        try desk.sync()
        try serve("--disk-floor", "4000000G")
        #expect(try get("/v1/ready").body.contains(#""reason":"disk""#))
        // What asks for nothing but news is answered.
        #expect(try desk("sync").code == 0)
        let other = try office.central("enrol", Office.code, "--json").json["code"]?.stringValue
        let newcomer = Desk(home: try office.root.path + "/other", directory: try office.root)
        let enrolled = try newcomer("enrol", office.url, "--code", other ?? "")
        #expect(
            enrolled.code == 75 && enrolled.errors.contains("nearly full"), "\(enrolled.errors)")
        #expect(try desk("note", id, "ghi").code == 0)
        let pushed = try desk("sync", "--timeout", "2")
        #expect(pushed.code == 75 && pushed.errors.contains("nearly full"), "\(pushed.errors)")
        #expect(try desk("status", "--json").json["pending"] == 1)
        // There is room again: the same code, and the same change.
        try serve()
        #expect(try newcomer("enrol", office.url, "--code", other ?? "").code == 0)
        try desk.sync()
        try newcomer.sync()
        try office.stop()
    }

    @Test(
        "an old backup, or none, is no readiness where that is wished; silence has its own exit code"
    )
    func backupAgeAndSilence() throws {
        try serve("--backup-age", "1h")
        #expect(try get("/v1/ready").body.contains(#""reason":"backup""#))
        #expect(try office.central("backup", office.root.path + "/backups").code == 0)
        #expect(try get("/v1/ready").status == 200)
        let note = try office.home + "/backups.json"
        let text = try String(contentsOfFile: note, encoding: .utf8)
        let made = try JSONValue(parsing: Array(text.utf8))["made"]?.integerValue ?? 0
        try text.replacing("\(made)", with: "\(made - 3_700_000)")
            .write(toFile: note, atomically: true, encoding: .utf8)
        #expect(try get("/v1/ready").status == 503)
        let desk = try office.desk("desk")
        #expect(try office.central("status", "--silent", "3d").code == 0)
        Thread.sleep(forTimeInterval: 1.1)
        let silent = try office.central("status", "--silent", "1s")
        #expect(silent.code == 69 && silent.output.contains("never"), "\(silent.output)")
        try desk.sync()
        #expect(try office.central("status", "--silent", "1h").code == 0)
        #expect(try office.central("status", "--silent", "soon").code == 64)
        try office.stop()
    }

    @Test("a counter writes its figures for a collector that is another user")
    func counter() throws {
        let desk = try office.desk("desk")
        _ = try desk.enter("applicant_name=SECRET")
        let file = try office.root.path + "/counter.prom"
        #expect(try desk("status", "--prometheus", file).code == 0)
        let text = try String(contentsOfFile: file, encoding: .utf8)
        #expect(value("desk_pending_changes", in: text) == 1)
        #expect(value("desk_synced", in: text) == 0 && !text.contains("SECRET"))
        let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions]
        #expect(mode as? Int == 0o644)
        try check(text)
        #expect(try desk("status", "--prometheus", "/nonexistent/x").code == 73)
        try office.stop()
    }

    @Test(
        "the log in logfmt names the device and the time at which it asked, and nothing of people")
    func log() throws {
        try serve("--log", "logfmt")
        let desk = try office.desk("desk")
        _ = try desk.enter("applicant_name=SECRET")
        try desk.sync()
        let replica = try #require(desk("status", "--json").json["replica"]?.stringValue)
        let lines = try office.stop().errors.split(separator: "\n").filter {
            $0.contains("event=exchange")
        }
        #expect(
            try #require(lines.first).contains(
                try Regex("device=\(replica) .*outcome=complete request=\\d{13} level=info$")),
            "\(lines)")
        #expect(!lines.joined().contains("SECRET"))
        let refused = try Program.run(
            "central", ["serve", "--log", "xml", "--home", office.home], in: office.root)
        #expect(refused.code == 64 && refused.errors.contains("json, logfmt"))
    }
}
