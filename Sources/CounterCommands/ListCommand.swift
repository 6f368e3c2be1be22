internal import Language
internal import CommandLineTool
internal import Dossiers
internal import JSON
internal import ReplicaStore
internal import Replication

enum ListCommand {
    private static let limitDefault = 50

    static func command(_ context: CounterContext) -> Command {
        Command(
            "list", summary: "list records, newest first",
            options: [
                Option("--kind", valueName: "KIND", help: "which kind (default: dossier)"),
                Option("--status", valueName: "STATUS", help: "only with this status"),
                Option("--procedure", valueName: "CODE", help: "only of this procedure"),
                Option("--officer", valueName: "NAME", help: "only with this officer"),
                Option("--channel", valueName: "CHANNEL", help: "counter, online or post"),
                Option(
                    "--search", valueName: "TEXT",
                    help: "only where code, name, number, address or notes contain it"),
                Option("--received-from", valueName: "DATE", help: "received on this day or later"),
                Option("--received-to", valueName: "DATE", help: "received on this day or earlier"),
                Option(
                    "--due-before", valueName: "DATE", help: "due before this day, not finished"),
                Option("--conflicts", help: "only those in conflict"),
                Option(
                    "--limit", valueName: "N",
                    help: "how many at most, 0 for all (default: \(limitDefault))"),
                Option("--json", help: "one JSON document a line, as by records"),
            ]
        ) { try run($0, context) }
    }

    private static func run(_ invocation: Invocation, _ context: CounterContext) throws -> ExitCode
    {
        let filter = try filter(invocation)
        let limit = try invocation.integer("--limit", in: 0 ... .max) ?? limitDefault
        let isJSON = invocation.has("--json")
        var table = ListTable(filter.kind ?? .dossier)
        var (count, hasMore) = (0, false)
        try context.read(invocation) { database in
            try database.forEachRecord(filter) { state in
                if limit > 0, count == limit {
                    hasMore = true
                    return false
                }
                count += 1
                let record = ShownRecord(state: state)
                guard isJSON else {
                    table.add(record)
                    return true
                }
                try invocation.printJSON(record.json)
                return !invocation.output.isClosed
            }
        }
        if !isJSON {
            for line in table.lines { try invocation.printOut(line) }
            if count == 0 { try invocation.printOut("no such record") }
        }
        if hasMore {
            try invocation.printErr("there are more than \(limit): give --limit N, or 0 for all")
        }
        return .ok
    }

    private static func filter(_ invocation: Invocation) throws -> RecordFilter {
        var filter = RecordFilter()
        let kinds = ["dossier", "contact", "office", "procedure", "holiday"]
        filter.kind = RecordKind(name: try invocation.choice("--kind", of: kinds) ?? "dossier")
        filter.status = try invocation.choice(
            "--status", of: DossierStatus.allCases.map(\.rawValue))
        filter.procedure = invocation.value("--procedure")
        filter.officer = invocation.value("--officer")
        filter.channel = try invocation.choice("--channel", of: ["counter", "online", "post"])
        filter.search = invocation.value("--search")
        filter.isConflicted = invocation.has("--conflicts")
        let from = try day("--received-from", invocation)
        let to = try day("--received-to", invocation)
        if from != nil || to != nil {
            let start = from.map(OfficeTime.startOfDay) ?? .min
            let end = to.map { OfficeTime.endOfDay($0) + 1000 } ?? .max
            guard start < end else {
                throw UsageError("--received-to lies before --received-from")
            }
            filter.received = start..<end
        }
        filter.dueBefore = try day("--due-before", invocation).map(OfficeTime.startOfDay)
        return filter
    }

    private static func day(
        _ option: String, _ invocation: Invocation
    ) throws -> CalendarDate? {
        try invocation.value(option, expected: "a day such as 2021-05-31") {
            CalendarDate(parsing: $0)
        }
    }
}

/// The table of a listing, with the columns that suit a kind.
struct ListTable {
    /// Cells of a long text at most; the rest is in `show`.
    private static let textColumnsMax = 28

    private let columns: [(title: String, cell: (ShownRecord) -> String)]
    private var table: TextTable

    init(_ kind: RecordKind) {
        columns = Self.columns(of: kind)
        table = TextTable(columns.map { .init($0.title) })
    }

    mutating func add(_ record: ShownRecord) {
        table.add(columns.map { $0.cell(record) })
    }

    /// The lines; none for an empty listing.
    var lines: [String] { table.isEmpty ? [] : table.lines }

    private static func columns(
        of kind: RecordKind
    ) -> [(title: String, cell: (ShownRecord) -> String)] {
        func text(_ name: FieldName) -> (ShownRecord) -> String {
            { record in
                let text = TerminalSafe.text(ShownText.value(record[name]))
                return DisplayWidth.truncated(text, to: textColumnsMax)
            }
        }
        func time(_ name: FieldName) -> (ShownRecord) -> String {
            { ShownText.minute($0[name]) }
        }
        func conflict(_ record: ShownRecord) -> String {
            record.conflicts.isEmpty ? "" : "conflict"
        }
        switch kind {
        case .dossier:
            return [
                ("code", { ShownText.name(of: $0) }), ("status", text("status")),
                ("received", time("received_at")), ("due", time("due_at")),
                ("applicant", text("applicant_name")), ("procedure", text("procedure")),
                ("officer", text("officer")), ("", conflict),
            ]
        case .contact:
            return [
                ("id", { $0.id.description }), ("way", text("way")),
                ("occurred", time("occurred_at")), ("topic", text("topic")),
                ("officer", text("officer")), ("", conflict),
            ]
        case .procedure:
            return [
                ("code", { ShownText.name(of: $0) }), ("name", text("name")),
                ("field", text("field")), ("days", text("processing_days")),
                ("fee", text("fee_vnd")),
            ]
        case .holiday: return [("date", text("date")), ("name", text("name"))]
        default: return [("code", { ShownText.name(of: $0) }), ("name", text("name"))]
        }
    }
}
