import Foundation
import JSON
import Testing

/// Files that were written by earlier programs open, verify, show what they showed and sync.
@Suite("Golden files: what earlier programs wrote", .ownThreads)
struct GoldenFileTests {
    /// What a later build may rightly say otherwise of the same file, by the first words of the
    /// command.
    private static let free: [(command: String, members: Set<String>)] = [
        // Whether an office is late is today's matter.
        ("show", ["deadline"]),
        // What counts as complete, and what as a device, is not in the file; a clock is of today.
        (
            "status",
            [
                "devices", "neverSynced", "incomplete", "oldestSync", "erasuresUnconfirmed",
                "clockOffMilliseconds", "backup",
            ]
        ),
        ("devices", ["complete", "standing"]), ("receipts", ["complete", "unconfirmed"]),
        ("erasures", ["unconfirmedBy", "backups"]),
        // It is over states, which name what was refused since December 2026: no record shows that.
        ("digest", ["digest"]),
    ]

    @Test("the sets are there")
    func sets() throws {
        #expect(GoldenWorld.sets.first == "bb58ace")
        for set in GoldenWorld.sets {
            let office = try GoldenWorld(set: set, name: "office").homes
            #expect(office == ["a1", "a2", "b1", "c1", "central", "copy", "fork", "lost", "stick"])
            let recovery = try GoldenWorld(set: set, name: "recovery").homes
            #expect(recovery == ["a1", "b1", "central", "late"])
        }
    }

    @Test(
        "every file opens, verifies and shows the same records, conflicts, refusals and history",
        arguments: GoldenWorld.all("office") + GoldenWorld.all("recovery"))
    func shown(world: GoldenWorld) throws {
        let directory = try TemporaryDirectory()
        for name in try world.homes {
            let home = try world.unpack(name, into: directory)
            let said = try world.said(name)
            #expect(said.count >= 8, "\(name)")
            let copies = try world.program(name) == "counter" ? Self.copies(home, directory) : []
            for (command, then) in said {
                // Conflicts in what has left the office wait for the other office's people since December 2026.
                let documents = then.compactMap { document -> JSONValue? in
                    if command.hasPrefix("conflicts"), copies.contains(document["id"] ?? .null) {
                        return nil
                    }
                    guard command.hasPrefix("status"), let count = document["conflicts"] else {
                        return document
                    }
                    let left = said.filter { $0.command.hasPrefix("conflicts") }
                        .flatMap(\.documents).count { copies.contains($0["id"] ?? .null) }
                    let rest = JSONValue.integer((count.integerValue ?? 0) - Int64(left))
                    return .object(
                        (document.objectValue ?? []).map {
                            ($0.name, $0.name == "conflicts" ? rest : $0.value)
                        })
                }
                let words = command.split(separator: " ").map(String.init)
                let ending = try Program.run(
                    world.program(name), words + ["--home", home], in: directory)
                #expect(ending.code == 0, "\(name): \(command): \(ending.errors)")
                let free = Self.free.first { words[0] == $0.command }?.members ?? []
                let differences = Self.differences(
                    .array(documents), .array(try ending.jsonLines), without: free)
                #expect(differences.isEmpty, "\(name): \(command): \(differences.prefix(5))")
            }
        }
    }

    @Test(
        "what waits in outboxes reaches a central of then, also from copies nobody had noticed",
        arguments: GoldenWorld.all("office"))
    func outboxes(world: GoldenWorld) throws {
        let directory = try TemporaryDirectory()
        let office = try Office(serving: try world.unpack("central", into: directory))
        let names = ["a1", "a2", "b1", "c1", "copy", "fork", "stick"]
        let desks = try names.map { try world.desk($0, office.url, in: directory) }
        let copied = try desks[4]("status", "--json").json["replica"]
        #expect(try desks[0]("status", "--json").json["replica"] == copied)
        try settle(desks, at: office)
        #expect(try desks[4]("status", "--json").json["replica"] != copied)
        try expectMarks(of: world, at: office)
        #expect(try office.central("conflicts").output.contains("applicant_address"))
        let lost = try world.desk("lost", office.url, in: directory)("sync")
        #expect(lost.code == 77, "\(lost.errors)")
        try office.stop()
    }

    @Test("a recovery that had not ended goes on and ends", arguments: GoldenWorld.all("recovery"))
    func recovery(world: GoldenWorld) throws {
        let directory = try TemporaryDirectory()
        let office = try Office(serving: try world.unpack("central", into: directory))
        try expectListedDesks(at: office)
        func epoch() throws -> JSONValue? { try office.central("status", "--json").json["epoch"] }
        #expect(try epoch()?["recovering"] == true)
        let desks = try ["a1", "b1", "late"].map { try world.desk($0, office.url, in: directory) }
        try settle(desks, at: office)
        try expectMarks(of: world, at: office)
        let changed = try desks[1]("status", "--json").json["identityChanges"]?[0]
        #expect(changed?["cause"] == "newEpoch")
        #expect(try office.central("recover", "--end").code == 0)
        #expect(try epoch()?["recovering"] == false)
        #expect(try office.central("verify", "--audit").code == 0)
        try office.stop()
    }

    @Test(
        "a desk that was between two bundles goes on by the next, and nothing is lost",
        arguments: GoldenWorld.all("office"))
    func bundles(world: GoldenWorld) throws {
        let directory = try TemporaryDirectory()
        let office = try Office(serving: try world.unpack("central", into: directory))
        try office.stop()
        let desk = try world.desk("stick", office.url, in: directory)
        let (up, down) = (directory.path + "/up", directory.path + "/down")
        #expect(try desk("bundle", "create", up).code == 0)
        let taken = try office.central("bundle", "apply", up, "--reply", down)
        #expect(taken.code == 0, "\(taken.errors)")
        let applied = try desk("bundle", "apply", down)
        #expect(applied.code == 0, "\(applied.output) \(applied.errors)")
        #expect(try desk("status", "--json").json["pending"] == 0)
        let records = try office.central("records", "--ndjson").output
        for mark in try world.marks where mark.contains("Gói") { #expect(records.contains(mark)) }
        #expect(try desk.digest() == office.digest())
        #expect(try desk("verify").code == 0)
    }

    /// Syncs every desk until each has heard of all others, and verifies all files.
    /// Central lists in the catalog, as it begins to serve, the desks that it had before it knew to.
    private func expectListedDesks(at office: Office) throws {
        let devices = try #require(office.central("devices", "--json").json.arrayValue)
        let known = Set(devices.compactMap { $0["replica"]?.stringValue })
        let entries = try office.central("records", "--kind", "office").jsonLines
            .flatMap { $0["fields"]?["desks"]?.arrayValue ?? [] }
        let lines = entries.flatMap { $0.stringValue?.split(separator: "\n") ?? [] }
        let listed = Set(lines.compactMap { $0.split(separator: " ").first.map(String.init) })
        #expect(!known.isEmpty && listed.isSuperset(of: known), "\(known.subtracting(listed))")
    }

    private func settle(_ desks: [Desk], at office: Office) throws {
        for round in 1...2 {
            for desk in desks {
                let ending = try desk("sync", "--json")
                let said = "\(desk.home), \(round): \(ending.output) \(ending.errors)"
                #expect(ending.code == 0, "\(said)")
                #expect(try ending.json["digestAgrees"] == true, "\(desk.home)")
            }
        }
        for desk in desks {
            let status = try desk("status", "--json").json
            #expect(status["pending"] == 0)
            let code = try #require(status["office"]?.stringValue)
            #expect(try desk.digest() == office.digest(code), "\(desk.home)")
            let verified = try desk("verify")
            #expect(verified.code == 0, "\(desk.home): \(verified.output)")
        }
        let verified = try office.central("verify", "--audit")
        #expect(verified.code == 0, "\(verified.output)")
    }

    private func expectMarks(of world: GoldenWorld, at office: Office) throws {
        let records = try office.central("records", "--ndjson").output
        let marks = try world.marks
        #expect(marks.count >= 10)
        for mark in marks {
            #expect(records.contains("\"\(mark)\""), "“\(mark)” is not at central")
        }
    }

    /// The ids of what has left the office of a counter.
    private static func copies(
        _ home: String, _ directory: TemporaryDirectory
    ) throws -> Set<JSONValue> {
        let listed = try Program.run(
            "counter", ["list", "--handed-over", "--limit", "0", "--json", "--home", home],
            in: directory)
        return Set(try listed.jsonLines.compactMap { $0["id"] })
    }

    /// Where the second document lacks something of the first, or has another value; more members
    /// are no difference.
    private static func differences(
        _ then: JSONValue, _ now: JSONValue, without free: Set<String>, at place: String = ""
    ) -> [String] {
        if let members = then.objectValue {
            return members.flatMap { member -> [String] in
                if free.contains(member.name) { return [] }
                let place = place + "." + member.name
                guard let value = now[member.name] else { return ["\(place) is not there"] }
                return differences(member.value, value, without: free, at: place)
            }
        }
        if let elements = then.arrayValue, let found = now.arrayValue {
            guard elements.count == found.count else {
                return ["\(place): \(elements.count), now \(found.count)"]
            }
            return zip(elements, found).enumerated().flatMap { number, pair in
                differences(pair.0, pair.1, without: free, at: "\(place)[\(number)]")
            }
        }
        return then == now ? [] : ["\(place): \(then), now \(now)"]
    }
}
