import Causality
import Crypto
import JSON
import Replication
import Testing
import Wire

/// Requests that are small and want much, sent to the running program. Each first sends its harmless
/// twin, which is answered 200.
@Suite("What decoding costs central")
struct HostileDecodingTests {
    private let office: Office
    private let desk: Desk
    private let replica: ReplicaID
    private let token: String

    init() throws {
        let office = try Office()
        desk = try office.desk("desk")
        let code = try #require(
            office.central("enrol", Office.code, "--json").json["code"]?.stringValue)
        let key = try #require(SigningKey(seed: [UInt8](repeating: 3, count: 32)))
        let request = EnrolmentRequest(code: code, key: key, device: "hostile")
        let answer = try RawAnswer(
            office.url, "POST /v1/enrol", ["Content-Type: application/json"],
            body: request.json.serializedBytes())
        try #require(answer.status == 200, "\(answer.body)")
        self.office = office
        replica = ReplicaID(of: key.publicKey)
        token = BearerToken(of: key).text
    }

    private var plain: SyncRequest {
        SyncRequest(
            replica: replica, cursor: nil, chain: ChainEnd(seq: 0, hash: .zero),
            time: Timestamp(milliseconds: 1_790_000_000_000))
    }

    private func post(_ request: SyncRequest, packed: Bool = false) throws -> RawAnswer {
        var headers = [
            "Content-Type: application/vnd.dossiersync+cbor", "Authorization: Bearer \(token)",
            "Accept: application/json",
        ]
        var body = request.encoded()
        if packed {
            body = try Compression.compressed(body)
            headers.append("Content-Encoding: zstd")
        }
        return try RawAnswer(office.url, "POST /v1/sync", headers, body: body)
    }

    private func vector(_ count: Int) -> VersionVector {
        VersionVector((1...UInt64(count)).map { Dot(ReplicaID($0 << 8), 1) })
    }

    @Test("a vector of 80,000 entries, in a held copy and in a state, is refused as malformed")
    func longVectors() throws {
        let id = RecordID(derivedFrom: .zero)
        for (count, status) in [(3, 200), (80_000, 400)] {
            var request = plain
            request.heldCopies = [HeldCopy(id: id, vv: vector(count))]
            #expect(try post(request).status == status, "a held copy, \(count)")
            var state = RecordState(kind: .dossier, id: id)
            state.vv = vector(count)
            request = plain
            request.states = state.canonicalBytes
            #expect(try post(request).status == status, "a state, \(count)")
        }
        try desk.sync()
    }

    @Test("32 bombs at once take less than 200 MB, and the office's desk syncs beside them")
    func bombs() throws {
        #expect(try post(plain, packed: true).status == 200)
        var bomb = plain
        bomb.push = Push(
            firstSeq: 1, hashBefore: .zero, changes: [UInt8](repeating: 0, count: 15 << 20),
            signature: [UInt8](repeating: 0, count: 64))
        var headers = ["Content-Type: application/vnd.dossiersync+cbor"]
        headers += ["Authorization: Bearer \(token)", "Content-Encoding: zstd"]
        let body = try Compression.compressed(bomb.encoded())
        #expect(body.count < 2_000)
        let connections = try (0..<32).map { _ in
            let connection = try RawConnection(office.url)
            let head =
                ["POST /v1/sync HTTP/1.1", "Host: c", "Connection: close"]
                + headers + ["Content-Length: \(body.count)", "", ""]
            connection.send(head.joined(separator: "\r\n").utf8)
            connection.send(body)
            return connection
        }
        try desk.sync()
        for connection in connections {
            let answer = try RawAnswer(parsing: connection.received())
            #expect(answer.status == 400 && answer.problem == "malformed", "\(answer.body)")
        }
        let kilobytes = try PeakMemory.soFar(try #require(office.server))
        #expect(kilobytes < 200_000, "\(kilobytes) kB")
    }
}
