import CBOR
import Causality
import Dossiers
import Replication
import Testing
import Text
import Time

@Suite("The rules that edits keep")
struct DossierRulesTests {
    private let day: Int64 = 86_400_000

    private func order(
        due: Int64? = nil, finished: Int64? = nil, returned: Int64? = nil
    ) -> DossierError? {
        failure { () throws(DossierError) in
            try DossierRules.checkOrder(
                received: morning, due: due, finished: finished, returned: returned)
        }
    }

    private func transition(_ source: String?, _ target: String) -> DossierError? {
        failure { () throws(DossierError) in
            try DossierRules.checkTransition(from: source, to: target)
        }
    }

    @Test("Nothing happens to a dossier before it is received.")
    func order() {
        #expect(order() == nil)
        #expect(order(due: morning, finished: morning, returned: morning) == nil)
        #expect(order(due: morning - 1) == .outOfOrder("due_at", before: "received_at"))
        #expect(order(finished: morning - 1) == .outOfOrder("finished_at", before: "received_at"))
        #expect(order(returned: morning - 1) == .outOfOrder("returned_at", before: "received_at"))
        #expect(
            failure { () throws(DossierError) in
                try DossierRules.checkOrder(
                    received: nil, due: 0, finished: 0, returned: 0)
            } == nil)
    }

    @Test("A day without a time is in order with any time of the same day.")
    func orderOfDays() throws {
        let today = try #require(CalendarDate(parsing: "2021-05-31"))
        let start = OfficeTime.startOfDay(today)
        #expect(order(due: OfficeTime.endOfDay(today), finished: start, returned: start) == nil)
        #expect(order(finished: start - day) != nil)
        #expect(order(finished: start + 1) != nil)
    }

    @Test("Illegal transitions are refused with both names, and the legal ones in the hint.")
    func transitions() {
        #expect(transition("new", "accepted") == nil)
        #expect(transition("processing", "processing") == nil)
        let illegal = transition("new", "finished")
        #expect(illegal == .illegalTransition(from: .new, to: .finished))
        #expect(illegal.map(String.init(describing:))?.contains("from new to finished") == true)
        #expect(illegal?.hint.english.contains("supplement_required") == true)
        #expect(
            transition("returned", "processing")?.hint.english.hasPrefix("returned is an end")
                == true)
    }

    @Test("Without a known status any may be set, but only one that exists.")
    func transitionsFromNowhere() {
        for status in DossierStatus.allCases {
            #expect(transition(nil, status.rawValue) == nil)
            #expect(transition("archived", status.rawValue) == nil)
        }
        guard case .unknownChoice("status", _)? = transition("new", "archived") else {
            Issue.record("a status that does not exist was taken")
            return
        }
    }

    @Test("A new dossier needs nothing, may have any status, and has its instants in order.")
    func newRecords() {
        func error(_ kind: RecordKind, _ writes: [FieldWrite]) -> DossierError? {
            failure { () throws(DossierError) in try DossierRules.checkNew(kind, writes: writes) }
        }
        #expect(error(.dossier, []) == nil)
        for status in DossierStatus.allCases {
            #expect(error(.dossier, [FieldWrite("status", .text(status.rawValue))]) == nil)
        }
        #expect(error(.dossier, [FieldWrite("status", .text("archived"))]) != nil)
        #expect(error(.dossier, [FieldWrite("way", .text("in_person"))]) != nil)
        #expect(error(.contact, [FieldWrite("way", .text("in_person"))]) == nil)
        #expect(error(RecordKind(rawValue: 9), []) == .unknownKind)
        let backwards = [
            FieldWrite("received_at", .integer(morning)),
            FieldWrite("due_at", .integer(morning - 1)),
        ]
        #expect(error(.dossier, backwards) == .outOfOrder("due_at", before: "received_at"))
    }

    @Test("An edit's fields must be fields of the record's kind.")
    func fieldsOfKind() {
        func error(_ kind: RecordKind, _ name: FieldName) -> DossierError? {
            failure { () throws(DossierError) in
                try DossierRules.checkFields(of: kind, writes: [FieldWrite(name, .text("A"))])
            }
        }
        #expect(error(.dossier, "applicant_name") == nil)
        #expect(error(.contact, "applicant_name") == .unknownField("applicant_name", .contact))
        #expect(error(.holiday, "x.a") == nil)
    }
}

@Suite("Changes from devices")
struct ChangeValidationTests {
    private func error(
        _ writes: [FieldWrite], _ additions: [FieldWrite] = [], kind: RecordKind = .dossier,
        at: Int64? = nil, by: String? = nil, encodedBytes: Int? = nil
    ) -> DossierError? {
        let change = Change(
            dot: Dot(ReplicaID(7), 1), clock: HybridTimestamp(rawValue: 1), kind: kind, record: nil,
            context: [:], writes: writes, additions: additions,
            at: at.map { Timestamp(milliseconds: $0) }, by: by)
        return failure { () throws(DossierError) in
            try DossierRules.validate(change: change, encodedBytes: encodedBytes)
        }
    }

    @Test("A full and well-formed change passes.")
    func wellFormed() {
        #expect(
            error(
                [
                    FieldWrite("status", .text("new")), FieldWrite("fee_vnd", .integer(0)),
                    FieldWrite("due_at", .null), FieldWrite("x.a", .other(.array([.null]))),
                ], [FieldWrite("notes", .text("a"))], at: morning, by: "Lan") == nil)
    }

    @Test("Known fields are held to their types and limits.")
    func knownFields() {
        #expect(error([FieldWrite("status", .text("archived"))]) != nil)
        #expect(error([FieldWrite("fee_vnd", .integer(-1))]) != nil)
        #expect(error([FieldWrite("received_at", .text("2021-05-31"))]) != nil)
        #expect(error([FieldWrite("office", .null)]) == .notClearable("office"))
        #expect(error([FieldWrite("x.a", .text("\u{202E}"))]) != nil)
        #expect(error([], [FieldWrite("notes", .text(""))]) != nil)
    }

    @Test("Fields and kinds of a newer version pass.")
    func newerVersions() {
        #expect(error([FieldWrite("priority", .text("\u{1}"))]) == nil)
        #expect(error([], [FieldWrite("papers", .text("a"))]) == nil)
        #expect(error([FieldWrite("status", .integer(1))], kind: RecordKind(rawValue: 9)) == nil)
    }

    @Test("A field's name has a form even in a newer version.")
    func namesOfFields() {
        for name in ["", "Tên", "a b", "\u{1B}[2J", String(repeating: "a", count: 67)] {
            #expect(error([FieldWrite(FieldName(name), .null)]) != nil, "\(name.debugDescription)")
            #expect(error([], [FieldWrite(FieldName(name), .null)]) != nil)
        }
    }

    @Test("Notes are added and never overwritten; other fields are never added to.")
    func writesAndAdditions() {
        #expect(error([FieldWrite("notes", .text("a"))]) == .onlyAdded("notes"))
        #expect(error([FieldWrite("notes", .null)]) == .onlyAdded("notes"))
        #expect(error([], [FieldWrite("status", .text("new"))]) == .onlyWritten("status"))
        #expect(error([], [FieldWrite("x.a", .text("new"))]) == .onlyWritten("x.a"))
    }

    @Test("A field occurs once in a change.")
    func repeatedFields() {
        let newer = FieldWrite("newer", .text("a"))
        #expect(error([newer], [newer]) == .repeatedField("newer"))
        #expect(error([newer, newer]) == .repeatedField("newer"))
        #expect(error([], [newer, newer]) == .repeatedField("newer"))
    }

    @Test("The number of fields and the bytes of a change have limits.")
    func sizes() {
        func fields(_ count: Int) -> [FieldWrite] {
            (0..<count).map { FieldWrite(FieldName("x.\($0)"), .null) }
        }
        #expect(error(fields(256)) == nil)
        #expect(error(fields(255), [FieldWrite("notes", .text("a"))]) == nil)
        #expect(error(fields(257)) == .tooManyFields(max: 256))
        #expect(
            error(fields(256), [FieldWrite("notes", .text("a"))]) == .tooManyFields(max: 256))

        let large = (0..<8).map {
            FieldWrite(FieldName("x.\($0)"), .text(String(repeating: "a", count: 10_000)))
        }
        #expect(error(Array(large.prefix(6))) == nil)
        #expect(error(large) == .changeTooLarge(bytesMax: 65_536))
        #expect(error([], encodedBytes: 65_536) == nil)
        #expect(error([], encodedBytes: 65_537) == .changeTooLarge(bytesMax: 65_536))
    }

    @Test("One more identity may write to a record until there are as many as a context can name.")
    func writers() {
        func error(seenBy count: Int, _ own: Bool) -> DossierError? {
            let others = (1...UInt64(count)).map { Dot(ReplicaID($0 << 8), 1) }
            let change = Change(
                dot: Dot(ReplicaID(7), 9), clock: HybridTimestamp(rawValue: 0), kind: .dossier,
                record: RecordID(bytes: [UInt8](repeating: 1, count: 16)),
                context: VersionVector(others + (own ? [Dot(ReplicaID(7), 8)] : [])), writes: [])
            do throws(DossierError) {
                try DossierRules.validate(change: change)
                return nil
            } catch {
                return error
            }
        }
        #expect(error(seenBy: 4_095, false) == nil)
        #expect(error(seenBy: 4_095, true) == nil)
        #expect(error(seenBy: 4_096, false) == .tooManyWriters(max: 4_096))
    }

    @Test("Who and when have limits too.")
    func stamps() {
        #expect(error([], at: .max) == .outOfRange("at", DossierLimits.instant))
        #expect(error([], by: "a\u{1B}") == .forbiddenCharacter("by", codePoint: 0x1B))
        #expect(error([], by: String(repeating: "a", count: 201)) != nil)
        #expect(error([], at: morning, by: String(repeating: "ễ", count: 200)) == nil)
    }

    @Test("Whatever a line of apply says, central takes.")
    func linesPass() throws {
        let text =
            #"{"new":"dossier","fields":{"code":"A-1","applicant_name":"Lê \u0323","notes":"a","#
            + #""x.a":{"b":[1.5,-1]},"status":"stopped","due_at":"2199-12-31"},"by":"Lan"}"#
        let line = try EditLine(parsing: Array(text.utf8))
        guard case .new(let kind, _, let writes, let additions) = line.action else {
            Issue.record("no new dossier")
            return
        }
        #expect(error(writes, additions, kind: kind, by: line.by) == nil)
    }
}
