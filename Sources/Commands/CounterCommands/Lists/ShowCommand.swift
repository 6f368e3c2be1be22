internal import Causality
internal import CommandLine
internal import Dossiers
internal import JSON
internal import SQLiteStore
internal import Replication
internal import Text

enum ShowCommand {
    static func command(_ context: CounterContext) -> Command {
        Command(
            "show",
            summary: Message(
                "show a record, its conflicts and whether central has it",
                vi: "xem bản ghi, mâu thuẫn và trung tâm đã có chưa"),
            arguments: [.record],
            options: [
                Option(
                    "--history",
                    help: Message(
                        "also every change to it that this replica has logged",
                        vi: "kèm mọi thay đổi của nó mà máy này đã ghi")),
                .json,
            ]
        ) { invocation in
            let reference = try invocation.reference()
            let view = try context.read(invocation) { database in
                try RecordView(
                    reference, database, withHistory: invocation.has("--history"),
                    now: context.clock.now())
            }
            if invocation.has("--json") {
                try invocation.printJSON(view.json)
            } else {
                for line in view.lines(invocation.language, width: invocation.output.columns) {
                    try invocation.printProse(line)
                }
            }
            return .ok
        }
    }
}

/// A record with all that a person at this counter wants to know of it.
struct RecordView {
    let state: RecordState
    let record: ShownRecord
    private let own: ReplicaID?
    /// Who wrote what.
    private let desks: DeskNames
    /// Whether central has all that was written to it here.
    let isAtCentral: Bool
    /// Changes to it that were refused and wait for a person.
    let refusedCount: Int
    let history: [AuditedChange]?
    /// The catalog's names of the codes in it.
    let names: [FieldName: String]
    /// When it is due, for a dossier that has a deadline and is the office's own.
    let deadline: ShownDeadline?
    /// Where it went, when it is a copy.
    let departure: Departure?

    init(
        _ reference: RecordReference, _ database: CounterDatabase, withHistory: Bool,
        now: Timestamp
    ) throws {
        guard let state = try database.state(of: reference) else { throw StoreError.noSuchRecord }
        self.state = state
        record = ShownRecord(state: state)
        let identity = try database.identity()
        own = identity?.replica
        isAtCentral = own.map { state.vv[$0] <= identity?.pushedSeq ?? 0 } ?? true
        refusedCount = try database.refusedChanges().count { $0.record == state.id }
        history = withHistory ? try database.audit(of: state.id) : nil
        names = try database.catalogNames(in: state)
        desks = try DeskNames(database)
        departure = try database.isCopy(state) ? Departure(state, in: database) : nil
        deadline =
            departure == nil && !state.isVoided
            ? ShownDeadline(state, try database.deadlineBook(), now: now) : nil
    }

    var json: JSONValue {
        var members = record.json.objectValue ?? []
        members.append(JSONMember(name: "atCentral", value: .bool(isAtCentral)))
        members.append(JSONMember(name: "refused", value: .integer(Int64(refusedCount))))
        if state.kind == .dossier {
            members.append(JSONMember(name: "deadline", value: deadline?.json ?? .null))
        }
        if let departure {
            members.append(JSONMember(name: "handedOver", value: departure.json))
        }
        if let history {
            let changes = history.map { $0.json(desks) }
            members.append(JSONMember(name: "history", value: .array(changes)))
        }
        return .object(members)
    }

    /// Fields that are said in lines of their own.
    private static let fieldsOnTheirOwn: Set<FieldName> = [
        RecordSchema.notesField, RecordSchema.clockOffField, RecordSchema.timesFixedField,
        RecordSchema.eventsField, RecordSchema.stepsField, RecordSchema.extensionsField,
    ]

    /// The view, safe to print.
    ///
    /// - Parameter width: that of the terminal; `nil` for none.
    func lines(_ language: Language, width: Int?) -> [String] {
        var lines = [
            "\(record.kind.title.text(in: language)) \(TerminalSafe.text(ShownText.name(of: record)))",
            "",
        ]
        var table = TextTable([.init(""), .init("")])
        table.add(["id", record.id.description])
        for member in record.fields {
            let name = FieldName(member.name)
            if Self.fieldsOnTheirOwn.contains(name) { continue }
            var value = ShownText.value(member.value, name, in: record.kind)
            if let known = names[name] { value = value + Message(verbatim: " (\(known))") }
            table.add([
                RecordSchema.title(of: name).text(in: language), value.text(in: language),
            ])
        }
        lines += table.lines(width: width)
        if let departure { lines += ["", departure.line.text(in: language)] }
        if state.isVoided {
            let words = Message(
                "entered by mistake: in no list and no figure",
                vi: "nhập nhầm, đã hủy: không có trong danh sách và số liệu")
            lines += ["", words.text(in: language)]
        }
        if let deadline { lines += ["", deadline.line.text(in: language)] }
        let clock = state.wrongClockMarks.max {
            $0.offMilliseconds.magnitude < $1.offMilliseconds.magnitude
        }.map(WrongClockWords.record)
        if let clock { lines += ["", clock.text(in: language)] }
        lines +=
            eventLines(language, width) + stepLines(language, width) + noteLines(language)
            + conflictLines(language, width) + [""]
        lines += syncLines.map { $0.text(in: language) }
        if let history { lines += [""] + Self.lines(of: history, desks, language, width) }
        return lines
    }

    private func eventLines(_ language: Language, _ width: Int?) -> [String] {
        let events = state.events
        guard !events.isEmpty else { return [] }
        var table = TextTable([.init(""), .init(""), .init("")])
        for event in events {
            let by = event.by.map { Message("by \($0)", vi: "– \($0)") }
            let time = ShownText.moment(Timestamp(milliseconds: event.time))
            table.add([
                "  " + time.text(in: language),
                TerminalSafe.text(event.event.words.text(in: language)),
                TerminalSafe.text(by?.text(in: language) ?? ""),
            ])
        }
        return ["", Message("events", vi: "diễn biến").text(in: language)]
            + table.lines(width: width)
    }

    private func stepLines(_ language: Language, _ width: Int?) -> [String] {
        guard let steps = record[RecordSchema.stepsField]?.arrayValue, !steps.isEmpty else {
            return []
        }
        var table = TextTable([.init(""), .init(""), .init(""), .init("")])
        for step in steps {
            func text(_ name: String) -> String {
                TerminalSafe.text(step[name]?.stringValue ?? "")
            }
            let at = ShownText.value(step["at"], "received_at", in: .dossier)
            table.add([
                "  " + at.text(in: language),
                text("from") + " → " + text("to"), text("person"), text("result"),
            ])
        }
        let title = Message("steps inside the office", vi: "luân chuyển nội bộ")
        return ["", title.text(in: language)] + table.lines(width: width)
    }

    private func noteLines(_ language: Language) -> [String] {
        let notes = state.standingNotes
        guard !notes.isEmpty else { return [] }
        var lines = ["", Message("notes", vi: "ghi chú").text(in: language)]
        for entry in notes {
            let stamp = state.stamp(of: entry.dot)
            let by = stamp?.by.map { Message(" by \($0)", vi: " – \($0)") }
            let head =
                Message(verbatim: "  ") + ShownText.moment(stamp.map { state.civilTime(of: $0) })
                + (by ?? Message(verbatim: ""))
            lines.append(TerminalSafe.text(head.text(in: language)))
            let text = TerminalSafe.text(entry.value.text ?? "", keepingLines: true)
            lines += text.split(separator: "\n", omittingEmptySubsequences: false).map {
                "    " + $0
            }
        }
        return lines
    }

    private func conflictLines(_ language: Language, _ width: Int?) -> [String] {
        record.conflicts.flatMap { conflict in
            let title =
                Message("conflict in ", vi: "mâu thuẫn ở ") + RecordSchema.title(of: conflict.name)
            return ["", title.text(in: language)]
                + conflict.lines(in: record.kind, desks, language, width)
        }
    }

    private var syncLines: [Message] {
        var lines: [Message] = []
        if own.map({ state.vv[$0] == 0 }) ?? true {
            lines.append(
                Message(
                    "nothing was written to it at this replica",
                    vi: "máy này chưa ghi gì vào bản ghi"))
        } else if isAtCentral {
            lines.append(
                Message(
                    "central has all that was written to it at this replica",
                    vi: "trung tâm đã có mọi thứ máy này ghi vào bản ghi"))
        } else {
            lines.append(
                Message(
                    "not yet at central: what was written to it here waits for a sync",
                    vi: "chưa tới trung tâm: những gì ghi ở đây đang chờ đồng bộ"))
        }
        if refusedCount > 0 {
            lines.append(
                Message("central refused ", vi: "trung tâm từ chối ")
                    + ShownText.changes(refusedCount)
                    + Message(
                        " to it: see counter refused", vi: " của bản ghi: xem counter refused"))
        }
        return lines
    }

    private static func lines(
        of history: [AuditedChange], _ desks: DeskNames, _ language: Language,
        _ width: Int?
    ) -> [String] {
        func say(_ english: String, _ vietnamese: String) -> String {
            Message(english, vi: vietnamese).text(in: language)
        }
        guard !history.isEmpty else {
            return [
                say(
                    "no change to it is logged here: the record came whole from central",
                    "ở đây không có nhật ký: bản ghi đến nguyên vẹn từ trung tâm")
            ]
        }
        var table = TextTable([
            .init(say("at", "lúc")), .init(say("by", "người")), .init(say("desk", "quầy")),
            .init(say("fields", "trường")),
        ])
        for audited in history {
            let change = audited.logged.change
            let desk = desks.words(change.dot.replica).text(in: language)
            table.add([
                ShownText.moment(change.stamp.shownTime).text(in: language), change.by ?? "",
                TerminalSafe.text(desk),
                audited.fieldWords(language) + audited.erasedWords(language)
                    + (audited.logged.isVoid ? say(" (refused)", " (bị từ chối)") : ""),
            ])
        }
        let isWhole = history.contains { $0.logged.change.context.isEmpty }
        return table.lines(width: width)
            + (isWhole
                ? []
                : [
                    say(
                        "what came before is not logged here: it came whole from central",
                        "phần trước không có nhật ký ở đây: đến nguyên vẹn từ trung tâm")
                ])
    }
}

extension AuditedChange {
    /// The fields with what was there and what was written; what was added with a plus.
    func fieldWords(_ language: Language) -> String {
        let kind = logged.change.kind
        return fields.map { field in
            let definition = RecordSchema.definition(of: field.name, in: kind)
            func text(_ value: FieldValue) -> String {
                let json = FieldCodec.json(from: value, for: definition)
                return ShownText.value(json, field.name, in: kind).text(in: language)
            }
            let sign = definition?.isEntries == true ? "+" : ""
            let old = field.before.map { text($0) + " → " } ?? ""
            let beside = field.beside.map(text).joined(separator: ", ")
            let apart = Message(
                " (beside \(beside), not seen)", vi: " (song song với \(beside), chưa thấy)")
            let label = RecordSchema.label(of: field.name).text(in: language)
            return "\(sign)\(label): \(old)\(text(field.after))"
                + (beside.isEmpty ? "" : apart.text(in: language))
        }.joined(separator: "; ")
    }

    /// The fields that were erased since.
    func erasedWords(_ language: Language) -> String {
        guard !erasedFields.isEmpty else { return "" }
        let names = erasedFields.map(\.rawValue).joined(separator: ", ")
        let words = Message("erased since: \(names)", vi: "đã bị xóa: \(names)")
        return (fields.isEmpty ? "" : "; ") + words.text(in: language)
    }

    /// The change as `show --history --json` gives it; `before` has what its writer saw in the written fields,
    /// `beside` the values there that the writer had not seen.
    func json(_ desks: DeskNames) -> JSONValue {
        let change = logged.change
        let before = fields.map { field in
            let definition = RecordSchema.definition(of: field.name, in: change.kind)
            let value = field.before.map { FieldCodec.json(from: $0, for: definition) }
            return (field.name.rawValue, value ?? .null)
        }
        let beside = fields.filter { !$0.beside.isEmpty }.map { field in
            let definition = RecordSchema.definition(of: field.name, in: change.kind)
            let values = field.beside.map { FieldCodec.json(from: $0, for: definition) }
            return (field.name.rawValue, JSONValue.array(values))
        }
        return .object([
            ("replica", .string(change.dot.replica.description)),
            ("seq", .integer(Int64(clamping: change.dot.seq))),
            ("desk", .string(desks.words(change.dot.replica).english)),
            ("at", ShownText.json(change.stamp.shownTime)),
            ("by", change.by.map(JSONValue.string) ?? .null),
            ("arrived", ShownText.json(logged.arrived)),
            ("refused", .bool(logged.isVoid)),
            ("fields", change.fieldsJSON), ("before", .object(before)),
            ("beside", .object(beside)),
            ("erased", .array(erasedFields.map { .string($0.rawValue) })),
        ])
    }
}

extension Change {
    /// Written and added fields with their values as shown.
    var fieldsJSON: JSONValue {
        .object(
            (writes + additions).map { write in
                let definition = RecordSchema.definition(of: write.name, in: kind)
                return (write.name.rawValue, FieldCodec.json(from: write.value, for: definition))
            })
    }
}

extension ShownConflict {
    /// The values for a terminal, numbered: what, when, by whom, at which desk.
    func lines(
        in kind: RecordKind, _ desks: DeskNames, _ language: Language, _ width: Int?
    ) -> [String] {
        var table = TextTable(Array(repeating: .init(""), count: 5))
        for (place, shown) in values.enumerated() {
            let cells = [
                Message(verbatim: "  \(place + 1)"),
                ShownText.value(shown.value, name, in: kind, .exact), ShownText.moment(shown.at),
                shown.by.map { Message("by \($0)", vi: "do \($0)") } ?? Message(verbatim: ""),
                desks.words(shown.dot.replica),
            ]
            table.add(cells.map { TerminalSafe.text($0.text(in: language)) })
        }
        return table.lines(width: width)
    }
}
