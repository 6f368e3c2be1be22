import Causality
import Crypto
import Foundation
import JSON
import Replication
import Testing
import Wire

@Suite("Protocol/openapi.yaml says what the code does")
struct OpenAPIDocumentTests {
    private static let typePrefix = "urn:dossiersync:problem:"
    /// Problems that only a central of another version sends (`Protocol/errors.md`).
    private static let unsent: Set<String> = ["broken-chain", "unknown-cursor"]

    private let document: JSONValue

    init() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let data = try Data(contentsOf: root.appending(path: "Protocol/openapi.yaml"))
        document = try JSONValue(parsing: Array(data))
    }

    private func names(_ value: JSONValue?) -> [String] {
        value?.objectValue?.map(\.name) ?? []
    }

    /// What a reference of this document names, or the value itself.
    private func resolved(_ value: JSONValue) throws -> JSONValue {
        guard let reference = value["$ref"]?.stringValue else { return value }
        let path = reference.split(separator: "/")
        try #require(path.first == "#", "\(reference)")
        return try path.dropFirst().reduce(document) {
            try #require($0[String($1)], "\(reference) leads nowhere")
        }
    }

    /// All operations, with their paths and methods.
    private func operations() throws -> [(path: String, method: String, value: JSONValue)] {
        let paths = try #require(document["paths"]?.objectValue)
        return paths.flatMap { path in
            (path.value.objectValue ?? []).map { (path.name, $0.name, $0.value) }
        }
    }

    private func schema(_ name: String) throws -> JSONValue {
        try #require(document["components"]?["schemas"]?[name], "no schema \(name)")
    }

    private func failures() -> [String: SyncFailure] {
        var failures: [String: SyncFailure] = [:]
        for word in FailureWord.allCases {
            if let name = word.sample.problemName { failures[name] = word.sample }
        }
        return failures
    }

    @Test("the paths of the exchange stand in it")
    func paths() {
        #expect(document["openapi"] == "3.1.0")
        #expect(Set(names(document["paths"])).isSuperset(of: Route.allCases.map(\.path)))
    }

    @Test("every reference leads somewhere")
    func references() throws {
        func walk(_ value: JSONValue) throws {
            _ = try resolved(value)
            for member in value.objectValue ?? [] { try walk(member.value) }
            for element in value.arrayValue ?? [] { try walk(element) }
        }
        try walk(document)
    }

    @Test("each problem stands under its own status, and none is missing")
    func problems() throws {
        let failures = failures()
        var named: Set<String> = []
        for operation in try operations() {
            for response in operation.value["responses"]?.objectValue ?? [] {
                let content = try resolved(response.value)
                for name in content["x-problems"]?.arrayValue?.compactMap(\.stringValue) ?? [] {
                    guard name != "about:blank" else { continue }
                    let failure = try #require(failures[name], "\(name)")
                    #expect(response.name == "\(failure.httpStatus)", "\(operation.path) \(name)")
                    named.insert(name)
                }
            }
        }
        #expect(named == Set(failures.keys).subtracting(Self.unsent))
    }

    @Test("the schema of a problem has the types and members that problems have")
    func problemSchema() throws {
        let failures = failures()
        let problem = try schema("Problem")
        let types = problem["properties"]?["type"]?["enum"]?.arrayValue?.compactMap(\.stringValue)
        #expect(
            Set(types ?? [])
                == Set(failures.keys.map { Self.typePrefix + $0 } + ["about:blank"]))
        var members: Set<String> = []
        for failure in failures.values { members.formUnion(names(Problem.document(of: failure))) }
        #expect(Set(names(problem["properties"])) == members)
    }

    @Test("requests and replies have the members that the schemas name")
    func members() throws {
        let key = try #require(SigningKey(seed: Array(repeating: 1, count: 32)))
        let replica = ReplicaID(1)
        var token = TokenReplacement(
            replica: replica, generation: 1, token: BearerToken(of: key), key: key)
        token.introduction = Introduction(
            of: key, tokenHash: token.tokenHash, formers: [(replica, key)])
        var reply = SyncReply(
            accepted: ChainEnd(seq: 1, hash: .zero), time: Timestamp(milliseconds: 1))
        reply.cursor = Cursor(position: 1, hash: ShortHash(.zero))
        reply.digest = Digest()
        reply.resumeMark = [1]
        let written: [String: JSONValue] = [
            "EnrolmentRequest": EnrolmentRequest(
                code: "7KQM-3XRT", key: key, device: "d", formerDesk: 2
            ).json,
            "EnrolmentReply":
                EnrolmentReply(
                    replica: replica, desk: 1, office: "A", epoch: 1, centralKey: key.publicKey
                ).json,
            "TokenReplacement": token.json,
            "TokenReceipt": TokenReceipt(generation: 1, desk: 1).json,
            "ReadableReply": reply.json,
        ]
        for (name, json) in written {
            let schema = try schema(name)
            #expect(Set(names(schema["properties"])) == Set(names(json)), "\(name)")
            let required = schema["required"]?.arrayValue?.compactMap(\.stringValue) ?? []
            #expect(Set(required).isSubset(of: names(json)), "\(name)")
        }
    }

    @Test("what an enrolment or a replacement must have is refused when it is missing")
    func required() throws {
        let key = try #require(SigningKey(seed: Array(repeating: 1, count: 32)))
        let token = TokenReplacement(
            replica: ReplicaID(1), generation: 1, token: BearerToken(of: key), key: key)
        let enrolment = EnrolmentRequest(code: "7KQM-3XRT", key: key, device: "d").json
        for (name, json) in [("EnrolmentRequest", enrolment), ("TokenReplacement", token.json)] {
            let required = try schema(name)["required"]?.arrayValue?.compactMap(\.stringValue)
            for member in json.objectValue ?? [] {
                let rest = JSONValue.object(
                    (json.objectValue ?? []).filter { $0.name != member.name }
                        .map { ($0.name, $0.value) })
                let isRead: Bool
                do throws(SyncFailure) {
                    if name == "EnrolmentRequest" {
                        _ = try EnrolmentRequest(json: rest)
                    } else {
                        _ = try TokenReplacement(json: rest)
                    }
                    isRead = true
                } catch {
                    isRead = false
                }
                #expect(isRead != required?.contains(member.name), "\(name) \(member.name)")
            }
        }
    }
}
