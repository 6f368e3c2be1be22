import Causality
import Crypto
import Foundation
import JSON
import SQLite
import Testing
import Wire

/// Who has stolen a token, or a copy of a device's file, with the built programs.
@Suite("A stolen token, and an older copy of a revoked device", .ownThreads)
struct StolenIdentityTests {
    private let office: Office
    private let desk: Desk

    init() throws {
        office = try Office()
        desk = try office.desk("desk")
        try desk.sync()
    }

    private func replica(_ desk: Desk) throws -> String {
        try #require(desk("status", "--json").json["replica"]?.stringValue)
    }

    /// Sends an exchange as a thief would.
    private func exchange(
        _ request: SyncRequest, _ token: String
    ) throws -> RawAnswer {
        try RawAnswer(
            office.url, "POST /v1/sync",
            [
                "Content-Type: application/vnd.dossiersync+cbor", "Accept: application/json",
                "Authorization: Bearer \(token)",
            ], body: request.encoded())
    }

    @Test("the token alone, which every request carries, becomes no identity")
    func tokenAlone() throws {
        _ = try desk.enter("applicant_name=Lan")
        try desk.sync()
        let token = try desk.secret("token")
        let stolen = try #require(ReplicaID(hexadecimal: replica(desk)))
        let key = try #require(SigningKey(seed: SystemRandomSource().bytes(32)))
        let plain = SyncRequest(
            replica: stolen, cursor: nil, chain: ChainEnd(seq: 1, hash: .zero),
            time: Timestamp(milliseconds: 1_614_560_400_000))
        // The harmless twin: what the token is good for.
        var twin = plain
        twin.chain = try chainEnd()
        #expect(try exchange(twin, token).status == 200)
        var request = plain
        request.rotation = Rotation(key: key, after: stolen, signedBy: key, probes: [])
        let refused = try exchange(request, token)
        #expect(refused.status == 409 && refused.problem == "bad-signature", "\(refused.body)")
        var asNew = plain
        asNew.replica = ReplicaID(of: key.publicKey)
        #expect(try exchange(asNew, BearerToken(of: key).text).status == 401)
        #expect(try office.central("devices", "--json").json.arrayValue?.count == 1)
        #expect(try office.central("revoke", replica(desk)).code == 0)
        #expect(try exchange(twin, token).status == 403)
        #expect(try desk("sync").code == 77)
    }

    /// Where the desk's chain ends, as its file says.
    private func chainEnd() throws -> ChainEnd {
        let connection = try Connection(path: desk.home + "/replica.db", access: .readOnly)
        defer { connection.close() }
        let statement = try connection.statement("SELECT seq, hash FROM identity")
        defer { statement.reset() }
        try #require(try statement.step())
        let hash = try #require(Hash256(bytes: statement.bytes(1)))
        return ChainEnd(seq: UInt64(clamping: statement.int64(0)), hash: ShortHash(hash))
    }

    @Test(
        "an older copy of a revoked device reads nothing, whatever made it take another identity",
        arguments: [false, true])
    func olderCopy(isRecovery: Bool) throws {
        let witness = try office.desk("witness")
        let old = Desk(home: desk.home + "-old", directory: desk.directory)
        try FileManager.default.copyItem(atPath: desk.home, toPath: old.home)
        _ = try desk.enter("applicant_name=a")
        try desk.sync()
        if isRecovery {
            #expect(try office.central("recover").code == 0)
        } else {
            try FileManager.default.removeItem(atPath: desk.home)
            try FileManager.default.copyItem(atPath: old.home, toPath: desk.home)
            _ = try desk.enter("applicant_name=b")
        }
        #expect(try desk.sync()["identityChanged"] != .null)
        let (now, before) = (try replica(desk), try replica(old))
        #expect(now != before)
        let revoked = try office.central("revoke", now)
        #expect(revoked.code == 0 && revoked.output.hasPrefix("revoked \(now)\n"))
        #expect(revoked.output.contains(before), "\(revoked.output)")
        _ = try witness.enter("applicant_name=SECRET")
        try witness.sync()
        for copy in [desk, old] {
            #expect(try copy("sync").code == 77)
            #expect(try copy("sync", "--new-token").code == 77)
            #expect(try !copy("records", "--ndjson").output.contains("SECRET"))
        }
        let states = try office.central("devices", "--json").json.arrayValue ?? []
        #expect(states.count { $0["state"] == "revoked" } == 2)
        #expect(try office.central("audit").output.contains("revoke"))
        try witness.sync()
    }

    @Test("a clone is spared by name, the rest is not, and all may come back")
    func keepAndUndo() throws {
        let clone = Desk(home: desk.home + "-clone", directory: desk.directory)
        try FileManager.default.copyItem(atPath: desk.home, toPath: clone.home)
        _ = try desk.enter("applicant_name=a")
        try desk.sync()
        _ = try clone.enter("applicant_name=b")
        try clone.sync()
        let (first, second) = (try replica(desk), try replica(clone))
        let wrong = try office.central("revoke", first, "--keep", first)
        #expect(wrong.code == 65 && wrong.errors.contains("at once"), "\(wrong.errors)")
        #expect(try office.central("revoke", first, "--keep", second, "--undo").code == 64)
        let kept = try office.central("revoke", first, "--keep", second)
        #expect(kept.code == 0 && kept.output.contains("kept \(second)"), "\(kept.output)")
        try clone.sync()
        #expect(try desk("sync").code == 77)
        let json = try office.central("revoke", second, "--json").json
        #expect(json["revoked"] == .string(second))
        #expect(json["closed"]?.arrayValue?.count == 2)
        #expect(try clone("sync").code == 77)
        let undone = try office.central("revoke", "--undo", first)
        #expect(undone.code == 0 && undone.output.contains(second), "\(undone.output)")
        try desk.sync()
        try clone.sync()
        #expect(try office.central("revoke", "0123456789abcdef").code == 65)
    }
}
