// What the editing commands share: their answer, and who and when.

internal import Causality
internal import CommandLine
internal import Dossiers
internal import JSON
internal import SQLiteStore
internal import Replication
internal import SharedCommands
internal import Text
internal import Time

/// What an edit did, as it is answered.
struct EditAnswer {
    var result: EditResult
    var record: ShownRecord
    /// The day for which there was no code to give.
    var dayWithoutCode: CalendarDate?
    /// The catalog's names of the codes in the record.
    var names: [FieldName: String]

    init(
        _ result: EditResult, _ transaction: CounterWriteTransaction,
        dayWithoutCode: CalendarDate? = nil
    ) throws {
        self.result = result
        self.dayWithoutCode = dayWithoutCode
        let state = try transaction.find(.id(result.record)).state
        record = ShownRecord(state: state)
        names = try transaction.catalogNames(in: state)
    }

    var json: JSONValue {
        .object([
            ("id", .string(result.record.description)),
            ("code", record["code"] ?? .null),
            ("replica", .string(result.dot.replica.description)),
            ("seq", .integer(Int64(clamping: result.dot.seq))),
            (
                "settledConflicts",
                .array(result.settledConflicts.map { .string($0.rawValue) })
            ),
            ("unknownProcedure", result.unknownProcedure.map(JSONValue.string) ?? .null),
        ])
    }

    /// Says what was done, and warns of what a person should know.
    func print(_ lines: [Message], _ invocation: Invocation) throws {
        if invocation.has("--json") {
            try invocation.printJSON(json)
        } else {
            for line in lines { try invocation.printOut(TerminalSafe.text(invocation.text(line))) }
            let fields = result.settledConflicts.map(\.rawValue).joined(separator: ", ")
            if !fields.isEmpty {
                try invocation.say(
                    Message(
                        "settled the conflict in \(fields)", vi: "đã xử lý mâu thuẫn ở \(fields)"))
            }
        }
        if let dayWithoutCode {
            let (day, id) = (dayWithoutCode.description, result.record.description)
            try invocation.warn(
                Message(
                    "no code can be made for \(day): the dossier has none; it gets one with "
                        + "counter recode \(id), or with counter correct-times",
                    vi: "không tạo được mã cho ngày \(Language.vietnamese.day(day)): hồ sơ chưa có "
                        + "mã; cấp sau bằng counter recode \(id), hoặc counter correct-times"))
        }
        if result.unknownProcedure != nil {
            try invocation.warn(
                Message(
                    "the procedure was taken; the catalog does not know it (yet)",
                    vi: "đã nhận thủ tục; danh mục (chưa) có thủ tục này"))
        }
    }
}

extension Invocation {
    /// The record that the first argument names.
    ///
    /// - Throws: `CommandFailure` when it can be neither an id nor a code.
    func reference() throws -> RecordReference {
        try CommandFailure.translating { try RecordReference(typed: positional("RECORD")) }
    }

    /// The records that the first argument names.
    ///
    /// - Throws: `CommandFailure` when one can be neither an id nor a code.
    func references(
        _ words: [String]? = nil
    ) throws -> [(word: String, reference: RecordReference)] {
        try CommandFailure.translating {
            try (words ?? positionals("RECORD")).map { ($0, try RecordReference(typed: $0)) }
        }
    }

    /// When it happened, if that was said.
    ///
    /// - Throws: `UsageError`.
    func time(_ context: CounterContext) throws -> Timestamp? {
        try instant("--at", today: context.today)
    }

    /// Who does it: as the command says, else `DOSSIER_BY`, else what the counter remembers.
    ///
    /// - Throws: `UsageError`.
    func writer(_ context: CounterContext) throws -> String? {
        if let name = value("--by").map(Folding.squeezed) {
            guard !name.isEmpty else {
                throw UsageError(Message("--by needs a name", vi: "--by cần một tên"))
            }
            return name
        }
        if let name = context.environment["DOSSIER_BY"].map(Folding.squeezed), !name.isEmpty {
            return name
        }
        return CounterSettings(try CounterHome(self, context.environment)).by
    }
}

extension Positional {
    static let records = Positional(
        "RECORD",
        help: Message(
            "a dossier's code, the end of one, or an id; several one after the other",
            vi: "mã hồ sơ, phần cuối của mã, hoặc id; có thể ghi nhiều, cách nhau dấu cách"),
        repeats: true)
    static let record = Positional(
        "RECORD",
        help: Message(
            "the record's id, or a dossier's code or the end of one",
            vi: "id của bản ghi, hoặc mã hồ sơ hay phần cuối của mã"))
}
