import Causality
import Crypto
import JSON
import SeededRandom
import Testing
import Text
import Wire

@Suite("Enrolment's JSON")
struct EnrolmentTests {
    private func request(_ members: String) throws -> JSONValue {
        try JSONValue(parsing: "{\(members)}")
    }

    /// The public half of the pair of RFC 8032 §7.1, test 1, and the hash of the token that is made
    /// of its seed.
    private static let seed = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"
    private static let key = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    private static let tokenHash =
        "bb5f7f9d64754cd19f83c2ecc4b0579ba970f33b2e8043f12a12f87989086c95"
    private static let requestMembers = [
        #""version":2"#, #""code":"7KQM-3XRT""#, #""publicKey":"\#(key)""#,
        #""tokenHash":"\#(tokenHash)""#, #""device":"máy 1""#,
    ]
    private static let replyMembers = [
        #""version":2"#, #""replica":"00000000000000ff""#, #""desk":2"#, #""office":"A""#,
        #""epoch":7"#,
    ]

    @Test("requests come back, with the members of the document")
    func requestRoundTrip() throws {
        for seed in Seeds.all(100) {
            var random = SeededGenerator(seed: seed)
            let key = try #require(SigningKey(seed: random.bytes(32...32)))
            let sent = EnrolmentRequest(
                code: random.word(), key: key, device: random.word())
            let read = try EnrolmentRequest(json: JSONValue(parsing: sent.json.serializedBytes()))
            #expect(read.code == sent.code, "seed \(seed)")
            #expect(read.publicKey == key.publicKey, "seed \(seed)")
            #expect(read.tokenHash == BearerToken(of: key).hash, "seed \(seed)")
            #expect(read.device == sent.device, "seed \(seed)")
        }
        let key = try #require(Hexadecimal.bytes(Self.seed).flatMap(SigningKey.init(seed:)))
        let golden = EnrolmentRequest(code: "7KQM-3XRT", key: key, device: "máy 1")
        #expect(
            golden.json.serialized() == "{\(Self.requestMembers.joined(separator: ","))}")
    }

    @Test("replies come back, with the members of the document")
    func replyRoundTrip() throws {
        for seed in Seeds.all(100) {
            var random = SeededGenerator(seed: seed)
            let sent = EnrolmentReply(
                replica: random.replica(), desk: Int64.random(in: 1...999, using: &random),
                office: random.word(), epoch: random.some { UInt64.random(in: 0...99, using: &$0) },
                centralKey: PublicKey(bytes: random.bytes(32...32)))
            let read = try EnrolmentReply(json: JSONValue(parsing: sent.json.serializedBytes()))
            #expect(read.replica == sent.replica, "seed \(seed)")
            #expect(read.desk == sent.desk, "seed \(seed)")
            #expect(read.office == sent.office && read.epoch == sent.epoch, "seed \(seed)")
            #expect(sent.centralKey != nil && read.centralKey == sent.centralKey)
        }
        let golden = EnrolmentReply(
            replica: ReplicaID(255), desk: 2, office: "A", epoch: 7)
        #expect(golden.json.serialized() == "{\(Self.replyMembers.joined(separator: ","))}")
    }

    @Test("members of a newer version are passed over, and the order does not matter")
    func unknownMembers() throws {
        let more = #","later":{"x":[1,null]}"#
        let request = try request(Self.requestMembers.reversed().joined(separator: ",") + more)
        #expect(try EnrolmentRequest(json: request).device == "máy 1")
        let reply = try self.request(Self.replyMembers.reversed().joined(separator: ",") + more)
        #expect(try EnrolmentReply(json: reply).desk == 2)
    }

    @Test("a required member that is missing or of another type is noticed")
    func badMembers() throws {
        for place in 0..<4 {
            for replacement in [nil, "null", "[]", #""""#, "1.5"] {
                var members = Self.requestMembers
                let name = members[place].prefix { $0 != ":" }
                members[place] = "\(name):\(replacement ?? "null")"
                if replacement == nil { members.remove(at: place) }
                // Any text is a code: whether it is a good one is for central to say.
                if place == 1, replacement == #""""# { continue }
                let json = try request(members.joined(separator: ","))
                expectMalformed(
                    failure { () throws(SyncFailure) in try EnrolmentRequest(json: json) },
                    "enrolment", "\(members)")
            }
        }
        for place in 1..<4 {
            for replacement in [nil, "null", "[]", "1.5"] {
                var members = Self.replyMembers
                let name = members[place].prefix { $0 != ":" }
                members[place] = "\(name):\(replacement ?? "null")"
                if replacement == nil { members.remove(at: place) }
                let json = try request(members.joined(separator: ","))
                expectMalformed(
                    failure { () throws(SyncFailure) in try EnrolmentReply(json: json) },
                    "enrolment reply", "\(members)")
            }
        }
        for json: JSONValue in [.null, .array([]), .string("x"), .object([])] {
            expectMalformed(
                failure { () throws(SyncFailure) in try EnrolmentRequest(json: json) },
                "enrolment")
            expectMalformed(
                failure { () throws(SyncFailure) in try EnrolmentReply(json: json) },
                "enrolment reply")
        }
    }

    @Test(
        "a key is 64 hexadecimal digits",
        arguments: ["", "0a", String(key.dropLast()), key + "0a", "zz" + key.dropFirst(2)])
    func badKey(_ key: String) throws {
        let json = try request(
            #""version":2,"code":"c","publicKey":"\#(key)","tokenHash":"\#(Self.tokenHash)""#)
        expectMalformed(
            failure { () throws(SyncFailure) in try EnrolmentRequest(json: json) }, "enrolment")
    }

    @Test(
        "an identity that no device can use is refused",
        arguments: [
            (#""replica":"0000000000000000""#, 1), (#""replica":"ff""#, 1),
            (#""replica":"+0000000000000ff""#, 1), (#""desk":0"#, 2), (#""desk":-1"#, 2),
            (#""desk":9223372036854775807"#, 2),
        ])
    func unusableIdentity(member: String, place: Int) throws {
        var members = Self.replyMembers
        members[place] = member
        let json = try request(members.joined(separator: ","))
        expectMalformed(
            failure { () throws(SyncFailure) in try EnrolmentReply(json: json) },
            "enrolment reply")
    }

    @Test("another version is refused by its number, whatever else is there")
    func otherVersion() throws {
        for (text, found) in [
            ("1", 1), ("3", 3), ("0", 0), ("-1", 0), ("9223372036854775807", Int64.max),
        ] {
            let json = try request(#""version":\#(text),"publicKey":5"#)
            #expect(
                failure { () throws(SyncFailure) in try EnrolmentRequest(json: json) }
                    == .unsupportedVersion(counter: UInt64(found), central: 2))
        }
    }

    @Test("a device's name is kept to 64 code points")
    func longName() throws {
        let names = [
            String(repeating: "y", count: 5000), "e" + String(repeating: "\u{301}", count: 5000),
        ]
        for name in names {
            let key = try #require(SigningKey(seed: [UInt8](repeating: 1, count: 32)))
            let sent = EnrolmentRequest(code: "c", key: key, device: name)
            let kept = try EnrolmentRequest(json: sent.json).device
            #expect(kept.unicodeScalars.elementsEqual(name.unicodeScalars.prefix(64)))
        }
        let json = try request(
            (Self.requestMembers.dropLast() + [#""device":7"#]).joined(separator: ","))
        #expect(try EnrolmentRequest(json: json).device.isEmpty)
    }

    @Test("no failure repeats what was sent")
    func secretsStaySecret() throws {
        let request = try request(#""version":2,"code":"7KQM-3XRT","publicKey":"00""#)
        let reply = try self.request(#""replica":"ff","desk":1,"office":"A","epoch":"s3cret""#)
        let failures = [
            failure { () throws(SyncFailure) in try EnrolmentRequest(json: request) },
            failure { () throws(SyncFailure) in try EnrolmentReply(json: reply) },
        ]
        for failure in failures {
            let text = try #require(failure).message.english
            #expect(!text.contains("7KQM") && !text.contains("s3cret"))
        }
    }
}
