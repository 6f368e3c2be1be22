import Foundation
import JSON
import Testing

/// Something else answers in central's place, or the answer does not arrive whole. The counter says
/// what it met, keeps everything, and syncs when the real central is back.
@Suite("Answers that are not central's", .ownThreads)
struct StrangeAnswerTests {
    struct Answer: CustomTestStringConvertible {
        var testDescription: String
        var bytes: [UInt8]
        var code: Int32
        var words: String
    }

    private static let mediaType = "application/vnd.dossiersync+cbor"
    private static let page = Array(
        "<html><title>Wi-Fi</title><form>Nguyễn Bí Mật 0987654321</form></html>".utf8)
    private static let garbage = (0..<500).map { UInt8(truncatingIfNeeded: $0 &* 7919 >> 3) }

    static let answers = [
        Answer(
            testDescription: "a login page",
            bytes: httpAnswer("200 OK", type: "text/html", body: page),
            code: 76, words: "login page"),
        Answer(
            testDescription: "a redirection to a login page",
            bytes: httpAnswer(
                "302 Found", type: "text/html", headers: ["Location: http://127.0.0.1:9/login"],
                body: page),
            code: 76, words: "login page"),
        Answer(
            testDescription: "the network's demand to log in",
            bytes: httpAnswer(
                "511 Network Authentication Required", type: "text/html", body: page),
            code: 76, words: "login page"),
        Answer(
            testDescription: "a body that ends early",
            bytes: httpAnswer("200 OK", type: mediaType, length: 4000, body: garbage),
            code: 75, words: "the link to central broke"),
        Answer(
            testDescription: "garbage of the right type",
            bytes: httpAnswer("200 OK", type: mediaType, body: garbage),
            code: 76, words: "malformed"),
        Answer(
            testDescription: "no bytes of the right type",
            bytes: httpAnswer("200 OK", type: mediaType, body: []), code: 76, words: "malformed"),
        Answer(
            testDescription: "garbage that says that it is compressed",
            bytes: httpAnswer(
                "200 OK", type: mediaType, headers: ["Content-Encoding: zstd"], body: garbage),
            code: 76, words: "hint:"),
        Answer(
            testDescription: "an unknown coding",
            bytes: httpAnswer(
                "200 OK", type: mediaType, headers: ["Content-Encoding: br"], body: garbage),
            code: 76, words: "not understood"),
        Answer(
            testDescription: "a failure of a server that is not ours",
            bytes: httpAnswer("500 Internal Server Error", type: "text/plain", body: page),
            code: 76, words: "not central"),
        Answer(
            testDescription: "a proxy that does not reach central",
            bytes: httpAnswer("503 Service Unavailable", type: "text/html", body: page),
            code: 69, words: "cannot be reached: a proxy"),
        Answer(
            testDescription: "a gateway that waits for central in vain",
            bytes: httpAnswer("504 Gateway Timeout", type: "text/html", body: page),
            code: 69, words: "cannot be reached: a proxy"),
        Answer(
            testDescription: "a proxy that wants to be asked later",
            bytes: httpAnswer(
                "429 Too Many Requests", type: "text/html", headers: ["Retry-After: 7"], body: page),
            code: 75, words: "busy"),
        Answer(
            testDescription: "a proxy that takes no body of this size",
            bytes: httpAnswer("413 Content Too Large", type: "text/html", body: page),
            code: 76, words: "larger than"),
        Answer(
            testDescription: "a central that is busy",
            bytes: httpAnswer(
                "503 Service Unavailable", type: "application/problem+json",
                headers: ["Retry-After: 1"],
                body: Array(#"{"type":"about:blank","title":"busy","status":503}"#.utf8)),
            code: 75, words: "busy"),
        Answer(
            testDescription: "a problem of an unknown type, with a title that talks",
            bytes: httpAnswer(
                "400 Bad Request", type: "application/problem+json",
                body: Array(#"{"type":"urn:x:y","title":"no","status":400}"#.utf8)),
            code: 76, words: "hint:"),
        Answer(
            testDescription: "what is no HTTP", bytes: Array("SSH-2.0-OpenSSH_9.2\r\n".utf8),
            code: 76, words: "not central"),
        Answer(
            testDescription: "nothing at all", bytes: [], code: 75,
            words: "the link to central broke"),
    ]

    private static let outcomes: [Int32: JSONValue] = [
        69: "unreachable", 75: "interrupted", 76: "failed",
    ]

    @Test("told to, a counter comes again, and not before the Retry-After has passed")
    func retryAfter() throws {
        let office = try Office()
        let desk = try office.desk("desk")
        try office.stop()
        let fake = try FakeCentral(
            at: office.url,
            answering: httpAnswer(
                "503 Service Unavailable", type: "text/plain", headers: ["Retry-After: 2"],
                body: []))
        let start = ContinuousClock.now
        let report = try desk("sync", "--tries", "2", "--json").json
        #expect(start.duration(to: .now) >= .seconds(2))
        try fake.stop()
        #expect(fake.requestCount == 2)
        #expect(report["retries"] == 1)
        #expect(report["outcome"] == "interrupted")
        try office.start()
        try desk.sync()
    }

    @Test("each has its exit code and words, and nothing is lost")
    func strangeAnswers() throws {
        let office = try Office()
        let desk = try office.desk("desk")
        let secret = "Trần Thị Bí Mật"
        var ids: [String] = []
        for answer in Self.answers {
            ids.append(try desk.enter("applicant_name=\(secret)", "applicant_phone=0987654321"))
            try office.stop()
            let fake = try FakeCentral(at: office.url, answering: answer.bytes)
            let ending = try desk("sync")
            let report = try desk("sync", "--json").json
            try fake.stop()
            let name = Comment(rawValue: answer.testDescription)
            #expect(fake.requestCount >= 2, name)
            #expect(ending.code == answer.code, "\(name): \(ending.errors)")
            #expect(ending.errors.contains(answer.words), "\(name): \(ending.errors)")
            for text in [ending.errors, ending.output, report.serialized()] {
                #expect(!text.contains("Bí Mật"), name)
                #expect(!text.contains("0987654321"), name)
            }
            #expect(report["pending"] == 1, name)
            #expect(report["outcome"] == Self.outcomes[answer.code], name)
            // The real central is back: all is there, and all is well.
            try office.start()
            try desk.sync()
            try office.expectSame(as: desk)
        }
        for id in ids {
            #expect(try desk.record(id).at("fields")["applicant_name"] == .string(secret))
        }
    }
}
