// Offices without a link: the built programs, and files on a stick between them.

import Foundation
import JSON
import Testing

@Suite("Sync by stick, with the built programs", .ownThreads)
struct BundleTests {
    private func stick(_ office: Office) throws -> String {
        let path = try office.root.path + "/stick"
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true)
        return path
    }

    @Test("two desks that never sync over a link converge by sticks, in parts, repeated and late")
    func sticks() throws {
        let office = try Office()
        let (a, b) = (try office.desk("a"), try office.desk("b"))
        try office.stop()
        let stick = try stick(office)
        let ids = try (0..<30).map { number in
            try a.enter("applicant_name=Nguyễn \(number) \(UUID().uuidString)", "fee_vnd=\(number)")
        }
        let made = try a("bundle", "create", stick + "/a", "--part-size", "4096", "--json")
        #expect(made.code == 0, "\(made.errors)")
        let files = try made.json.at("files").arrayValue?.compactMap(\.stringValue) ?? []
        #expect(files.first == stick + "/a.1")
        for file in files {
            let size = try FileManager.default.attributesOfItem(atPath: file)[.size] as? Int
            #expect(try #require(size) <= 4096)
        }
        let arguments = ["bundle", "apply"] + files.reversed() + ["--home", try office.home]
        let root = try office.root
        let taken = try Program.run("central", arguments + ["--reply", stick + "/ra"], in: root)
        #expect(taken.code == 0, "\(taken.errors)")
        #expect(taken.output.contains("30 new changes from \(Office.code), desk "))
        let again = try Program.run(
            "central", arguments + ["--reply", stick + "/ra2", "--json"], in: root)
        #expect(try again.code == 0 && again.json["newChanges"] == 0)

        let synced = try a("bundle", "apply", stick + "/ra")
        #expect(synced.code == 0, "\(synced.errors)")
        #expect(synced.output.hasPrefix("Synced: central took 30 changes from here"))
        for reply in ["/ra", "/ra2"] {
            let repeated = try a("bundle", "apply", stick + reply)
            #expect(repeated.code == 0 && repeated.output.contains("Applied before"))
        }
        #expect(try b("set", ids[0], "fee_vnd=7").code != 0, "b has not heard of it")
        for (desk, name) in [(b, "b"), (a, "a2")] { try visit(desk, office, stick + "/" + name) }
        #expect(try a.digest() == office.digest() && b.digest() == office.digest())

        // Both write the same field, unknowing; the sticks meet at central.
        #expect(try a("set", ids[0], "officer=Lan").code == 0)
        #expect(try b("set", ids[0], "officer=Hoa").code == 0)
        for (desk, name) in [(a, "a3"), (b, "b3"), (a, "a4")] {
            try visit(desk, office, stick + "/" + name)
        }
        #expect(try a.digest() == office.digest() && b.digest() == office.digest())
        #expect(try a("conflicts").output.contains("officer"))
        let devices = try office.central("devices", "--json").json.arrayValue ?? []
        #expect(devices.contains { $0["lastSync"]?.stringValue?.isEmpty == false })
        #expect(try office.central("verify").code == 0)
        #expect(try a("verify").code == 0)
    }

    private func visit(_ desk: Desk, _ office: Office, _ path: String) throws {
        let made = try desk("bundle", "create", path)
        #expect(made.code == 0, "\(made.errors)")
        let taken = try office.central("bundle", "apply", path, "--reply", path + ".r")
        #expect(taken.code == 0, "\(taken.errors)")
        let applied = try desk("bundle", "apply", path + ".r")
        #expect(applied.code == 0, "\(applied.output) \(applied.errors)")
    }

    @Test("what is wrong with a file is said by its name, with an exit code, and nothing is taken")
    func refusals() throws {
        let office = try Office()
        let (a, b) = (try office.desk("a"), try office.desk("b"))
        let other = try Office()
        try office.stop()
        try other.stop()
        let stick = try stick(office)
        _ = try a.enter("applicant_name=Lê Thị Hoa")
        let up = stick + "/up"
        #expect(try a("bundle", "create", up).code == 0)
        let taken = try a("bundle", "create", up)
        #expect(taken.code == 73 && taken.errors.contains("\(up) cannot be made"))

        var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: up)))
        bytes[bytes.count / 2] ^= 4
        let altered = stick + "/altered"
        try Data(bytes).write(to: URL(fileURLWithPath: altered))
        let cut = stick + "/cut"
        try Data(bytes.dropLast(20)).write(to: URL(fileURLWithPath: cut))
        let wrong = [
            (altered, Int32(65), "does not hold what its sender signed"), (cut, 65, "cut short"),
            (try office.home + "/central.db", 65, "is no bundle"),
            (stick + "/none", 66, "cannot be read"),
        ]
        for (file, code, words) in wrong {
            let refused = try office.central("bundle", "apply", file, "--reply", stick + "/no")
            #expect(refused.code == code, "\(refused.errors)")
            #expect(refused.errors.contains(file) && refused.errors.contains(words))
        }
        let foreign = try other.central("bundle", "apply", up, "--reply", stick + "/no")
        #expect(foreign.code == 65 && foreign.errors.contains("another central"))
        #expect(!FileManager.default.fileExists(atPath: stick + "/no"))
        let devices = try office.central("devices", "--json").json.arrayValue ?? []
        #expect(devices.allSatisfy { $0["acceptedThrough"] != 1 })

        let down = stick + "/down"
        #expect(try office.central("bundle", "apply", up, "--reply", down).code == 0)
        let wrongDesk = try b("bundle", "apply", down)
        #expect(wrongDesk.code == 65 && wrongDesk.errors.contains("\(down) is for another device"))
        let wrongWay = try a("bundle", "apply", up)
        #expect(wrongWay.code == 65 && wrongWay.errors.contains("is a bundle for central"))
        _ = try a.enter("applicant_name=Lê Văn An")
        let rest = try a("bundle", "apply", down)
        #expect(rest.code == 75 && rest.output.contains("1 change of this replica waits here"))
        #expect(rest.errors.contains("counter bundle create"))

        let replica = try #require(a("status", "--json").json["replica"]?.stringValue)
        #expect(try office.central("revoke", replica).code == 0)
        let late = stick + "/late"
        #expect(try a("bundle", "create", late).code == 0)
        let revoked = try office.central("bundle", "apply", late, "--reply", stick + "/no")
        #expect(revoked.code == 77 && revoked.errors.contains("was revoked"), "\(revoked.errors)")
    }

    @Test("a stick that is full gets no half bundle, and nothing is lost")
    func fullStick() throws {
        let office = try Office()
        let desk = try office.desk("a")
        try office.stop()
        _ = try desk.enter("applicant_name=Lê Thị Hoa")
        let full = try desk("bundle", "create", "/dev/full/x")
        #expect(full.code == 73, "\(full.errors)")
        let limited = try Program.run(
            "/bin/sh",
            [
                "-c", #"ulimit -f 0; trap '' XFSZ; exec "$0" "$@""#, Program.path("counter"),
                "bundle", "create", office.root.path + "/x", "--home", desk.home,
            ], in: office.root)
        #expect(limited.code == 74, "\(limited.code) \(limited.errors)")
        #expect(!FileManager.default.fileExists(atPath: try office.root.path + "/x"))
        #expect(try desk("status", "--json").json["pending"] == 1)
    }
}
