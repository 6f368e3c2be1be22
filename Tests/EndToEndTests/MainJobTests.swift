import Foundation
import JSON
import Testing

/// The main job with the real programs, and the documents that scripts read of it.
@Suite("The main job with the built programs", .ownThreads)
struct MainJobTests {
    @Test("counters work apart, sync, and agree with central")
    func mainJob() throws {
        let office = try Office()
        let (first, second) = (try office.desk("first"), try office.desk("second"))
        let id = try first.enter("applicant_name=Nguyễn Văn Ả", "x.pages:=12", "fee_vnd=10000")
        try first.sync()
        try second.sync()
        #expect(try second.record(id).at("fields")["x.pages"] == 12)

        // Apart: different fields, one field of both, and notes.
        for (desk, fee, phone) in [(first, "20000", "1"), (second, "30000", "2")] {
            #expect(try desk("set", id, "fee_vnd=\(fee)").code == 0)
            #expect(try desk("note", id, "from \(phone)").code == 0)
        }
        #expect(try first("set", id, "officer=A").code == 0)
        #expect(try second("set", id, "applicant_phone=0912345678").code == 0)
        let report = try first.sync()
        #expect(report["pushed"] == 3)
        #expect(report["accepted"] == 3)
        #expect(report["roundTrips"] == 1)
        try second.sync()
        try first.sync()
        #expect(try first.digest() == office.digest())
        #expect(try second.digest() == office.digest())

        let shown = try first.record(id)
        let fields = try shown.at("fields")
        #expect(fields["officer"] == "A")
        #expect(fields["applicant_phone"] == "0912345678")
        #expect(try shown.at("conflicts").names == ["fee_vnd"])
        let conflict = try #require(first("conflicts", "--json").jsonLines.first)
        #expect(conflict.names == ["id", "code", "field", "values", "assigned"])
        let values = try #require(conflict["values"]?.arrayValue)
        #expect(values.map(\.names) == Array(repeating: Self.siblingNames + ["desk"], count: 2))
        #expect(Set(values.compactMap { $0["value"] }) == [20000, 30000])

        // A person settles it; everybody sees it settled.
        let settled = try second("resolve", id, "fee_vnd=30000", "--json")
        #expect(settled.code == 0, "\(settled.errors)")
        try second.sync()
        try first.sync()
        let seen = try first.record(id)
        #expect(try seen.at("fields")["fee_vnd"] == 30000)
        #expect(try seen.at("conflicts").names.isEmpty)
        #expect(try first.digest() == office.digest())
        #expect(try office.central("conflicts", "--json").jsonLines.isEmpty)
    }

    private static let siblingNames = ["value", "replica", "seq", "at", "by"]

    @Test("the JSON documents have the members that the contract names")
    func documents() throws {
        let office = try Office()
        let issued = try office.central("enrol", Office.code, "--json").json
        #expect(issued.names == ["code", "expires", "office", "pin"])
        let desk = try office.desk("desk")
        let made = try desk("new", "applicant_name=A", "--json").json
        #expect(
            made.names == ["id", "code", "replica", "seq", "settledConflicts", "unknownProcedure"])
        #expect(
            try desk("status", "--json").json.names == [
                "state", "office", "desk", "replica", "central", "centralPin", "records", "pending",
                "pendingBytes", "pendingSince", "conflicts", "refused", "lastExchange",
                "lastComplete", "lastOutcome", "synced", "digest", "identityChanges", "agent",
                "waitSeconds", "clockOffMilliseconds", "wrongClockRecords", "backup",
            ])
        #expect(
            try desk.sync().names == [
                "outcome", "pushed", "accepted", "refused", "pulled", "erased", "pending",
                "conflicts", "wrongClockRecords", "roundTrips", "retries", "bytesSent",
                "bytesReceived", "seconds", "digest", "digestAgrees", "requests",
            ])
        let replaced = try desk("sync", "--new-token", "--json").json
        #expect(replaced.names.last == "newToken")
        #expect(try desk("export", "none", "--json").json.names == ["lines"])
        let device = try #require(office.central("devices", "--json").json[0])
        #expect(
            device.names == [
                "device", "replica", "machine", "office", "desk", "name", "state", "enrolled",
                "lastArrived", "lastSync",
                "lastExchange", "acceptedThrough", "pending", "refused", "position",
                "skewMilliseconds", "syncRequested", "copyOf", "complete", "standing",
                "confirmed", "confirmation",
                "enrolment", "cause", "publicKey", "revoked",
            ])
        #expect(device["device"] == made["replica"])
        #expect(device["machine"] == device["replica"])
        #expect(device["complete"] == true && device["confirmed"] == true)
        #expect(device["acceptedThrough"] == 1)
        for lines in [
            try desk("records", "--ndjson").jsonLines,
            try office.central("records", "--ndjson").jsonLines,
        ] {
            let record = try #require(lines.first { $0["kind"] == "dossier" })
            #expect(record.names == ["id", "kind", "office", "fields", "conflicts", "vv"])
            let replica = try #require(made["replica"]?.stringValue)
            #expect(try record.at("vv") == .object([(replica, .integer(1))]))
        }
        let digest = try office.central("digest", Office.code, "--json").json
        #expect(digest.names == ["office", "digest", "records"])
    }

    @Test("apply answers for every line, and writes the good ones")
    func apply() throws {
        let office = try Office()
        let desk = try office.desk("desk")
        let id = "0d3f6ac1-5b01-4de2-aadb-b0433725d33a"
        let lines = [
            #"{"new":"dossier","id":"\#(id)","fields":{"code":"H56-1","procedure":"9.9"}}"#,
            #"{"new":"contact","fields":{"way":"in_person"},"at":"2021-05-31T08:30:00+07:00"}"#,
            #"{"set":"H56-1","fields":{"status":"accepted"},"by":"Lê Thị Hoa"}"#,
            #"{"note":"\#(id)","text":"đã gọi"}"#,
            #"{"set":"H56-1","fields":{"status":"returned"}}"#,
            #"{"new":"dossier","id":"\#(id)","fields":{"code":"H56-2"}}"#,
            #"{"new":"dossier","fields":{"code":"H56-1"}}"#,
            #"{"set":"H56-1","fields":{"fee_vnd":"many"}}"#,
            "{",
        ]
        let ending = try desk(
            "apply", "-", "--json", input: lines.map { $0 + "\n" }.joined())
        #expect(ending.code == 65)
        let answer = try ending.json
        #expect(answer.names == ["lines", "applied", "failed", "errors", "warnings"])
        #expect(answer["lines"] == 9)
        #expect(answer["applied"] == 4)
        let errors = try #require(answer["errors"]?.arrayValue)
        #expect(errors.map(\.names) == Array(repeating: ["line", "code", "message"], count: 5))
        #expect(errors.map { $0["line"] } == [5, 6, 7, 8, 9])
        #expect(
            errors.map { $0["code"] } == [
                "illegal_transition", "duplicate_id", "duplicate_code", "malformed", "not_json",
            ])
        #expect(try answer.at("warnings")[0]?["line"] == 1)
        try desk.sync()
        #expect(try desk.digest() == office.digest())
        #expect(try desk("list", "--json").jsonLines.count == 1)
    }

    @Test("each office gets its own, and an online submission reaches its counter")
    func scopes() throws {
        let office = try Office()
        let here = try office.desk("here")
        let there = try office.desk("there", of: Office.otherCode)
        let id = try here.enter("applicant_name=A")
        let submission = """
            {"new":"dossier","fields":{"code":"ON-1","office":"\(Office.otherCode)",\
            "channel":"online","applicant_name":"B"}}

            """
        let imported = try office.central("import", "-", input: submission)
        #expect(imported.code == 0, "\(imported.errors)")
        try here.sync()
        try there.sync()
        #expect(try there("show", "ON-1").code == 0)
        #expect(try here("show", "ON-1").code == 65)
        #expect(try there("show", id).code == 65)
        #expect(try here.digest() == office.digest())
        #expect(try there.digest() == office.digest(Office.otherCode))

        let asked = try office.central("request-sync", Office.code, "--json").json
        #expect(asked["asked"] == 1 && asked["waiting"]?.arrayValue?.isEmpty == true)
        #expect(asked["others"]?.arrayValue?.first?["name"] == "here", "\(asked)")
        #expect(try office.central("devices", "--json").json[0]?["syncRequested"] == true)
        try here.sync()
        #expect(try office.central("devices", "--json").json[0]?["syncRequested"] == false)
        #expect(try office.central("request-sync", "--all", "--json").json["asked"] == 2)
    }

    @Test("nothing to exchange is one round trip of a few hundred bytes")
    func nothingToDo() throws {
        let office = try Office()
        let desk = try office.desk("desk")
        _ = try desk.enter("applicant_name=A")
        try desk.sync()
        let report = try desk.sync()
        #expect(report["roundTrips"] == 1)
        for name in ["bytesSent", "bytesReceived"] {
            #expect(try #require(report[name]?.integerValue) < 600, "\(name)")
        }
    }

    @Test("a piped sync says one thing, on standard output")
    func pipedSync() throws {
        let office = try Office()
        let desk = try office.desk("desk")
        _ = try desk.enter("applicant_name=A")
        let ending = try desk("sync")
        #expect(ending.errors.isEmpty)
        #expect(ending.output.hasPrefix("Synced: central took 1 change from here"))
        #expect(try desk("sync", "--quiet").output.isEmpty)
    }

    @Test("a report counts the records, as text, JSON and CSV")
    func report() throws {
        let office = try Office()
        let desk = try office.desk("desk")
        let lines = (0..<12).map { number in
            #"{"new":"dossier","fields":{"code":"D\#(number)","channel":"\#(number < 9 ? "counter" : "post")","received_at":"2021-03-0\#(number % 9 + 1)T09:00:00+07:00"}}"#
        }
        #expect(try desk("apply", "-", input: lines.joined(separator: "\n")).code == 0)
        try desk.sync()
        let period = ["report", "--from", "2021-03-01", "--to", "2021-03-31"]
        func report(_ option: String...) throws -> Program.Ending {
            try Program.run(
                "central", period + option + ["--home", office.home], in: office.root)
        }
        let text = try report()
        #expect(text.output.contains("Dossiers received"))
        #expect(text.output.contains("12"))
        let json = try report("--json")
        #expect(json.output.contains("12"))
        #expect(json.code == 0)
        let rows = try report("--csv").output.unicodeScalars.split(separator: "\n")
        #expect(rows.count > 10)
        #expect(rows.allSatisfy { $0.last == "\r" })
    }
}
