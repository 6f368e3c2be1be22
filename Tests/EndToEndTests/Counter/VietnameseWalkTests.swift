// Every command's help, and what the commands answer in a day with its slips, in Vietnamese: no word
// of English stands in it but what is typed: commands, options, names of fields and words of choices.

import Foundation
import JSON
import Testing

@Suite("No English within Vietnamese", .ownThreads)
struct VietnameseWalkTests {
    /// English words that our texts have, and no Vietnamese word is written like.
    private static let english: Set<String> = [
        "the", "of", "with", "and", "this", "there", "not", "is", "are", "by", "from", "at",
        "delivered", "never", "here", "right", "incoming", "outgoing", "call", "options", "command",
        "must", "cannot", "was", "were", "has", "have", "accepted", "processing", "finished",
        "returned", "withdrawn", "field", "value", "values", "record", "file", "code", "name",
        "missing", "unknown", "error", "hint", "warning", "usage", "sent", "failed", "every", "one",
        "times", "when", "what", "which", "how", "many", "more", "less", "than", "after", "before",
        "no", "such", "or", "open", "read", "date", "kind", "text", "never", "worked", "off",
    ]

    /// The English words of a text, but those that are typed.
    func englishWords(in text: String) -> [String] {
        var found: [String] = []
        for line in text.split(separator: "\n") {
            var line = String(line)
            for typed in [
                /“[^”]*”/, /\b(?:counter|central)(?: help)? [a-z][a-z-]*(?: [a-z][a-z-]*\b)?/,
                /--?[a-z][a-z-]*(?:[ =][a-z|-]+\b)?/, /https?:\/\/\S+/, /\([a-z_.-]+\)/,
                /[A-Za-z_.]+=\S*/, /\b[a-z]+_[a-z_]+\b/, /\{[^}]*\}/,
            ] as [Regex<Substring>] {
                line = line.replacing(typed, with: " ")
            }
            let words = line.split { !$0.isLetter && !"_-.'/".contains($0) }
            found += words.filter { Self.english.contains($0.lowercased()) }.map {
                "\($0) in: \(line)"
            }
        }
        return found
    }

    @Test("the words of help", arguments: ["counter", "central"])
    func help(program: String) throws {
        let directory = try TemporaryDirectory()
        func help(_ path: [String]) throws -> String {
            try Program.run(
                program, ["help"] + path, in: directory, environment: ["LANG": "vi_VN.UTF-8"]
            ).output
        }
        func commands(_ text: String) -> [String] {
            guard let start = text.firstRange(of: "các lệnh:\n") else { return [] }
            return text[start.upperBound...].split(
                separator: "\n", omittingEmptySubsequences: false
            )
            .prefix { $0.hasPrefix("  ") }.filter { !$0.hasPrefix("   ") }
            .compactMap { $0.split(separator: " ").first.map(String.init) }
        }
        let top = try help([])
        #expect(englishWords(in: top).isEmpty, "\(englishWords(in: top))")
        #expect(top.contains("[tùy-chọn] LỆNH"))
        for name in commands(top) {
            let text = try help([name])
            for path in [[name]] + commands(text).map({ [name, $0] }) {
                let usage = try help(path).split(separator: "\n")
                    .filter { $0.hasPrefix("cách dùng:") || $0.hasPrefix("      --") }
                let words = englishWords(in: usage.joined(separator: "\n"))
                #expect(words.isEmpty, "\(path): \(words)")
            }
        }
    }

    @Test("what a day's commands answer, with the slips that people make")
    func day() throws {
        let office = try Office()
        let (a, b) = (try office.desk("a"), try office.desk("b"))
        #expect(
            try a("receive", "code=A-1", "procedure=x", "applicant_name=Lê Thị Hoa", "fee_vnd=5000")
                .code == 0)
        try a.sync()
        try b.sync()
        #expect(try a("set", "A-1", "fee_vnd=1000", "--by", "Lan").code == 0)
        #expect(try b("set", "A-1", "fee_vnd=2000", "--by", "Hoa").code == 0)
        for desk in [a, b, a] { try desk.sync() }
        for words in [
            ["conflicts"], ["show", "A-1"], ["show", "A-1", "--history"],
            ["resolve", "A-1", "fee_vnd", "2000"], ["advance", "A-1"],
            ["request-supplement", "A-1", "thiếu"], ["resume", "A-1"],
            ["advance", "A-1", "finished"],
            ["return", "A-1", "--post", "EE1"], ["delivery", "A-1", "đã phát", "--to", "Hoa"],
            ["note", "A-1", "ghi"], ["contact", "--way", "gọi đến", "--topic", "hỏi"],
            ["list"], ["list", "--kind", "contact"], ["list", "--kind", "office"], ["status"],
            ["receipts"], ["codes"], ["verify"], ["refused"], ["report", "--period", "2026"],
            ["list", "--search", "zzz"], ["list", "--status", "xyz"],
            ["list", "--received-from", "xyz"], ["show", "zzzz"], ["set", "A-1", "status=new"],
            ["set", "A-1", "fee_vnd=x"], ["set", "A-1", "kode=x"], ["set", "A-1", "channel=fax"],
            ["advance"], ["advance", "A-1", "finished"], ["return", "A-1", "--to", "A"],
            ["hand-over", "A-1", "xx"], ["enrol", "xx", "--code", "AAAA"],
            ["enrol", "http://máy/", "--code", "AAAA"], ["foo"], ["list", "--foo"],
            ["import", "/nonexistent", "--suggest"], ["import", "/", "--suggest"],
            ["new", "--kind", "office"], ["resolve", "A-1", "fee_vnd", "1"], ["status"],
        ] {
            let ending = try Program.run(
                "counter", words + ["--home", a.home], in: office.root,
                environment: ["LANG": "vi_VN.UTF-8"])
            let found = englishWords(in: ending.output + ending.errors)
            #expect(found.isEmpty, "counter \(words): \(found)")
            #expect(!(ending.output + ending.errors).isEmpty, "counter \(words)")
            #expect(
                !(ending.output + ending.errors).contains(/\d{4}-\d\d-\d\dT\d\d:/),
                "counter \(words) says ISO times")
        }
        for words in [
            ["status"], ["devices"], ["receipts"], ["conflicts"], ["audit"], ["audit", "A-1"],
            ["report", "--period", "2026"], ["erasures"], ["verify"], ["office", "list"],
            ["catalog", "list", "procedure"], ["request-sync", "--all"],
            ["records", "--office", "zz"], ["revoke", "zz"], ["catalog", "set", "foo", "x", "y=1"],
            ["enrol", Office.code], ["enrol", "xx"], ["foo"],
        ] {
            let ending = try Program.run(
                "central", words + ["--home", office.home], in: office.root,
                environment: ["LANG": "vi_VN.UTF-8"])
            let found = englishWords(in: ending.output + ending.errors)
            #expect(found.isEmpty, "central \(words): \(found)")
            #expect(
                !(ending.output + ending.errors).contains(/\d{4}-\d\d-\d\dT\d\d:/),
                "central \(words) says ISO times")
        }
    }

    @Test(
        "each cause has its own sentence: a revoked device, another office's code, a proxy, a redirect"
    )
    func causes() throws {
        let office = try Office()
        let (a, b) = (try office.desk("a"), try office.desk("b"))
        let replica = try #require(try a("status", "--json").json["replica"]?.stringValue)
        func code(_ agency: String) throws -> String {
            try #require(try office.central("enrol", agency, "--json").json["code"]?.stringValue)
        }
        #expect(try office.central("revoke", replica).code == 0)
        let revoked = try a("enrol", office.url, "--code", try code(Office.code), "--again")
        #expect(revoked.code == 77 && revoked.errors.contains("this device was revoked"))
        #expect(revoked.errors.contains("counter export"))
        let other = try b("enrol", office.url, "--code", try code(Office.otherCode), "--again")
        #expect(other.code == 77 && other.errors.contains("of another office"), "\(other.errors)")
        let wrong = try b("enrol", office.url, "--code", "0000-0000", "--again")
        #expect(wrong.code == 77 && !wrong.errors.contains("of another office"))
        func sync(_ environment: [String: String]) throws -> Program.Ending {
            try Program.run(
                "counter", ["sync", "--home", b.home], in: office.root, environment: environment)
        }
        let down = try sync(["http_proxy": "http://name:secret@127.0.0.1:1"])
        #expect(down.code == 69, "\(down.errors)")
        #expect(down.errors.contains("the proxy http://127.0.0.1:1 cannot be reached"))
        #expect(down.errors.contains("named by http_proxy") && !down.errors.contains("secret"))
    }

    @Test(
        "a proxy that wants a password, an address that has moved, a host that cannot be read: in both languages"
    )
    func causesOnTheWay() throws {
        let office = try Office()
        let desk = try office.desk("a")
        let proxy = try FakeCentral(
            at: "http://127.0.0.1:0",
            answering: httpAnswer(
                "407 Proxy Authentication Required", type: "text/html",
                headers: ["Proxy-Authenticate: Basic realm=x"], body: []))
        defer { try? proxy.stop() }
        func run(_ words: [String], _ environment: [String: String]) throws -> Program.Ending {
            try Program.run(
                "counter", words + ["--home", desk.home], in: office.root, environment: environment)
        }
        for (language, words) in [
            ("en_US.UTF-8", ["wants a password", "http_proxy", "NAME:PASSWORD"]),
            ("vi_VN.UTF-8", ["mật khẩu", "http_proxy"]),
        ] {
            let asked = try run(
                ["sync", "--tries", "1"],
                ["http_proxy": "http://name:secret@127.0.0.1:\(proxy.port)", "LANG": language])
            #expect(asked.code == 69, "\(asked.errors)")
            for word in words { #expect(asked.errors.contains(word), "\(asked.errors)") }
            #expect(!asked.errors.contains("secret"), "\(asked.errors)")
            if language.hasPrefix("vi") { #expect(englishWords(in: asked.errors).isEmpty) }
        }
        try office.stop()
        for (status, title) in [(301, "Moved Permanently"), (308, "Permanent Redirect")] {
            let moved = try FakeCentral(
                at: office.url,
                answering: httpAnswer(
                    "\(status) \(title)", type: "text/html",
                    headers: ["Location: https://trung-tam.example.vn/v1/sync?phien=BiMat"],
                    body: []))
            defer { try? moved.stop() }
            for language in ["en_US.UTF-8", "vi_VN.UTF-8"] {
                let told = try run(["sync", "--tries", "1"], ["LANG": language])
                #expect(told.code == 76, "\(told.errors)")
                #expect(told.errors.contains("https://trung-tam.example.vn"), "\(told.errors)")
                #expect(!told.errors.contains("BiMat"), "\(told.errors)")
                if language.hasPrefix("vi") {
                    #expect(englishWords(in: told.errors).isEmpty, "\(told.errors)")
                }
            }
        }
        for (url, english, vietnamese) in [
            ("http://trung tâm:8080", "host name of URL cannot be read", "không đọc được tên máy"),
            ("http://máy-chủ.vn", "host name of URL cannot be read", "không đọc được tên máy"),
            ("http://:8080", "names no host", "không có tên máy"),
            ("ftp://may.vn", "no http or https address", "không phải địa chỉ http hay https"),
        ] {
            let words = ["enrol", url, "--code", "AAAA-AAAA", "--again"]
            let told = try run(words, ["LANG": "en_US.UTF-8"])
            #expect(told.code == 64 && told.errors.contains(english), "\(told.errors)")
            let vi = try run(words, ["LANG": "vi_VN.UTF-8"])
            #expect(vi.code == 64 && vi.errors.contains(vietnamese), "\(vi.errors)")
            #expect(englishWords(in: vi.errors).isEmpty, "\(englishWords(in: vi.errors))")
        }
    }

    @Test("a login that may not read the replica is told where it is, whose, and what to do")
    func otherLogin() throws {
        let office = try Office()
        let desk = try office.desk("a")
        guard geteuid() == 0 else { return }
        chmod(desk.home, 0o700)
        // The replica's own folder, and one above it, which hides even that there is one.
        for mode in [mode_t(0o755), 0o700] {
            chmod(try office.root.path, mode)
            for (language, words) in [
                ("en_US.UTF-8", ["cannot be read by this login", "root", "sudo -u root counter"]),
                ("vi_VN.UTF-8", ["không đọc được", "root", "sudo -u root counter"]),
            ] {
                for command in ["list", "status", "sync"] {
                    let told = try Program.run(
                        "/usr/bin/setpriv",
                        [
                            "--reuid", "65534", "--regid", "65534", "--clear-groups",
                            Program.path("counter"), command, "--home", desk.home,
                        ], in: office.root, environment: ["LANG": language])
                    #expect(told.code == 77, "\(command): \(told.code) \(told.errors)")
                    #expect(told.errors.contains(desk.home), "\(told.errors)")
                    for word in words { #expect(told.errors.contains(word), "\(told.errors)") }
                }
            }
        }
    }
}
