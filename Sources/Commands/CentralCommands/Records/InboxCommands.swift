// The inbox at central: what two desks wrote unknowing, with who, where and when.

internal import AdminDocuments
internal import Administration
internal import Causality
internal import CommandLine
internal import Dossiers
internal import JSON
internal import RecordArguments
internal import SQLiteStore
internal import Replication
internal import SharedCommands
internal import Text

enum InboxCommands {
    static let conflicts = Command(
        "conflicts",
        summary: Message(
            "list the conflicts that wait for a person", vi: "liệt kê mâu thuẫn chờ người xử lý"),
        discussion: Message(
            "Settle one with: central resolve RECORD FIELD VALUE; give it away with: central assign",
            vi: "Xử lý bằng: central resolve MÃ TRƯỜNG GIÁ-TRỊ; giao cho người khác: central assign"
        ),
        options: [
            Option(
                "--json",
                help: Message("one JSON document a line", vi: "mỗi dòng một tài liệu JSON")),
            Option(
                "--office", valueName: "CODE",
                help: Message("only this office's", vi: "chỉ của cơ quan này")),
            Option(
                "--assigned", valueName: "NAME",
                help: Message(
                    "only those given to this person", vi: "chỉ mâu thuẫn giao cho người này")),
        ]
    ) { invocation in
        var count = 0
        try CentralHome(invocation).withDatabase { database in
            let places = try Places(database)
            try database.forEachInboxEntry(
                office: invocation.value("--office"), assignee: invocation.value("--assigned")
            ) { entry in
                count += 1
                try show(entry, places, invocation)
                return !invocation.output.isClosed
            }
        }
        if count == 0, !invocation.has("--json") {
            try invocation.say(Message("no conflict waits", vi: "không có mâu thuẫn nào chờ"))
        }
        return .ok
    }

    private static func show(
        _ entry: InboxEntry, _ places: Places, _ invocation: Invocation
    ) throws {
        guard !invocation.has("--json") else {
            try invocation.printOut(entry.json.serialized())
            return
        }
        switch entry {
        case .conflict(let conflict, let record, let assigned):
            try show(conflict, of: record, assigned, places, invocation)
        case .sharedCode(let shared): try show(shared, invocation)
        }
    }

    private static func show(
        _ conflict: ShownConflict, of record: ShownRecord, _ assigned: String?, _ places: Places,
        _ invocation: Invocation
    ) throws {
        let code = TerminalSafe.text(record["code"]?.stringValue ?? record.id.description)
        let person = assigned.map { TerminalSafe.text($0) }
        let suffix = person.map { Message(" (for \($0))", vi: " (giao cho \($0))") }
        try invocation.say(
            Message(verbatim: "\(code) ") + RecordSchema.title(of: conflict.name)
                + (suffix ?? Message(verbatim: "")))
        var table = TextTable(Array(repeating: .init(""), count: 5))
        let field = RecordSchema.definition(of: conflict.name, in: record.kind)
        for (place, value) in conflict.values.enumerated() {
            table.add(
                [
                    Message(verbatim: "  \(place + 1)"),
                    FieldWords.text(of: value.value, for: field, .exact),
                    ShownTime.text(value.at), Message(verbatim: value.by ?? ""),
                    places.name(of: value.dot.replica),
                ].map { TerminalSafe.text(invocation.text($0)) })
        }
        try invocation.printOut(table)
    }

    private static func show(_ shared: SharedCode, _ invocation: Invocation) throws {
        let ids = shared.records.map(\.description)
        let code = TerminalSafe.text(shared.code)
        try invocation.say(
            Message(
                "\(code) is the code of \(ids.count) dossiers",
                vi: "\(code) là mã của \(ids.count) hồ sơ"))
        for id in ids { try invocation.printOut("  \(id)") }
    }

    static let resolve = Command(
        "resolve",
        summary: Message("settle a conflict with a value", vi: "xử lý mâu thuẫn bằng một giá trị"),
        arguments: [record] + ConflictChoice.arguments,
        options: [ConflictChoice.option, by]
    ) { invocation in
        let choice = try ConflictChoice(invocation)
        let home = try CentralHome(invocation)
        try home.withDatabase { database in
            let reference = try RecordReference(typed: invocation.positional("RECORD"))
            let act = ResolveConflict(
                in: reference, choice.field, by: invocation.value("--by"),
                choose: choice.chosenValue)
            _ = try home.perform(act, database)
        }
        let field = choice.field
        try invocation.say(
            Message("settled the conflict in \(field)", vi: "đã xử lý mâu thuẫn ở \(field)"))
        return .ok
    }

    static let assign = Command(
        "assign",
        summary: Message(
            "give a record's conflicts to a person", vi: "giao mâu thuẫn của hồ sơ cho một người"),
        arguments: [
            record, Positional("NAME", help: Message("who is to settle them", vi: "người xử lý")),
        ],
        options: [by]
    ) { invocation in
        let name = invocation.positional("NAME")
        guard !name.isEmpty else { throw UsageError(Message("NAME is empty", vi: "NAME trống")) }
        let home = try CentralHome(invocation)
        try home.withDatabase { database in
            let reference = try RecordReference(typed: invocation.positional("RECORD"))
            let act = AssignConflicts(of: reference, to: name, by: invocation.value("--by"))
            _ = try home.perform(act, database)
        }
        let person = TerminalSafe.text(name)
        try invocation.say(Message("given to \(person)", vi: "đã giao cho \(person)"))
        return .ok
    }

    private static let record = Positional(
        "RECORD",
        help: Message("the record's id, or a dossier's code", vi: "id của bản ghi, hoặc mã hồ sơ"))
    private static let by = Option(
        "--by", valueName: "NAME", help: Message("who does this", vi: "người thực hiện"))
}
