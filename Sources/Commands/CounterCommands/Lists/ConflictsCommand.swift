internal import Causality
internal import CommandLine
internal import Dossiers
internal import JSON
internal import SQLiteStore
internal import Replication
internal import Text

/// The inbox: what two desks wrote unknowing, and codes that two dossiers have.
enum ConflictsCommand {
    static func command(_ context: CounterContext) -> Command {
        Command(
            "conflicts",
            summary: Message(
                "list the conflicts that wait for a person", vi: "liệt kê mâu thuẫn chờ người xử lý"
            ),
            discussion: Message(
                """
                Settle one with: counter resolve RECORD FIELD VALUE
                Give it to somebody with: counter assign RECORD NAME
                A code that two dossiers have: counter recode ID gives one of them a new one.
                """,
                vi: """
                    Xử lý bằng: counter resolve MÃ TRƯỜNG GIÁ-TRỊ
                    Giao cho người khác bằng: counter assign MÃ TÊN
                    Mã mà hai hồ sơ cùng có: counter recode ID cấp mã mới cho một hồ sơ.
                    """),
            options: [
                Option(
                    "--assigned", valueName: "NAME",
                    help: Message(
                        "only those given to this person", vi: "chỉ mâu thuẫn giao cho người này")),
                Option(
                    "--unassigned",
                    help: Message(
                        "only those given to nobody", vi: "chỉ mâu thuẫn chưa giao cho ai")),
                Option(
                    "--json",
                    help: Message("one JSON document a line", vi: "mỗi dòng một tài liệu JSON")),
            ]
        ) { try run($0, context) }
    }

    private static func run(_ invocation: Invocation, _ context: CounterContext) throws -> ExitCode
    {
        let wanted = invocation.value("--assigned").map { SearchText($0) }
        var count = 0
        try context.read(invocation) { database in
            let desks = try DeskNames(database)
            try database.forEachRecord(.waitingConflicts) { state in
                let assigned = state.shownValue(RecordSchema.assignedField)?.text
                if invocation.has("--unassigned"), assigned != nil { return true }
                if let wanted, !(assigned.map(wanted.matches) ?? false) { return true }
                let record = ShownRecord(state: state)
                for conflict in record.conflicts {
                    count += 1
                    if invocation.has("--json") {
                        try invocation.printJSON(
                            conflict.line(of: record, assigned: assigned, desks))
                    } else {
                        try show(conflict, of: record, assigned, desks, invocation)
                    }
                }
                return !invocation.output.isClosed
            }
            guard wanted == nil, !invocation.has("--unassigned") else { return }
            for shared in try database.sharedCodes(office: try database.identity()?.office) {
                count += 1
                try show(shared, database, invocation)
            }
        }
        if !invocation.has("--json") { try invocation.say(summary(count)) }
        return .ok
    }

    private static func summary(_ count: Int) -> Message {
        guard count > 0 else {
            return Message("no conflict waits", vi: "không có mâu thuẫn nào chờ")
        }
        return Message(
            "\(GroupedNumber.counted(count, "conflict")); settle each with: "
                + "counter resolve RECORD FIELD VALUE",
            vi: "\(Language.vietnamese.number(count)) mâu thuẫn; xử lý từng cái bằng: "
                + "counter resolve MÃ TRƯỜNG GIÁ-TRỊ")
    }

    private static func show(
        _ conflict: ShownConflict, of record: ShownRecord, _ assigned: String?,
        _ desks: DeskNames, _ invocation: Invocation
    ) throws {
        let name = TerminalSafe.text(ShownText.name(of: record))
        let person = assigned.map { TerminalSafe.text($0) }
        let suffix = person.map { Message(" (for \($0))", vi: " (giao cho \($0))") }
        try invocation.say(
            Message(verbatim: "\(name) ") + RecordSchema.title(of: conflict.name)
                + (suffix ?? Message(verbatim: "")))
        for line in conflict.lines(
            in: record.kind, desks, invocation.language, invocation.output.columns)
        {
            try invocation.printOut(line)
        }
    }

    private static func show(
        _ shared: SharedCode, _ database: CounterDatabase, _ invocation: Invocation
    ) throws {
        guard !invocation.has("--json") else {
            try invocation.printJSON(
                .object([
                    ("code", .string(shared.code)), ("field", "code"),
                    ("records", .array(shared.records.map { .string($0.description) })),
                ]))
            return
        }
        try shared.print(database, invocation)
    }
}

extension SharedCode {
    /// Shows whose dossiers have the code, to the clerk who may read them: never for a log.
    func print(_ database: CounterDatabase, _ invocation: Invocation) throws {
        let code = TerminalSafe.text(code)
        let count = records.count
        try invocation.say(
            Message(
                "\(code) is the code of \(count) dossiers", vi: "\(code) là mã của \(count) hồ sơ"))
        var table = TextTable([.init(""), .init(""), .init("")])
        for id in records {
            guard let state = try database.state(of: .id(id)) else { continue }
            let record = ShownRecord(state: state)
            table.add([
                "  \(id)",
                invocation.text(
                    ShownText.value(record["received_at"], "received_at", in: .dossier)),
                invocation.text(
                    ShownText.value(record["applicant_name"], "applicant_name", in: .dossier)),
            ])
        }
        try invocation.printOut(table)
    }
}

extension ShownConflict {
    /// The line of `conflicts --json`.
    func line(of record: ShownRecord, assigned: String?, _ desks: DeskNames) -> JSONValue {
        .object([
            ("id", .string(record.id.description)), ("code", record["code"] ?? .null),
            ("field", .string(name.rawValue)), ("values", json { desks.words($0).english }),
            ("assigned", assigned.map(JSONValue.string) ?? .null),
        ])
    }
}
