internal import Causality
internal import CommandLine
internal import Dossiers
internal import JSON
internal import SQLiteStore
internal import Replication
internal import Text
internal import Time

/// What became of the records that were written under a wrong clock, or would become of them.
struct TimesOutcome {
    /// One record.
    struct Entry {
        var name: String
        var id: RecordID
        var correction: TimesCorrection
        /// The code that it got, or `nil`.
        var newCode: String?
        /// Why it could not be written.
        var error: StoreError?
    }

    /// Records that a terminal is shown in full; the rest is counted.
    private static let shownMax = 50

    private(set) var entries: [Entry] = []
    private var items: [TimesPlan.Item]
    private let elsewhereCount: Int

    init(_ plan: TimesPlan) {
        items = plan.items
        elsewhereCount = plan.elsewhereCount
        entries = plan.items.map { item in
            Entry(
                name: ShownText.name(of: ShownRecord(state: item.state)), id: item.state.id,
                correction: item.correction)
        }
    }

    /// Whether nothing is left to do for those that were asked for.
    var isWhole: Bool {
        entries.allSatisfy { $0.error == nil && $0.correction.unknown.isEmpty }
    }

    private var corrected: [Entry] {
        entries.filter { $0.error == nil && !$0.correction.isEmpty }
    }

    /// Writes the corrections, each record by itself.
    mutating func write(
        _ edit: CounterEdit, _ transaction: CounterWriteTransaction, note: String, by: String?
    ) throws {
        for place in entries.indices where !entries[place].correction.isEmpty {
            let (state, correction) = (items[place].state, items[place].correction)
            do {
                entries[place].newCode = try transaction.attempt {
                    var writes = correction.writes
                    let code = try code(for: state, correction, edit)
                    if let code { writes.append(FieldWrite("code", .text(code))) }
                    var additions = [correction.addition]
                    // What was erased by law takes no more text.
                    if state.keptFields == nil {
                        additions.append(FieldWrite(RecordSchema.notesField, .text(note)))
                    }
                    _ = try edit.edit(.id(state.id), writes: writes, additions: additions, by: by)
                    return code
                }
            } catch let error as StoreError where error.isOfOneEdit {
                entries[place].error = error
            }
        }
    }

    /// The code of the day of receipt, for a dossier that has none.
    private func code(
        for state: RecordState, _ correction: TimesCorrection, _ edit: CounterEdit
    ) throws -> String? {
        guard state.kind == .dossier, state.shownValue("code")?.text == nil,
            let received = correction.moves.first(where: { $0.name == "received_at" })?.to
        else { return nil }
        return try edit.possibleCode(
            day: try edit.day(of: Timestamp(milliseconds: received)))
    }
}

extension TimesOutcome {
    /// `{dryRun, corrected: [{id, code, newCode, moves: [{field, from, to}], acts: [{from, to}]}],
    /// unknown: [{id, code, at, offMilliseconds}], failed: [{id, code, error}], elsewhere}`.
    func json(isDryRun: Bool) -> JSONValue {
        func time(_ milliseconds: Int64) -> JSONValue {
            .string(OfficeTime.text(milliseconds: milliseconds))
        }
        func members(_ entry: Entry) -> [(String, JSONValue)] {
            [("id", .string(entry.id.description)), ("code", .string(entry.name))]
        }
        let moved = corrected.map { entry in
            JSONValue.object(
                members(entry) + [
                    ("newCode", entry.newCode.map(JSONValue.string) ?? .null),
                    (
                        "moves",
                        .array(
                            entry.correction.moves.map {
                                .object([
                                    ("field", .string($0.name.rawValue)), ("from", time($0.from)),
                                    ("to", time($0.to)),
                                ])
                            })
                    ),
                    (
                        "acts",
                        .array(
                            acts(entry).map {
                                .object([("from", time($0.from)), ("to", time($0.to))])
                            })
                    ),
                ])
        }
        let unknown = entries.flatMap { entry in
            entry.correction.unknown.map { mark in
                JSONValue.object(
                    members(entry) + [
                        ("at", time(mark.act.time.milliseconds)),
                        ("offMilliseconds", .integer(mark.offMilliseconds)),
                    ])
            }
        }
        let failed = entries.compactMap { entry in
            entry.error.map { error in
                JSONValue.object(members(entry) + [("error", .string(error.code))])
            }
        }
        return .object([
            ("dryRun", .bool(isDryRun)), ("corrected", .array(moved)),
            ("unknown", .array(unknown)), ("failed", .array(failed)),
            ("elsewhere", .integer(Int64(elsewhereCount))),
        ])
    }

    /// What was done for each record, then in all.
    func lines(isDryRun: Bool) -> [Message] {
        var lines = entries.prefix(Self.shownMax).flatMap(lines)
        if entries.count > Self.shownMax {
            let rest = entries.count - Self.shownMax
            lines.append(
                Message(
                    "and \(GroupedNumber.counted(rest, "more record"))",
                    vi: "và \(Language.vietnamese.number(rest)) bản ghi nữa"))
        }
        let count = corrected.count
        let done = Message(
            "\(GroupedNumber.counted(count, "record")) \(isDryRun ? "would be " : "")set right",
            vi: "\(isDryRun ? "sẽ sửa" : "đã sửa") \(Language.vietnamese.number(count)) bản ghi")
        lines.append(done)
        let unknown = entries.count { !$0.correction.unknown.isEmpty }
        if unknown > 0 {
            lines.append(
                Message(
                    "\(GroupedNumber.counted(unknown, "record")) left: no sync has told by how "
                        + "much the clock was off; --move or --to says it",
                    vi: "còn \(Language.vietnamese.number(unknown)) bản ghi: chưa lần đồng bộ nào "
                        + "cho biết độ lệch; ghi --move hoặc --to"))
        }
        if elsewhereCount > 0 {
            lines.append(
                Message(
                    "\(GroupedNumber.counted(elsewhereCount, "record")) of other desks: they are set "
                        + "right there, or here by name",
                    vi: "\(Language.vietnamese.number(elsewhereCount)) bản ghi của quầy khác: sửa "
                        + "tại quầy đó, hoặc ở đây theo mã"))
        }
        return lines
    }

    private func lines(_ entry: Entry) -> [Message] {
        if let error = entry.error {
            return [Message(verbatim: "\(entry.name): ") + error.message]
        }
        func moment(_ milliseconds: Int64) -> Message {
            ShownText.moment(Timestamp(milliseconds: milliseconds))
        }
        let arrow = Message(verbatim: " → ")
        var parts = entry.correction.moves.map { move in
            RecordSchema.title(of: move.name) + Message(verbatim: " ") + moment(move.from) + arrow
                + moment(move.to)
        }
        // What wrote no time of its own has one in the history all the same.
        if parts.isEmpty {
            parts = acts(entry).map { moment($0.from) + arrow + moment($0.to) }
        }
        if let code = entry.newCode { parts.append(Message("code \(code)", vi: "mã \(code)")) }
        parts += entry.correction.inConflict.map { name in
            Message(
                "\(name) is in conflict: settle it by hand",
                vi: "\(name) đang mâu thuẫn: xử lý riêng")
        }
        parts += entry.correction.unknown.map { mark in
            moment(mark.act.time.milliseconds) + Message(": left", vi: ": chưa sửa")
        }
        return [Message(verbatim: "\(entry.name): ") + .joined(parts, separator: "; ")]
    }

    private func acts(_ entry: Entry) -> [(from: Int64, to: Int64)] {
        entry.correction.fix.times.map { ($0.key.time.milliseconds, $0.value.milliseconds) }
            .sorted { ($0.0, $0.1) < ($1.0, $1.1) }.map { (from: $0.0, to: $0.1) }
    }
}
