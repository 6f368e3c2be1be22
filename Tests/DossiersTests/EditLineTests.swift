import Causality
import Dossiers
import JSON
import Replication
import Testing
import Text

@Suite("Lines of apply")
struct EditLineTests {
    private func error(_ text: String) -> DossierError? {
        failure { () throws(DossierError) in try EditLine(parsing: Array(text.utf8)) }
    }

    private func line(_ text: String) throws -> EditLine {
        try EditLine(parsing: Array(text.utf8))
    }

    private let uuid = "10111213-1415-1617-1819-1a1b1c1d1e1f"

    @Test("A new dossier has its fields sorted and its notes added.")
    func newDossier() throws {
        let line = try line(
            #"{"new":"dossier","fields":{"status":"new","notes":"Thiếu ảnh","fee_vnd":50000,"#
                + #""due_at":"2021-05-31","x.a":[1]},"at":"2021-05-31T08:30:00+07:00","by":"Lan"}"#)
        guard case .new(.dossier, nil, let writes, let additions) = line.action else {
            Issue.record("no new dossier")
            return
        }
        #expect(writes.map(\.name) == ["x.a", "due_at", "status", "fee_vnd"])
        #expect(additions == [FieldWrite("notes", .text("Thiếu ảnh"))])
        #expect(line.at == Timestamp(milliseconds: morning))
        #expect(line.by == "Lan")
    }

    @Test("A new record may bring its id, and be of any kind.")
    func newWithID() throws {
        let expected = EditLine(
            action: .new(
                .contact, fixedID, writes: [FieldWrite("way", .text("in_person"))], additions: []))
        #expect(
            try line(#"{"new":"contact","id":"\#(uuid)","fields":{"way":"in_person"}}"#) == expected
        )
        #expect(
            try line(
                #"{"fields":{"way":"in_person"},"id":"\#(uuid.uppercased())","new":"contact"}"#)
                == expected)
        for kind in ["office", "procedure", "holiday"] {
            #expect(error(#"{"new":"\#(kind)","fields":{"name":"A"}}"#) == nil)
        }
    }

    @Test("A record is set by its id or by its code.")
    func set() throws {
        let writes = [FieldWrite("status", .text("processing"))]
        #expect(
            try line(#"{"set":"\#(uuid)","fields":{"status":"processing"}}"#)
                == EditLine(action: .set(.id(fixedID), writes: writes, additions: [])))
        #expect(
            try line(#"{"set":"H56-210531-0001","fields":{"status":"processing"}}"#)
                == EditLine(
                    action: .set(.code("H56-210531-0001"), writes: writes, additions: [])))
        #expect(
            try line(#"{"set":"A","fields":{"notes":"b"}}"#).action
                == .set(.code("A"), writes: [], additions: [FieldWrite("notes", .text("b"))]))
        #expect(
            try line(#"{"set":"A","fields":{"due_at":null}}"#).action
                == .set(.code("A"), writes: [FieldWrite("due_at", .null)], additions: []))
    }

    @Test("A note is kept as typed.")
    func note() throws {
        #expect(
            try line(#" {"note":"A","text":"dòng một\ndòng hai"} "#)
                == EditLine(action: .note(.code("A"), text: "dòng một\ndòng hai")))
    }

    @Test("A slice of a larger buffer is read alone.")
    func slice() throws {
        let bytes = Array(#"xx{"note":"A","text":"b"}yy"#.utf8)
        #expect(
            try EditLine(parsing: bytes[2..<bytes.count - 2]).action
                == .note(.code("A"), text: "b"))
    }

    @Test(
        "What is no JSON object is refused as such.",
        arguments: [
            "", " ", "null", "[]", "17", "\"new\"", "{", "{}x", "{\"new\":\"dossier\"",
            "{\"note\":\"A\",\"note\":\"A\",\"text\":\"b\"}", "\u{FEFF}{}",
        ])
    func notAnObject(text: String) {
        switch error(text) {
        case .notJSON, .notAnEdit: break
        case let other: Issue.record("\(String(describing: other))")
        }
    }

    @Test("Bytes that are no UTF-8 are refused.")
    func invalidUTF8() {
        let bytes = Array("{\"note\":\"A\",\"text\":\"".utf8) + [0xC3, 0x28] + Array("\"}".utf8)
        guard
            case .notJSON? = failure(of: { () throws(DossierError) in
                try EditLine(parsing: bytes)
            })
        else {
            Issue.record("taken")
            return
        }
    }

    @Test("A line has exactly one verb.")
    func verbs() {
        for text in [
            "{}", #"{"fields":{"code":"a"}}"#,
            #"{"new":"dossier","set":"A","fields":{"code":"a"}}"#,
            #"{"set":"A","note":"A","text":"b"}"#, #"{"delete":"A"}"#,
        ] {
            guard case .notAnEdit? = error(text) else {
                Issue.record("\(text)")
                continue
            }
        }
    }

    @Test("A member that the verb does not have is refused by name.")
    func unknownMembers() {
        let lines = [
            #"{"new":"dossier","fields":{"code":"a"},"text":"b"}"#: "text",
            #"{"set":"A","fields":{"code":"a"},"id":"\#(uuid)"}"#: "id",
            #"{"note":"A","text":"b","fields":{}}"#: "fields",
            #"{"note":"A","text":"b","At":"2021-05-31T08:30:00Z"}"#: "At",
        ]
        for (text, member) in lines {
            #expect(error(text) == .unknownMember(FieldName(member)), "\(text)")
        }
    }

    @Test("Members of the wrong type or form are refused by name.")
    func wrongMembers() {
        #expect(error(#"{"new":"file","fields":{"code":"a"}}"#) == .unknownKind)
        let malformed: [(String, FieldName)] = [
            (#"{"new":"dossier","id":"17","fields":{"code":"a"}}"#, "id"),
            (#"{"set":"","fields":{"code":"a"}}"#, "record"),
            (#"{"set":"a\u2028b","fields":{"code":"a"}}"#, "record"),
            (#"{"note":"A","text":""}"#, "text"),
            (#"{"note":"A","text":"b","at":"08:30"}"#, "at"),
            (#"{"note":"A","text":"b","at":"2021-02-30T08:30:00Z"}"#, "at"),
            (#"{"note":"A","text":"b","by":""}"#, "by"),
        ]
        for (text, name) in malformed {
            switch error(text) {
            case .malformed(name, _)?, .unread(name, _)?: continue
            default: Issue.record("\(text)")
            }
        }
        let wrong: [(String, FieldName)] = [
            (#"{"new":1,"fields":{"code":"a"}}"#, "new"),
            (#"{"new":"dossier","id":null,"fields":{"code":"a"}}"#, "id"),
            (#"{"new":"dossier"}"#, "fields"), (#"{"new":"dossier","fields":[]}"#, "fields"),
            (#"{"set":17,"fields":{"code":"a"}}"#, "set"),
            (#"{"note":"A"}"#, "text"), (#"{"note":"A","text":["b"]}"#, "text"),
            (#"{"note":"A","text":"b","at":1622424600}"#, "at"),
            (#"{"note":"A","text":"b","by":7}"#, "by"),
        ]
        for (text, name) in wrong {
            guard case .wrongType(name, _)? = error(text) else {
                Issue.record("\(text): \(String(describing: error(text)))")
                continue
            }
        }
    }

    @Test("An edit of nothing is refused.")
    func emptyFields() {
        #expect(error(#"{"new":"dossier","fields":{}}"#) == .notAnEdit(reason: "fields is empty"))
        #expect(error(#"{"set":"A","fields":{}}"#) == .notAnEdit(reason: "fields is empty"))
    }

    @Test("Unknown fields are refused, with the fields of the kind in the hint.")
    func unknownFields() {
        let unknown = error(#"{"new":"contact","fields":{"status":"new"}}"#)
        #expect(unknown == .unknownField("status", .contact))
        #expect(unknown?.hint.english.contains("caller_phone") == true)
        #expect(error(#"{"set":"A","fields":{"stetus":"new"}}"#) == .unknownField("stetus", nil))
        #expect(error(#"{"set":"A","fields":{"X.a":1}}"#) == .unknownField("X.a", nil))
    }

    @Test("Texts beyond their limits are refused, and at the limit they are taken.")
    func limits() {
        func note(_ length: Int) -> String {
            #"{"note":"A","text":"\#(String(repeating: "ễ", count: length))"}"#
        }
        #expect(error(note(10_000)) == nil)
        #expect(error(note(10_001)) == .tooLong("text", charactersMax: 10_000))
        func by(_ length: Int) -> String {
            #"{"note":"A","text":"b","by":"\#(String(repeating: "ễ", count: length))"}"#
        }
        #expect(error(by(200)) == nil)
        #expect(error(by(201)) == .tooLong("by", charactersMax: 200))
        func fields(_ count: Int) -> String {
            let members = (0..<count).map { #""x.\#($0)":1"# }.joined(separator: ",")
            return #"{"set":"A","fields":{\#(members)}}"#
        }
        #expect(error(fields(256)) == nil)
        #expect(error(fields(257)) == .tooManyFields(max: 256))
    }

    @Test("Control characters are refused wherever text stands.")
    func forbiddenCharacters() {
        for text in [
            #"{"note":"A","text":"\u001b[31m"}"#, #"{"note":"A\u001b","text":"b"}"#,
            #"{"note":"A","text":"b","by":"\u001b"}"#,
            #"{"set":"A","fields":{"notes":"\u001b"}}"#,
        ] {
            guard case .forbiddenCharacter(_, codePoint: 0x1B)? = error(text) else {
                Issue.record("\(text)")
                continue
            }
        }
    }

    @Test("Deep nesting ends in an error and not in a crash.")
    func deepNesting() {
        let deep = String(repeating: "[", count: 100_000)
        guard case .notJSON? = error(#"{"set":"A","fields":{"x.a":\#(deep)"#) else {
            Issue.record("taken")
            return
        }
    }

    @Test("No error repeats a value of its line.")
    func errorsAreSilentAboutValues() {
        let secret = "012345678901"
        for text in [
            #"{"new":"\#(secret)","fields":{"code":"a"}}"#, #"{"new":"dossier","id":"\#(secret)","#,
            #"{"new":"dossier","id":"\#(secret)","fields":{"code":"a"}}"#,
            #"{"set":"\#(secret)\u0085","fields":{"code":"a"}}"#,
            #"{"set":"A","fields":{"status":"\#(secret)"}}"#,
            #"{"note":"A","text":"b","at":"\#(secret)"}"#, "\(secret){",
        ] {
            let error = error(text)
            #expect(error != nil, "\(text)")
            #expect(error.map { "\($0) \($0.hint)".contains(secret) } == false, "\(text)")
        }
    }
}
