import Causality
import Crypto
import SQLiteStore
import SQLite
import Store
import Testing

@Suite("The trail of what was done at central")
struct AuditTrailTests {
    private func lastHash(after first: String) throws -> [UInt8] {
        let file = try CentralFile()
        try file.write { try $0.note(first, by: "local:a") }
        try file.write { try $0.note("revoke", "device", by: "local:a") }
        let connection = try Connection(path: file.path, access: .readOnly)
        defer { connection.close() }
        let statement = try connection.statement(
            "SELECT hash FROM trail ORDER BY number DESC LIMIT 1")
        #expect(try statement.step())
        defer { statement.reset() }
        return statement.bytes(0)
    }

    @Test("each entry's hash depends on those before it, so that none is altered by itself")
    func chained() throws {
        #expect(try lastHash(after: "enrol") == lastHash(after: "enrol"))
        #expect(try lastHash(after: "enrol") != lastHash(after: "export"))
    }

    @Test("entries are numbered in order and come back as they were noted")
    func entries() throws {
        let file = try CentralFile()
        for (action, count) in [("enrol", nil), ("export", 7), ("import", nil)] as [(String, Int?)]
        {
            try file.write { try $0.note(action, "x", by: "local:a", count: count) }
        }
        let trail = try file.read { try $0.trail() }
        #expect(trail.map(\.number) == [1, 2, 3])
        #expect(trail.map(\.action) == ["enrol", "export", "import"])
        #expect(trail.map(\.count) == [nil, 7, nil])
        #expect(try file.read { try $0.verifyAudit() }.isEmpty)
    }

    @Test("passwords are kept as Argon2id, each with a salt of its own")
    func passwords() throws {
        let password = Array("mật khẩu".utf8)
        let hash = try #require(PasswordHash(of: password))
        #expect(hash.text.hasPrefix("$argon2id$") && hash != PasswordHash(of: password))
        #expect(hash.matches(password) && PasswordHash(text: hash.text).matches(password))
        for wrong in [[], Array("mật khẩu ".utf8), password + [0]] { #expect(!hash.matches(wrong)) }
        #expect(!PasswordHash(text: "").matches([]))
    }
}
