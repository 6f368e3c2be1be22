import Foundation
import JSON
import SQLite
import Testing

/// kill -9 not at random moments but at the writes themselves, one after the other: of an edit, of a
/// push that central takes in, of an enrolment, and of a migration of the schema.
@Suite("kill -9 at any write", .ownThreads, .enabled(if: Fault.isWanted, Fault.isWantedWords))
struct KilledWriteTests {
    private static let kill = Fault(
        calls: "pwrite64,fdatasync,fsync,ftruncate,unlink", effect: "signal=KILL")
    /// More calls than any of these programs makes.
    private static let callsMax = 600

    /// Runs a program again and again, killed at a later call each time, until one run comes to its
    /// end; `body` starts a run and looks at what it has left behind.
    private func killEverywhere(
        stride: Int, _ body: (_ call: String) throws -> Program.Ending
    ) throws {
        var kills = 0
        for call in Swift.stride(from: 1, to: Self.callsMax, by: stride) {
            let ending = try body("\(call)")
            guard ending.code == -SIGKILL else {
                #expect(ending.code == 0, "\(ending.errors)")
                break
            }
            kills += 1
        }
        #expect(kills > 3)
        #expect(kills < Self.callsMax / stride, "no run came to its end")
    }

    @Test("an edit is whole or not there, and there when it was acknowledged")
    func edit() throws {
        let office = try Office()
        let desk = try office.desk("desk")
        var ids = EditFile(0..<Self.callsMax).ids[...]
        try killEverywhere(stride: 3) { call in
            let id = ids.removeFirst()
            let ending = try Self.kill.run(
                "counter", ["new", "officer=A", "--id", id, "--json", "--home", desk.home],
                database: desk.home + "/replica.db", when: call, in: desk.directory
            ).ending
            let records = try desk.soundRecords()
            #expect(records.contains(id) || !ending.output.contains(id), "call \(call)")
            return ending
        }
        try desk.sync()
        try office.expectSame(as: desk)
    }

    @Test(
        "a central that is killed while it takes changes in has all that a counter calls accepted")
    func ingest() throws {
        let office = try Office()
        let desk = try office.desk("desk")
        for (number, call) in [1, 2, 5, 9, 12, 14, 15, 16, 17, 18].enumerated() {
            _ = try desk.enter("officer=A")
            let server = try #require(office.server)
            try Self.kill.with(
                server, database: office.home + "/central.db", when: "\(call)", in: office.root
            ) {
                let ending = try desk("sync")
                #expect([0, 69, 75].contains(ending.code), "\(ending.errors)")
            }
            try office.stop(SIGKILL)
            #expect(try office.central("verify").code == 0, "call \(call)")
            #expect(try office.acceptedCount() >= desk.acceptedCount(of: number + 1))
            try office.start()
        }
        #expect(try desk.sync()["identityChanged"] == nil)
        try office.expectSame(as: desk)
    }

    @Test("a counter that is killed while it enrols can enrol with the same code, once")
    func enrolment() throws {
        let office = try Office()
        try killEverywhere(stride: 4) { call in
            let desk = Desk(home: try office.root.path + "/desk\(call)", directory: try office.root)
            let issued = try office.central("enrol", Office.code, "--json")
            let code = try #require(issued.json["code"]?.stringValue)
            let ending = try Self.kill.run(
                "counter", ["enrol", office.url, "--code", code, "--home", desk.home],
                database: desk.home + "/replica.db", when: call, in: desk.directory
            ).ending
            let again = try desk("enrol", office.url, "--code", code)
            #expect(
                again.code == 0 || again.errors.contains("is enrolled already"),
                "call \(call): \(again.errors)")
            try desk.sync()
            return ending
        }
        let devices = try office.central("devices", "--json").json.arrayValue ?? []
        #expect(Set(devices.compactMap { $0["device"]?.stringValue }).count == devices.count)
        #expect(devices.allSatisfy { $0["copyOf"] == .null })
    }

    @Test("a counter that is killed while it takes a new token has one that central takes")
    func newToken() throws {
        let office = try Office()
        let desk = try office.desk("desk")
        _ = try desk.enter("officer=A")
        try desk.sync()
        try killEverywhere(stride: 2) { call in
            let ending = try Self.kill.run(
                "counter", ["sync", "--new-token", "--home", desk.home],
                database: desk.home + "/replica.db", when: call, in: desk.directory
            ).ending
            #expect(try desk.sync()["identityChanged"] == nil, "call \(call)")
            return ending
        }
        #expect(try desk("sync", "--new-token", "--json").json["newToken"] == true)
        try office.expectSame(as: desk)
    }

    @Test("a central that is killed while it takes a new token takes one that the counter has")
    func newTokenAtCentral() throws {
        let office = try Office()
        let desk = try office.desk("desk")
        try desk.sync()
        for call in 1...12 {
            _ = try desk.enter("officer=A")
            let server = try #require(office.server)
            try Self.kill.with(
                server, database: office.home + "/central.db", when: "\(call)", in: office.root
            ) {
                let ending = try desk("sync", "--new-token")
                #expect([0, 69, 75].contains(ending.code), "\(ending.errors)")
            }
            try office.stop(SIGKILL)
            try office.start()
            #expect(try desk.sync()["identityChanged"] == nil, "call \(call)")
        }
        try office.expectSame(as: desk)
    }

    @Test("a search that is killed while the index catches up finds all, then and the next time")
    func indexing() throws {
        let office = try Office()
        let desk = try office.desk("desk")
        #expect(try desk("apply", "-", input: EditFile(0..<300).lines()).code == 0)
        let search = ["list", "--search", "nnn", "--limit", "0", "--json"]
        try killEverywhere(stride: 1) { call in
            let home = try office.root.path + "/killed\(call)"
            try FileManager.default.copyItem(atPath: desk.home, toPath: home)
            let copy = Desk(home: home, directory: desk.directory)
            let ending = try Self.kill.run(
                "counter", search + ["--home", home], database: home + "/replica.db", when: call,
                in: desk.directory
            ).ending
            #expect(ending.output.split(separator: "\n").count == 300, "call \(call)")
            #expect(try copy("verify").code == 0, "call \(call)")
            for _ in 0..<2 {
                let again = try Program.run(
                    "counter", search + ["--home", home], in: desk.directory)
                #expect(try again.jsonLines.count == 300, "call \(call)")
            }
            #expect(try copy("verify").code == 0, "call \(call)")
            try FileManager.default.removeItem(atPath: home)
            return ending
        }
    }

    @Test("a central that is killed while it makes its file makes it the next time")
    func newCentral() throws {
        let directory = try TemporaryDirectory()
        try killEverywhere(stride: 5) { call in
            let home = directory.path + "/central\(call)"
            let ending = try Self.kill.run(
                "central", ["office", "add", "A.1", "Một cửa A", "--home", home],
                database: home + "/central.db", when: call, in: directory
            ).ending
            for arguments in [
                ["office", "add", "A.2", "Một cửa B"], ["verify"], ["office", "list"],
            ] {
                let next = try Program.run("central", arguments + ["--home", home], in: directory)
                #expect(next.code == 0, "call \(call): \(next.errors)")
                if ending.code == 0, arguments.last == "list" {
                    #expect(next.output.contains("A.1"))
                }
            }
            return ending
        }
    }

    @Test(
        "a file of an older schema is migrated by the next run, and loses nothing",
        arguments: OldFile.all)
    func migration(file: OldFile) throws {
        let office = try Office()
        let desk = try office.desk("desk")
        // The logs of files of before are in rows alone.
        for path in [try office.home + "/central.db", desk.home + "/replica.db"] {
            let connection = try Connection(path: path, access: .readWrite)
            defer { connection.close() }
            try connection.execute("UPDATE segment_mark SET through = 1 << 60")
        }
        #expect(try desk("apply", "-", input: EditFile(0..<400).lines()).code == 0)
        try desk.sync()
        try office.stop()
        let (full, records) =
            file.program == "counter"
            ? (desk.home, try desk.records()) : (try office.home, try office.records())
        func read(_ command: String..., in home: String) throws -> Program.Ending {
            try Program.run(file.program, command + ["--home", home], in: try office.root)
        }
        try killEverywhere(stride: 2) { call in
            let home = try office.root.path + "/old\(call)"
            try FileManager.default.copyItem(atPath: full, toPath: home)
            try file.makeOld(inHome: home)
            let ending = try Self.kill.run(
                file.program, ["verify", "--home", home], database: home + "/" + file.name,
                when: call, in: office.root
            ).ending
            let verified = try read("verify", in: home)
            #expect(verified.code == 0, "call \(call): \(verified.output) \(verified.errors)")
            let now = try read("records", "--ndjson", in: home).output
            #expect(now.split(separator: "\n").map(String.init).sorted() == records, "call \(call)")
            try FileManager.default.removeItem(atPath: home)
            return ending
        }
    }
}

/// Files of before the migrations after the third. No release has written any: they are made from new ones.
struct OldFile: CustomTestStringConvertible {
    var program: String
    var name: String
    /// Undoes them.
    var undoing: String
    var testDescription: String { name }

    private static let undoingCounts =
        ["dossiers", "contacts", "offices", "procedures", "holidays"].map {
            """
            DROP TRIGGER \($0)_removed;

            """
        }.joined() + """
            DROP INDEX dossiers_code_key; DROP INDEX offices_code_key;
            DROP INDEX procedures_code_key;
            DROP TABLE record_counts; DROP TABLE erased_records; DROP TABLE refused_content;
            DROP TABLE named_desks; DROP INDEX feed_position; DROP INDEX devices_called;
            DROP INDEX refusals_record; ALTER TABLE refusals DROP COLUMN is_content_kept;
            ALTER TABLE devices DROP COLUMN last_arrived;
            """

    static let all = [
        OldFile(
            program: "counter", name: "replica.db",
            undoing: """
                DROP TABLE receipts;
                ALTER TABLE identity DROP COLUMN chunk_bytes;
                ALTER TABLE identity DROP COLUMN bytes_per_second;
                ALTER TABLE identity DROP COLUMN dictionary;
                DROP TABLE central_key;
                DROP TABLE bundles;
                DROP TABLE bundle_needs;
                DROP TABLE central_trust;
                DROP TABLE code_numbers;
                DROP TABLE token_history;
                DROP INDEX refused_record;
                DROP TABLE carried;
                DROP TABLE news_wait;
                DROP TABLE former_identities;
                DROP TABLE clock_watch; DROP TABLE wrong_clock;
                DROP TABLE dossier_events; DROP TABLE dossier_event_rules;
                DROP INDEX dossiers_code_key; DROP INDEX offices_code_key;
                DROP INDEX procedures_code_key;
                DROP TABLE copy_places; DROP TABLE office_accounts;
                DROP TABLE search_terms; DROP TABLE search_shards; DROP TABLE search_stale;
                DROP TABLE unmarked_voids; DROP TABLE digest_walk;
                DROP TABLE segments; DROP TABLE segment_contents;
                DROP TABLE segment_runs; DROP TABLE segment_mark;
                """),
        OldFile(
            program: "central", name: "central.db",
            undoing: """
                DROP TABLE receipts; DROP TABLE central_key;
                DROP TABLE token_replacements; DROP TABLE former_tokens;
                DROP TABLE trail; DROP TABLE signatures; DROP TABLE admins; DROP TABLE admin_sessions;
                DROP INDEX devices_enrolment;
                ALTER TABLE devices DROP COLUMN enrolment;
                ALTER TABLE devices DROP COLUMN cause;
                ALTER TABLE devices DROP COLUMN born_epoch;
                ALTER TABLE devices DROP COLUMN revoked_at;
                ALTER TABLE epochs DROP COLUMN lacks_revocations;
                ALTER TABLE epochs DROP COLUMN lacks_orders;
                DROP TABLE awaited_orders;
                DROP TABLE clock_watch; DROP TABLE wrong_clock;
                DROP TABLE dossier_events; DROP TABLE dossier_event_rules; DROP TABLE issued_reports;
                DROP TABLE moved_copies; DROP TABLE office_accounts;
                DROP TABLE search_terms; DROP TABLE search_shards; DROP TABLE search_stale;
                DROP TABLE unmarked_voids; DROP TABLE digest_walk;
                DROP TABLE segments; DROP TABLE segment_contents;
                DROP TABLE segment_runs; DROP TABLE segment_mark;
                """ + undoingCounts),
    ]

    /// Takes them back.
    func makeOld(inHome home: String) throws {
        let connection = try Connection(path: home + "/" + name, access: .readWrite)
        defer { connection.close() }
        try connection.transaction {
            try connection.execute(undoing)
            try connection.execute(
                "DELETE FROM schema_migration WHERE position >= 3; PRAGMA user_version = 3")
        }
    }
}
