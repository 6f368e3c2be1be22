import JSON
import Testing
import Text
import Wire

@Suite("Failures as problem details")
struct ProblemTests {
    private func again(_ failure: SyncFailure) -> SyncFailure? {
        Problem.failure(
            status: failure.httpStatus, body: Problem.document(of: failure).serializedBytes())
    }

    @Test("every failure of central comes back as it was", arguments: FailureWord.allCases)
    func roundTrip(_ word: FailureWord) {
        let failure = word.sample
        #expect(FailureWord(failure) == word)
        switch word {
        case .unreachable, .untrusted, .interrupted, .proxy, .moved, .notCentral,
            .unfinishedBundle:
            // No central says these; a program that passed one on would be a peer that refuses.
            #expect(failure.problemName == nil)
            #expect(again(failure) == .refused(status: 502, title: failure.message.english))
        case .awaitingRecovery:
            // Central asks for it in a reply; the device makes a failure of it.
            #expect(failure.problemName == nil)
            #expect(again(failure) == .busy(retryAfterSeconds: 0))
        case .refused:
            #expect(failure.problemName == nil)
            #expect(again(failure) == failure)
        default:
            #expect(again(failure) == failure)
        }
    }

    @Test("a document names its type, title, status and hint", arguments: FailureWord.allCases)
    func members(_ word: FailureWord) throws {
        let failure = word.sample
        let document = Problem.document(of: failure)
        let type = failure.problemName.map { "urn:dossiersync:problem:\($0)" } ?? "about:blank"
        #expect(
            document.objectValue?.prefix(4).map(\.name) == ["type", "title", "status", "hint"])
        #expect(document["type"]?.stringValue == type)
        #expect(document["status"]?.integerValue == Int64(failure.httpStatus))
        #expect(document["hint"]?.stringValue?.isEmpty == false)
        #expect(document["title"]?.stringValue?.isEmpty == false)
        #expect((400...599).contains(failure.httpStatus))
    }

    @Test("the document of a fork, word for word")
    func golden() {
        let text = Problem.document(of: .forked(accepted: 12)).serialized()
        #expect(
            text == """
                {"type":"urn:dossiersync:problem:forked","title":"another copy of this replica has \
                synced other changes (central holds 12 of this identity)","status":409,"hint":"\
                this replica was cloned or restored from a backup; sync again to give it an \
                identity of its own, and tell the central office if this stays: nothing was dropped here","accepted":12}
                """)
    }

    @Test("why central's store failed is no member: the device is sent to central's log")
    func storeFailureKeepsItsReason() {
        let failure = SyncFailure.centralStore(reason: "disk I/O error")
        #expect(Problem.document(of: failure).objectValue?.count == 4)
        #expect(again(failure) == .centralStore(reason: "see central's log"))
    }

    @Test("numbers beyond what JSON's integers hold are held at their bounds")
    func clampedNumbers() {
        let most = UInt64(Int64.max)
        #expect(
            again(.unsupportedVersion(counter: .max, central: 1))
                == .unsupportedVersion(counter: most, central: 1))
        #expect(again(.forked(accepted: .max)) == .forked(accepted: most))
        let text = #"{"type":"urn:dossiersync:problem:busy","retryAfterSeconds":-5}"#
        #expect(
            Problem.failure(status: 503, body: Array(text.utf8)) == .busy(retryAfterSeconds: 0))
    }

    @Test(
        "of two versions the older program is to be upgraded, in words, whoever says it",
        arguments: [(1, 2, "counter"), (2, 1, "central"), (2, 3, "counter"), (.max, 2, "central")])
    func olderProgram(counter: UInt64, central: UInt64, older: String) {
        let failure = SyncFailure.unsupportedVersion(counter: counter, central: central)
        let program = older == "counter" ? "the counter" : older
        #expect(failure.hint.english.contains("upgrade \(program)"))
        #expect(failure.hint.text(in: .vietnamese).contains("nâng cấp chương trình \(older)"))
        let words =
            "the counter speaks version \(counter) of the protocol, central version \(central)"
        #expect(failure.message.english == words)
        let document = Problem.document(of: failure)
        #expect(document["title"]?.stringValue == words)
        #expect(document["hint"]?.stringValue == failure.hint.english)
    }

    @Test("a document of a newer central is a refusal with its title")
    func unknownType() {
        for type in ["urn:dossiersync:problem:of-tomorrow", "about:blank", "forked", ""] {
            let text = #"{"type":"\#(type)","title":"Xin chào","status":418,"more":[1]}"#
            #expect(
                Problem.failure(status: 418, body: Array(text.utf8))
                    == .refused(status: 418, title: "Xin chào"))
        }
    }

    @Test("what central's HTTP server refuses by itself is known by its status")
    func problemsOfTheServer() {
        func failure(_ status: Int) -> SyncFailure? {
            let text = #"{"type":"about:blank","title":"The server is busy","status":\#(status)}"#
            return Problem.failure(status: status, body: Array(text.utf8))
        }
        #expect(failure(413) == .tooLarge(limitBytes: 8 << 20))
        #expect(failure(503) == .busy(retryAfterSeconds: 0))
        #expect(failure(503)?.isRetryable == true)
        for status in [400, 404, 405, 431] {
            #expect(failure(status) == .refused(status: status, title: "The server is busy"))
        }
    }

    @Test("members that are missing or of another type do not make a failure unreadable")
    func missingMembers() {
        func failure(_ name: String) -> SyncFailure? {
            let text = #"{"type":"urn:dossiersync:problem:\#(name)","accepted":"9","reason":7}"#
            return Problem.failure(status: 400, body: Array(text.utf8))
        }
        #expect(failure("forked") == .forked(accepted: 0))
        #expect(failure("broken-chain") == .brokenChain(accepted: 0))
        #expect(failure("malformed") == .malformed(what: "request", reason: "not said"))
        #expect(failure("unsupported-content") == .unsupportedContent(reason: "not said"))
        #expect(failure("too-large") == .tooLarge(limitBytes: 0))
        #expect(failure("unsupported-version") == .unsupportedVersion(counter: 0, central: 0))
        #expect(failure("of-tomorrow") == .refused(status: 400, title: "no title"))
    }

    @Test(
        "what is no problem document is none",
        arguments: [
            "", "<html>Please log in</html>", "[]", "7", "{}", #"{"title":"x"}"#, #"{"type":5}"#,
            #"{"type":"urn:dossiersync:problem:revoked""#, "\u{0}\u{1}",
        ])
    func noDocument(_ body: String) {
        #expect(Problem.failure(status: 403, body: Array(body.utf8)) == nil)
    }

    @Test("only what may mend itself is tried again, and only that exits with 69 or 75")
    func retries() {
        for word in FailureWord.allCases where word != .notCentral && word != .moved {
            let isPassing =
                switch word.sample.failureClass {
                case .unavailable, .temporary: true
                case .protocolError, .noPermission: false
                }
            #expect(word.sample.isRetryable == isPassing, "\(word)")
        }
        #expect(FailureWord.notCentral.sample.isRetryable && FailureWord.moved.sample.isRetryable)
    }
}
