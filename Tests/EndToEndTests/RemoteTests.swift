// Commands of central from another machine: the same words, answers and codes as at central's own.

import Foundation
import JSON
import Testing

@Suite("central --remote", .ownThreads)
struct RemoteTests {
    private let admin: RemoteAdmin
    private var office: Office { admin.office }

    init() throws {
        admin = try RemoteAdmin()
    }

    /// What was said, without the line that counts connections, of which the question is one.
    private func lines(_ text: String) -> [Substring] {
        text.split(separator: "\n").filter {
            !$0.contains("connections,") && !$0.contains("kết nối, nhiều nhất")
        }
    }

    /// The same command here and there ends in the same way.
    private func expectSame(
        _ arguments: [String], environment: [String: String] = [:], code: Int32 = 0,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        // What is asked first may be a minute older.
        for isLastTry in [false, true] {
            let here = try admin.local(arguments, environment: environment)
            let there = try admin.remote(arguments, environment: environment)
            let isSame =
                here.code == there.code && lines(here.output) == lines(there.output)
                && here.errors == there.errors
            guard !isSame || here.code != code else { return }
            guard isLastTry else { continue }
            #expect(
                here.code == code && isSame, "\(arguments)\n\(here)\n\(there)",
                sourceLocation: sourceLocation)
        }
    }

    /// A dossier in conflict, one that ended, and one to erase; the replica of a desk.
    private func fill() throws -> String {
        let (a, b) = (try desk("a"), try desk("b"))
        for code in ["C-1", "C-2", "C-3"] {
            #expect(
                try a("receive", "code=\(code)", "procedure=x", "applicant_name=Hoa").code == 0)
        }
        for desk in [a, b] { try desk.sync() }
        #expect(try a("set", "C-1", "fee_vnd=1").code == 0)
        #expect(try b("set", "C-1", "fee_vnd=2").code == 0)
        #expect(try a("withdraw", "C-2", "rút").code == 0)
        for desk in [a, b, a] { try desk.sync() }
        return try #require(a("status", "--json").json["replica"]?.stringValue)
    }

    private func desk(_ name: String) throws -> Desk {
        let code = try #require(
            office.central("enrol", Office.code, "--json").json["code"]?.stringValue)
        let desk = Desk(home: try office.root.path + "/" + name, directory: try office.root)
        let enrolled = try desk("enrol", office.url, "--code", code, "--pin", admin.pin)
        try #require(enrolled.code == 0, "\(enrolled.errors)")
        return desk
    }

    /// What reads, as the words of a command line.
    private static let reading = [
        "status", "devices", "receipts", "digest", "office list", "catalog list office", "reports",
        "audit", "audit C-1", "records", "conflicts", "erasures",
        "report --from 2020-12-16 --to 2021-06-15",
    ]

    @Test(
        "what reads says the same from elsewhere, in both languages, in JSON and in a narrow window"
    )
    func reading() throws {
        let replica = try fill()
        let issued = try office.central(
            "report", "--from", "2020-12-16", "--to", "2021-06-15", "--issue")
        #expect(issued.code == 0, "\(issued.errors)")
        #expect(try office.central("erase", "C-3", "--reason", "QĐ 1").code == 0)
        try admin.login()
        // Each look of this kind leaves an entry: the trail is compared before the others look.
        try expectSame(["audit"])
        for words in Self.reading where words != "audit" && !words.hasPrefix("report ") {
            let words = words.split(separator: " ").map(String.init)
            try expectSame(words)
            try expectSame(words, environment: ["LANG": "vi_VN.UTF-8", "COLUMNS": "80"])
            if words != ["records"], words != ["status"] { try expectSame(words + ["--json"]) }
        }
        try expectSame(["reports", "1"])
        try expectSame(["receipts", "--device", replica, "--last", "1"])
        try expectSame(["conflicts", "--office", Office.otherCode])
        for words in [["audit", "zz"], ["reports", "7"], ["digest", "--foo"], ["status", "x"]] {
            let code: Int32 = words.last == "--foo" || words.last == "x" ? 64 : 65
            try expectSame(words, code: code)
        }
        try expectSame(["status", "--silent", "1h"])
        // A report ends with the minute of its cut.
        let period = ["report", "--from", "2020-12-16", "--to", "2021-06-15", "--csv"]
        let (here, there) = (try admin.local(period).output, try admin.remote(period).output)
        #expect(here.split(separator: "\n").prefix(20) == there.split(separator: "\n").prefix(20))
        let members = try (
            admin.local(["status", "--json"]).json, admin.remote(["status", "--json"]).json
        )
        #expect(members.0.names == members.1.names && members.1["dossiers"] == 3)
        let trail = try office.central("audit", "--json").jsonLines
        let looks = trail.filter { $0["action"] == "read" }
        #expect(looks.allSatisfy { $0["actor"] == "admin:chief" })
        #expect(
            Set(looks.compactMap { $0["subject"]?.stringValue })
                == ["audit", "records", "conflicts", "erasures"])
    }

    @Test(
        "what acts is done from elsewhere, answers as at central, and is in the trail under the account"
    )
    func acting() throws {
        let replica = try fill()
        try admin.login()
        func done(_ words: String..., says: String) throws {
            let ending = try admin.remote(words)
            #expect(ending.code == 0, "\(words) \(ending.errors)")
            #expect(ending.output.contains(says), "\(words) \(ending.output)")
        }
        try done("office", "add", "C9", "Một cửa -- C", "--phone", "-1", says: "added office C9")
        try done("catalog", "add", "holiday", "2027-01-01", "name=Tết", says: "added 2027-01-01")
        try done("catalog", "set", "office", "C9", "phone=2", says: "wrote 1 field")
        try done("request-sync", "--all", says: "asked 2 devices")
        try done("allow-identity", replica, says: "may take another identity")
        try done("resolve", "C-1", "fee_vnd", "2", says: "settled the conflict in fee_vnd")
        try done("assign", "C-1", "Hoa", says: "given to Hoa")
        try done("reopen", "C-2", "nhầm", says: "reopened: C-2")
        try done("void", "C-2", "nhầm", says: "C-2 is void")
        try done("erase", "C-3", "--reason", "QĐ 1", says: "erased from C-3")
        try done("revoke", replica, says: "revoked \(replica)")
        try done("revoke", "--undo", replica, says: "let in again")
        let issue = try admin.remote(["report", "--period", "2021", "--issue"])
        #expect(issue.code == 0 && issue.errors == "issued as report 1\n", "\(issue)")
        #expect(issue.output == (try admin.local(["reports", "1"]).output))
        let code = try admin.remote(["enrol", "C9", "--json"]).json
        #expect(code["pin"]?.stringValue == admin.pin)
        let desk = Desk(home: try office.root.path + "/c", directory: try office.root)
        let given = try #require(code["code"]?.stringValue)
        #expect(try desk("enrol", office.url, "--code", given, "--pin", admin.pin).code == 0)
        try expectSame(
            ["settle", "0197f3b2-0000-7000-8000-000000000000", "--keep", "dossier"], code: 65)
        try expectSame(["erase", "C-3", "--dry-run"], code: 66)
        try expectSame(["office", "add", "C9", "x"], code: 65)
        let trail = try office.central("audit", "--json").jsonLines
        let mine = trail.filter { $0["actor"] == "admin:chief" }
            .compactMap { $0["action"]?.stringValue }
        #expect(
            mine == [
                "login", "add-office", "add-catalog", "set-catalog", "request-sync",
                "allow-identity", "resolve", "assign", "reopen", "void", "erase", "revoke",
                "undo-revoke", "issue-report", "enrol",
            ])
        #expect(try office.central("verify", "--audit").code == 0)
    }

    @Test(
        "every other command is refused in a sentence, by the program here and by the central there"
    )
    func refused() throws {
        try admin.login()
        let pages = try Program.run("central", ["manual"], in: office.root).output
            .split(separator: "\n").map { $0.dropFirst("central-".count) }
        let groups = Set(["office", "tls", "admin", "bundle", "catalog"])
        var left = Set(pages.map(String.init)).subtracting(groups).subtracting([""])
        for words in Self.reading {
            let parts = words.split(separator: " ")
            left.remove(String(parts[0]))
            if parts.count > 1 { left.remove("\(parts[0])-\(parts[1])") }
        }
        left.subtract([
            "login", "logout", "office-add", "catalog-add", "catalog-set", "request-sync",
            "allow-identity", "resolve", "assign", "reopen", "void", "erase", "revoke", "settle",
            "enrol",
        ])
        let calls: [[String]] = [
            ["serve"], ["tls", "self-signed", "--name", "x"], ["tls", "show"],
            ["admin", "add", "x"],
            ["admin", "list"], ["admin", "remove", "reader"], ["bundle", "apply", "f"],
            ["verify"], ["recover"], ["backup", "d"],
            ["restore", "d"], ["doctor"], ["catalog", "import", "/etc/passwd"],
            ["import", "/etc/passwd"], ["export", "--since", "0"], ["demo"],
            ["report", "--period", "2021", "--cut", "/etc/passwd"],
            ["enrol", Office.code, "--tls-cert", "/etc/passwd"],
        ]
        let token = try token()
        for call in calls {
            let ending = try admin.remote(call)
            #expect(ending.code == 64 && ending.output.isEmpty, "\(call) \(ending)")
            #expect(ending.errors.contains("does not work from another machine: "), "\(ending)")
            let there = try command(call, token)
            #expect(there["exit"] == 64 && there["output"] == "", "\(there)")
            // The central there does not even know the demonstration.
            let words = call == ["demo"] ? "there is no command" : ending.errors
            #expect(there["errors"]?.stringValue?.contains(words) == true, "\(there)")
            left.remove(call[0])
            if call.count > 1 { left.remove("\(call[0])-\(call[1])") }
        }
        #expect(left.isEmpty, "nobody has said of these whether they work: \(left)")
        // The central there heeds neither another home nor a further central that the words name.
        for option in ["--home=/nonexistent", "--remote=http://127.0.0.1:1", "--session=/x"] {
            let there = try command([option, "office", "list"], token)
            #expect(there["exit"] == 0, "\(there)")
            #expect(there["output"]?.stringValue?.contains("Một cửa A") == true)
        }
        for body in ["{}", #"{"words":[]}"#, #"{"words":[1]}"#, #"{"words":"status"}"#] {
            let answer = try post("command", body, token)
            #expect(answer["status"] == 400, "\(body) \(answer)")
        }
    }

    private func token() throws -> String {
        let document = try JSONValue(
            parsing: String(contentsOfFile: admin.sessionFile, encoding: .utf8))
        return try #require(document[office.url]?["token"]?.stringValue)
    }

    private func command(_ words: [String], _ token: String) throws -> JSONValue {
        let body = JSONValue.object([("words", .array(words.map(JSONValue.string)))])
        return try post("command", body.serialized(), token)
    }

    /// The document of an answer to the admin API, over TLS.
    private func post(_ path: String, _ body: String, _ token: String) throws -> JSONValue {
        let head =
            "POST /v1/admin/\(path) HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
            + "Content-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n"
            + "Authorization: Bearer \(token)\r\n\r\n"
        let address = String(office.url.dropFirst("https://".count))
        let answer = try Program.run(
            "/usr/bin/openssl", ["s_client", "-quiet", "-ign_eof", "-connect", address],
            in: office.root, input: head + body
        ).output
        let parts = answer.components(separatedBy: "\r\n\r\n")
        return try JSONValue(parsing: parts.dropFirst().joined(separator: "\r\n\r\n"))
    }

    @Test("a viewer reads what holds nothing of people, and does nothing")
    func viewer() throws {
        _ = try fill()
        try admin.login("reader")
        for words in ["status", "devices", "receipts", "audit", "office list", "digest"] {
            let ending = try admin.remote(words.split(separator: " ").map(String.init))
            #expect(ending.code == 0 && !ending.output.contains("Hoa"), "\(words) \(ending)")
        }
        for words in [
            ["records"], ["conflicts"], ["audit", "C-1"], ["erasures"], ["office", "add", "C9"],
            ["report", "--period", "2021", "--issue"], ["enrol", Office.code],
        ] {
            let ending = try admin.remote(words)
            #expect(ending.code == 77 && ending.output.isEmpty, "\(words) \(ending)")
            #expect(ending.errors.contains("an account with the role admin"), "\(ending)")
        }
        #expect(try admin.local(["reports"]).output == "no report was issued\n")
        #expect(try !admin.local(["office", "list"]).output.contains("C9"))
    }
}
