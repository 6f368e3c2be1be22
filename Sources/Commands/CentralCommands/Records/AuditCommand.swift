internal import AdminDocuments
internal import Causality
internal import CommandLine
internal import Dossiers
internal import JSON
internal import SQLiteStore
internal import Replication
internal import Store
internal import Text

/// Who did what: to one record, or at central.
enum AuditCommand {
    static let command = Command(
        "audit",
        summary: Message(
            "show who did what: to a dossier, or at central",
            vi: "xem ai đã làm gì: với một hồ sơ, hoặc tại trung tâm"),
        discussion: Message(
            """
            With a record: every change to it, by whom, at which desk, when by its clock and when it
            arrived here, what was there before and after. Without: what admins did at this central.
            central verify --audit checks both against the devices' signatures and the trail's hashes.
            """,
            vi: """
                Với một bản ghi: mọi thay đổi, ai, ở quầy nào, lúc nào theo đồng hồ ở đó và lúc về đến
                đây, trước và sau là gì. Không ghi gì: những gì quản trị đã làm tại trung tâm này.
                central verify --audit kiểm tra cả hai theo chữ ký của thiết bị và mã băm của nhật ký.
                """),
        arguments: [
            Positional(
                "RECORD",
                help: Message(
                    "the record's id, or a dossier's code", vi: "id của bản ghi, hoặc mã hồ sơ"),
                optional: true)
        ],
        options: [
            Option(
                "--json",
                help: Message("one JSON document a line", vi: "mỗi dòng một tài liệu JSON"))
        ]
    ) { invocation in
        try CentralHome(invocation).withDatabase { database in
            if let text = invocation.optionalPositional("RECORD") {
                try show(try RecordReference(typed: text), database, invocation)
            } else {
                try showTrail(database, invocation)
            }
        }
        return .ok
    }

    private static func show(
        _ reference: RecordReference, _ database: CentralDatabase, _ invocation: Invocation
    ) throws {
        let places = try Places(database)
        guard let state = try database.state(of: reference) else { throw StoreError.noSuchRecord }
        for audited in try database.audit(of: state.id) {
            let change = audited.logged.change
            if invocation.has("--json") {
                try invocation.printOut(json(audited, places).serialized())
                continue
            }
            let void = Message(" (refused)", vi: " (bị từ chối)")
            let head =
                ShownTime.text(change.stamp.shownTime)
                + Message(verbatim: "  ")
                + places.name(of: change.dot.replica)
                + Message(verbatim: change.by.map { "  \($0)" } ?? "")
                + (audited.logged.isVoid ? void : Message(verbatim: ""))
            try invocation.printProse(TerminalSafe.text(invocation.text(head)))
            let arrived = ShownTime.text(audited.logged.arrived)
            try invocation.say(Message("  arrived ", vi: "  về đến ") + arrived)
            for field in audited.fields {
                let (before, after) = shown(field, kind: change.kind)
                let definition = RecordSchema.definition(of: field.name, in: change.kind)
                func text(_ value: JSONValue) -> String {
                    let words = FieldWords.text(of: value, for: definition, .exact)
                    return TerminalSafe.text(
                        invocation.text(words).replacing("\n", with: "; "))
                }
                let old = before.map { text($0) + " → " } ?? ""
                let beside = Self.beside(field, kind: change.kind).map(text)
                    .joined(separator: ", ")
                let apart = Message(
                    " (beside \(beside), which it had not seen)",
                    vi: " (song song với \(beside), người ghi chưa thấy)")
                let rest = beside.isEmpty ? "" : invocation.text(apart)
                let label = invocation.text(RecordSchema.label(of: field.name))
                try invocation.printProse("  \(label): \(old)\(text(after))\(rest)")
            }
            if !audited.isContentKept {
                try invocation.say(
                    Message(
                        "  not kept: what this device was refused is over its quota",
                        vi: "  không lưu: nội dung bị từ chối của thiết bị này vượt hạn mức"))
            }
            if !audited.erasedFields.isEmpty {
                let names = audited.erasedFields.map(\.rawValue).joined(separator: ", ")
                try invocation.say(
                    Message("  erased since: \(names)", vi: "  đã bị xóa: \(names)"))
            }
        }
    }

    private static func shown(
        _ field: AuditedChange.Field, kind: RecordKind
    ) -> (before: JSONValue?, after: JSONValue) {
        let definition = RecordSchema.definition(of: field.name, in: kind)
        return (
            field.before.map { FieldCodec.json(from: $0, for: definition) },
            FieldCodec.json(from: field.after, for: definition)
        )
    }

    private static func beside(_ field: AuditedChange.Field, kind: RecordKind) -> [JSONValue] {
        let definition = RecordSchema.definition(of: field.name, in: kind)
        return field.beside.map { FieldCodec.json(from: $0, for: definition) }
    }

    /// `{replica, seq, desk, by, at, arrived, refused, before, after, beside, erased, contentKept}`: `before` has
    /// what the writer saw, `beside` what stood there that it had not seen.
    private static func json(_ audited: AuditedChange, _ places: Places) -> JSONValue {
        let change = audited.logged.change
        let fields = audited.fields.map { field in
            let (before, after) = shown(field, kind: change.kind)
            return (field.name.rawValue, before ?? .null, after)
        }
        return .object([
            ("replica", .string(change.dot.replica.description)),
            ("seq", .integer(Int64(clamping: change.dot.seq))),
            ("desk", .string(places.name(of: change.dot.replica).english)),
            ("by", change.by.map(JSONValue.string) ?? .null),
            ("at", ShownTime.json(change.stamp.shownTime)),
            ("arrived", ShownTime.json(audited.logged.arrived)),
            ("refused", .bool(audited.logged.isVoid)),
            ("before", .object(fields.map { ($0.0, $0.1) })),
            ("after", .object(fields.map { ($0.0, $0.2) })),
            (
                "beside",
                .object(
                    audited.fields.filter { !$0.beside.isEmpty }.map {
                        ($0.name.rawValue, .array(beside($0, kind: change.kind)))
                    })
            ),
            ("erased", .array(audited.erasedFields.map { .string($0.rawValue) })),
            ("contentKept", .bool(audited.isContentKept)),
        ])
    }

    private static func showTrail(_ database: CentralDatabase, _ invocation: Invocation) throws {
        let places = try Places(database)
        var table = TextTable([.init(""), .init(""), .init(""), .init(""), .init("")])
        for entry in try database.trail() {
            if invocation.has("--json") {
                try invocation.printOut(entry.json.serialized())
            } else {
                table.add([
                    invocation.text(ShownTime.text(entry.at)),
                    invocation.text(places.name(ofActor: entry.actor)),
                    invocation.text(TrailWords.title(of: entry.action)), entry.subject,
                    entry.count.map(String.init) ?? "",
                ])
            }
        }
        try invocation.printOut(table)
    }
}
