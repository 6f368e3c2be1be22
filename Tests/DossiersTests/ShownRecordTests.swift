import CBOR
import Causality
import Dossiers
import JSON
import Replication
import Testing

@Suite("Records as shown")
struct ShownRecordTests {
    @Test("The line of records has the members of the contract, in its order.")
    func contract() {
        var state = makeState(.dossier)
        state.take(
            replica: 0xA1,
            writes: [
                "status": .text("new"), "office": .text("H56.1"), "code": .text("A-1"),
                "received_at": .integer(morning), "fee_vnd": .integer(50_000), "due_at": .null,
                "x.b": .bool(true), "x.aa": .other(.array([.unsigned(1)])), "priority": .real(1.5),
            ], additions: ["notes": .text("Thiếu ảnh")])
        #expect(
            ShownRecord(state: state).json.serialized()
                == #"{"id":"10111213-1415-1617-1819-1a1b1c1d1e1f","kind":"dossier","#
                + #""office":"H56.1","fields":{"code":"A-1","office":"H56.1","status":"new","#
                + #""received_at":"2021-05-31T08:30:00+07:00","due_at":null,"fee_vnd":50000,"#
                + #""notes":["Thiếu ảnh"],"priority":1.5,"x.aa":[1],"x.b":true},"#
                + #""conflicts":{},"vv":{"00000000000000a1":1}}"#)
    }

    @Test("A conflict shows each value with where, when and by whom, the latest first.")
    func conflict() {
        var state = makeState(.dossier)
        state.take(
            replica: 1, clock: morning, writes: ["due_at": .integer(morning)], at: morning - 60_000,
            by: "Lan")
        state.take(replica: 2, clock: morning + 1000, writes: ["due_at": .integer(morning + 1000)])
        let shown = ShownRecord(state: state)
        #expect(shown["due_at"] == "2021-05-31T08:30:01+07:00")
        #expect(
            shown.json["conflicts"]?.serialized()
                == #"{"due_at":[{"value":"2021-05-31T08:30:01+07:00","replica":"0000000000000002","#
                + #""seq":1,"at":"2021-05-31T08:30:01+07:00","by":null},"#
                + #"{"value":"2021-05-31T08:30:00+07:00","replica":"0000000000000001","seq":1,"#
                + #""at":"2021-05-31T08:29:00+07:00","by":"Lan"}]}"#)
        #expect(shown.json["vv"]?.serialized() == #"{"0000000000000001":1,"0000000000000002":1}"#)
    }

    @Test("Statuses of which one is the later stage are no conflict, whatever the clocks say.")
    func settledStatus() {
        var state = makeState(.dossier)
        state.take(replica: 1, clock: morning, writes: ["status": .text("finished")])
        state.take(replica: 2, clock: morning + 5, writes: ["status": .text("processing")])
        #expect(ShownRecord(state: state)["status"] == "finished")
        #expect(ShownRecord(state: state).conflicts.isEmpty)
        state.take(replica: 3, clock: morning + 9, writes: ["status": .text("withdrawn")])
        let shown = ShownRecord(state: state)
        #expect(shown["status"] == "withdrawn")
        #expect(shown.conflicts.map(\.name) == ["status"])
        #expect(shown.conflicts.first?.values.count == 3)
    }

    @Test("Names that differ in normal form only are one value.")
    func normalForms() {
        var state = makeState(.dossier)
        state.take(replica: 1, writes: ["applicant_name": .text("Lê Đức Thuận")])
        state.take(
            replica: 2, clock: morning + 1,
            writes: ["applicant_name": .text("Le\u{302} Đư\u{301}c Thua\u{323}\u{302}n")])
        #expect(ShownRecord(state: state).conflicts.isEmpty)
        var other = makeState(.dossier)
        other.take(replica: 1, writes: ["applicant_name": .text("Le Duc Thuan")])
        other.take(replica: 2, writes: ["applicant_name": .text("Lê Đức Thuận")])
        #expect(ShownRecord(state: other).conflicts.count == 1)
    }

    @Test("Notes are all shown, the earliest first, equal ones too.")
    func notes() {
        var state = makeState(.contact)
        state.take(replica: 9, clock: morning, additions: ["notes": .text("một")])
        state.take(replica: 1, clock: morning + 20, additions: ["notes": .text("ba")])
        state.take(replica: 5, clock: morning + 10, additions: ["notes": .text("một")])
        #expect(ShownRecord(state: state)["notes"] == ["một", "một", "ba"])
        #expect(ShownRecord(state: state).conflicts.isEmpty)
    }

    @Test("A record of which only a refused change is known is void.")
    func void() {
        var state = makeState(.dossier)
        state.void(Dot(ReplicaID(1), 1))
        let shown = ShownRecord(state: state)
        #expect(shown.isVoid)
        #expect(shown.json["office"] == .null)
        #expect(shown.json["fields"]?.serialized() == "{}")
        #expect(shown.json["vv"]?.serialized() == #"{"0000000000000001":1}"#)
        state.take(replica: 2, writes: ["due_at": .null])
        #expect(!ShownRecord(state: state).isVoid)
    }

    @Test("A record of a newer kind is shown with all its fields by name.")
    func newerKind() {
        var state = makeState(RecordKind(rawValue: 9))
        state.take(replica: 1, writes: ["zz": .integer(1), "b": .text("x"), "notes": .text("n")])
        let shown = ShownRecord(state: state)
        #expect(shown.json["kind"] == "kind-9")
        #expect(shown.fields.map(\.name) == ["b", "notes", "zz"])
        #expect(shown["notes"] == "n")
    }

    @Test("What is shown of a record's own fields can be written again and means the same.")
    func shownValuesReadBack() throws {
        let line = try EditLine(
            parsing: Array(
                (#"{"new":"dossier","fields":{"due_at":"2021-06-30","received_at":"2021-05-31","#
                    + #""channel":"post","fee_vnd":1,"x.a":{"b":null},"applicant_name":null}}"#)
                    .utf8))
        guard case .new(_, _, let writes, _) = line.action else {
            Issue.record("no new dossier")
            return
        }
        for write in writes {
            let field = try #require(RecordSchema.definition(of: write.name, in: .dossier))
            let json = FieldCodec.json(from: write.value, for: field)
            #expect(try FieldCodec.value(from: json, for: field) == write.value)
        }
    }
}
