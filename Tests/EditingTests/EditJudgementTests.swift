import Causality
import Crypto
import Dossiers
import Editing
import Replication
import Testing

@Suite("What a clerk may write, on values")
struct EditJudgementTests {
    private static let now = Timestamp(milliseconds: 1_790_000_000_000)

    private func author(office: String? = "A") -> EditAuthor {
        EditAuthor(
            replica: ReplicaID(7), chain: HashChain(), clock: HybridClock(), office: office)
    }

    private func read(_ written: LocalWrite? = nil) -> EditReadSet {
        var read = EditReadSet(now: Self.now)
        read.record = written?.after
        read.exists = written != nil
        return read
    }

    private func made(
        _ writes: [FieldWrite] = [], office: String? = "A"
    ) throws(EditFault) -> LocalWrite {
        try EditJudgement.write(
            for: EditRequest(.make(.dossier, id: nil, writes: writes, additions: [])),
            by: author(office: office), knowing: read())
    }

    private func edited(
        _ writes: [FieldWrite], of made: LocalWrite, knowing read: EditReadSet? = nil
    ) throws(EditFault) -> LocalWrite {
        try EditJudgement.write(
            for: EditRequest(.edit(writes: writes, additions: [])), by: made.author,
            knowing: read ?? self.read(made))
    }

    @Test("a new dossier is new and its office's; the change is the next of the chain")
    func make() throws {
        let written = try made([FieldWrite("applicant_name", .text("Lan"))])
        #expect(written.after.shownValue(RecordSchema.statusField) == .text("new"))
        #expect(written.after.shownValue(RecordSchema.officeField) == .text("A"))
        #expect(written.change.dot == Dot(ReplicaID(7), 1) && written.author.chain.seq == 1)
        #expect(written.entry.hash == written.author.chain.hash && written.entry.isMaking)
        #expect(!written.existed && written.before.fields.isEmpty)
    }

    @Test("a new record's change names the rule of its id; one whose id is given, none")
    func idRule() throws {
        let written = try made()
        #expect(written.change.idRule == .time)
        #expect(try Change(canonicalBytes: written.entry.bytes ?? []).idRule == .time)
        #expect(
            written.record
                == RecordID(
                    by: .time, from: written.author.chain.hash, at: written.change.clock))
        let milliseconds = written.record.bytes.prefix(6).reduce(0) { $0 << 8 | Int64($1) }
        #expect(milliseconds == Self.now.milliseconds)
        var knowing = read()
        knowing.record = RecordState(kind: .dossier, id: written.record)
        let given = try EditJudgement.write(
            for: EditRequest(.make(.dossier, id: written.record, writes: [], additions: [])),
            by: author(), knowing: knowing)
        #expect(given.record == written.record && given.change.idRule == .chain)
    }

    @Test("a counter writes for its own office alone, central for those that the catalog has")
    func offices() throws {
        let other = [FieldWrite(RecordSchema.officeField, .text("B"))]
        #expect(throws: EditFault.outOfScope) { try made(other) }
        #expect(throws: EditFault.unknownOffice) { try made(other, office: nil) }
        var knowing = read()
        knowing.offices = ["b": "B"]
        let typed = [FieldWrite(RecordSchema.officeField, .text("b"))]
        let written = try EditJudgement.write(
            for: EditRequest(.make(.dossier, id: nil, writes: typed, additions: [])),
            by: author(office: nil), knowing: knowing)
        #expect(written.after.shownValue(RecordSchema.officeField) == .text("B"))
    }

    @Test("a step is judged by the procedure's own steps where it has some")
    func steps() throws {
        let made = try made([FieldWrite("procedure", .text("1.004199"))])
        let step = [FieldWrite(RecordSchema.statusField, .text("finished"))]
        #expect(throws: EditFault.self) { try edited(step, of: made) }
        var knowing = read(made)
        knowing.editions = [ProcedureEdition(effectiveFrom: "", transitions: "new>finished")]
        #expect(try edited(step, of: made, knowing: knowing).unknownProcedure == nil)
        let reads = EditReads(
            for: EditRequest(.edit(writes: step, additions: [])), on: made.after)
        #expect(reads.steps == "1.004199" && reads.procedure == nil && reads.code == nil)
    }

    @Test("nothing is read beside the record for what no rule asks more of")
    func reads() throws {
        let note = [FieldWrite(RecordSchema.notesField, .text("đã gọi"))]
        let request = EditRequest(.edit(writes: [], additions: note))
        #expect(
            EditReads(for: request, on: try made().after)
                == EditReads(
                    for: EditRequest(.edit(writes: [], additions: [])), on: try made().after))
    }

    @Test("a code that another dossier has is none for this one, its own is")
    func codes() throws {
        let made = try made()
        let code = [FieldWrite("code", .text("A-261130-1"))]
        var knowing = read(made)
        knowing.holders = [.init(id: made.record, effectiveFrom: nil)]
        _ = try edited(code, of: made, knowing: knowing)
        let other = RecordID(derivedFrom: .zero)
        knowing.holders.append(.init(id: other, effectiveFrom: nil))
        #expect(throws: EditFault.duplicateCode) {
            try edited(code, of: made, knowing: knowing)
        }
    }

    @Test("today's last step is taken back, yesterday's is not")
    func undo() throws {
        let made = try made()
        let step = try edited(
            [FieldWrite(RecordSchema.statusField, .text("accepted"))], of: made)
        func undone(isOfToday: Bool) throws(EditFault) -> LocalWrite {
            var knowing = read(step)
            knowing.history = [
                TakenStep(
                    change: step.change, isOfToday: isOfToday, isVoid: false,
                    fields: [
                        .init(
                            name: RecordSchema.statusField, before: .text("new"),
                            after: .text("accepted"))
                    ])
            ]
            return try EditJudgement.write(
                for: EditRequest(.undo), by: step.author, knowing: knowing)
        }
        let back = try undone(isOfToday: true)
        #expect(back.after.shownValue(RecordSchema.statusField) == .text("new"))
        #expect(throws: EditFault.domain(.notToday)) { try undone(isOfToday: false) }
    }
}
