internal import Causality
internal import CommandLine
internal import Dossiers
internal import Editing
internal import JSON
internal import SQLiteStore
internal import Replication
internal import Text
internal import Wire

enum RefusedCommand {
    static func command(_ context: CounterContext) -> Command {
        Command(
            "refused",
            summary: Message(
                "show the changes that central refused, with their content",
                vi: "xem các thay đổi trung tâm từ chối, kèm nội dung"),
            discussion: Message(
                """
                A refused change is set aside here and no longer part of its record. Write what still
                holds once more, with counter set or counter new.
                """,
                vi: """
                    Thay đổi bị từ chối được để riêng, không còn thuộc bản ghi. Phần vẫn đúng hãy ghi lại bằng
                    counter set hoặc counter new.
                    """),
            options: [
                Option(
                    "--json",
                    help: Message("one JSON document a line", vi: "mỗi dòng một tài liệu JSON"))
            ]
        ) { invocation in
            let changes = try context.read(invocation) { database in
                try database.refusedChanges().map { change in
                    let state = try database.state(of: .id(change.record))
                    return (change, state.map { ShownRecord(state: $0) })
                }
            }
            for (change, record) in changes {
                if invocation.has("--json") {
                    try invocation.printJSON(change.json(record))
                } else {
                    for line in change.lines(
                        record, invocation.language, width: invocation.output.columns)
                    {
                        try invocation.printProse(line)
                    }
                }
            }
            if changes.isEmpty, !invocation.has("--json") {
                try invocation.say(
                    Message("central refused nothing", vi: "trung tâm không từ chối gì"))
            }
            return .ok
        }
    }
}

extension RefusedChange {
    /// Central's reason in both languages, when it is one that this version knows.
    private var reasonWords: Message {
        if let reason = RefusalReason(text: reason) { return reason.message }
        return faults.first { $0.english == reason } ?? Message(verbatim: reason)
    }

    /// What the domain may have against the change: a fault of its fields, or a step that its status
    /// cannot take, from wherever it was.
    private var faults: [Message] {
        var faults: [Message] = []
        do throws(DossierError) {
            try DossierRules.validate(change: change)
        } catch {
            faults.append(error.message)
        }
        let status = change.writes.first { $0.name == RecordSchema.statusField }?.value.text
        if let next = status.flatMap(DossierStatus.init(rawValue:)) {
            faults += DossierStatus.allCases.map {
                DossierError.illegalTransition(from: $0, to: next).message
            }
        }
        return faults
    }

    /// The line of `refused --json`; `record` is what this replica holds of the record.
    func json(_ record: ShownRecord?) -> JSONValue {
        .object([
            ("seq", .integer(Int64(clamping: seq))),
            ("id", .string(self.record.description)),
            ("recordCode", record?["code"] ?? .null),
            ("kind", .string(change.kind.name)),
            ("code", .string(code)), ("reason", .string(reason)),
            ("refusedAt", ShownText.json(refusedAt)),
            ("at", ShownText.json(change.stamp.shownTime)),
            ("by", change.by.map(JSONValue.string) ?? .null),
            ("fields", change.fieldsJSON),
            (
                "erased",
                .array((change.erasedContent?.fields ?? []).map { .string($0.rawValue) })
            ),
        ])
    }

    /// The change for a terminal, safe to print.
    func lines(_ record: ShownRecord?, _ language: Language, width: Int?) -> [String] {
        let name = record.map { ShownText.name(of: $0) } ?? self.record.description
        let by = change.by.map { Message(" by \($0)", vi: " – \($0)") }
        var lines = [
            Message(
                "change \(seq) to \(change.kind.name) \(name)",
                vi: "thay đổi \(seq) của \(change.kind.title.vietnamese) \(name)"),
            Message("  written ", vi: "  ghi lúc ") + ShownText.moment(change.stamp.shownTime)
                + (by ?? Message(verbatim: "")),
            Message("  refused ", vi: "  bị từ chối lúc ") + ShownText.moment(refusedAt)
                + Message(verbatim: ": ") + reasonWords + Message(verbatim: " (\(code))"),
        ].map { TerminalSafe.text($0.text(in: language)) }
        var table = TextTable([.init(""), .init("")])
        for member in change.fieldsJSON.objectValue ?? [] {
            let name = FieldName(member.name)
            table.add([
                "    \(RecordSchema.title(of: name).text(in: language))",
                ShownText.value(member.value, name, in: change.kind).text(in: language),
            ])
        }
        lines += table.lines(width: width)
        if let erased = change.erasedContent?.fields {
            let names = TerminalSafe.text(erased.map(\.rawValue).joined(separator: ", "))
            let words = Message("erased since: \(names)", vi: "đã bị xóa: \(names)")
            lines.append("    " + words.text(in: language))
        }
        return lines
    }
}
