internal import Causality
internal import CommandLine
internal import Dossiers
internal import JSON
internal import SQLiteStore
internal import Replication
internal import SharedCommands
internal import Text
internal import Time

enum ListCommand {
    private static let limitDefault = 50

    static func command(_ context: CounterContext) -> Command {
        Command(
            "list",
            summary: Message("list records, newest first", vi: "liệt kê bản ghi, mới nhất trước"),
            options: [
                Option(
                    "--kind", valueName: "KIND",
                    help: Message(
                        "which kind (default: dossier)", vi: "loại nào (mặc định: dossier)")),
                Option(
                    "--status", valueName: "STATUS",
                    help: Message("only with this status", vi: "chỉ có trạng thái này")),
                Option(
                    "--procedure", valueName: "CODE",
                    help: Message("only of this procedure", vi: "chỉ của thủ tục này")),
                Option(
                    "--officer", valueName: "NAME",
                    help: Message("only with this officer", vi: "chỉ của cán bộ này")),
                Option(
                    "--channel", valueName: "CHANNEL",
                    help: Message("counter, online or post", vi: "counter, online hoặc post")),
                Option(
                    "--search", valueName: "TEXT",
                    help: Message(
                        "only where code, name, number, address or notes contain it",
                        vi: "chỉ khi mã, tên, số, địa chỉ hay ghi chú có chứa; không phân biệt "
                            + "dấu và chữ hoa")),
                Option(
                    "--received-from", valueName: "DATE",
                    help: Message("received on this day or later", vi: "tiếp nhận từ ngày này")),
                Option(
                    "--received-to", valueName: "DATE",
                    help: Message("received on this day or earlier", vi: "tiếp nhận đến ngày này")),
                Option(
                    "--conflicts",
                    help: Message("only those in conflict", vi: "chỉ bản ghi có mâu thuẫn")),
                Option(
                    "--handed-over",
                    help: Message(
                        "only copies of what was handed over, with the day and the office",
                        vi: "chỉ bản lưu hồ sơ đã chuyển đi, kèm ngày và cơ quan nhận")),
                Option(
                    "--void",
                    help: Message(
                        "only those entered by mistake", vi: "chỉ bản ghi nhập nhầm, đã hủy")),
                Option(
                    "--limit", valueName: "N",
                    help: Message(
                        "how many at most, 0 for all (default: \(limitDefault))",
                        vi: "nhiều nhất bao nhiêu, 0 là tất cả (mặc định: \(limitDefault))")),
                Option(
                    "--json",
                    help: Message(
                        "one JSON document a line, as by records",
                        vi: "mỗi dòng một tài liệu JSON, như của records")),
            ] + DueFilter.options
        ) { try run($0, context) }
    }

    private static func run(_ invocation: Invocation, _ context: CounterContext) throws -> ExitCode
    {
        var filter = try filter(invocation)
        let isByDeadline = DueFilter.option(of: invocation) != nil
        filter.isUnfinished = isByDeadline
        let limit = try invocation.integer("--limit", in: 0 ... .max) ?? limitDefault
        var listing = Listing(filter.kind ?? .dossier, isOfCopies: filter.holding == .handedOver)
        try context.read(invocation, isSearch: filter.search != nil || isByDeadline) { database in
            let book = try database.deadlineBook()
            let now = context.clock.now()
            if filter.holding == .handedOver, let option = DueFilter.option(of: invocation) {
                throw UsageError(
                    Message(
                        "\(option) is of the office's own dossiers, not of copies",
                        vi: "\(option) chỉ dùng cho hồ sơ của cơ quan, không dùng cho bản lưu"))
            }
            let due = try DueFilter(
                invocation, book, office: try database.identity()?.office, now: now)
            func look(in span: Range<Int64>?) throws {
                listing = Listing(
                    filter.kind ?? .dossier, isOfCopies: filter.holding == .handedOver)
                filter.due = span
                try database.forEachRecord(filter) { state in
                    if let span, !DueFilter.includes(state, by: book, in: span) { return true }
                    if span == nil, limit > 0, listing.count == limit {
                        listing.hasMore = true
                        return false
                    }
                    let departure =
                        filter.holding == .handedOver ? try Departure(state, in: database) : nil
                    let record = ListedRecord(
                        record: ShownRecord(state: state),
                        deadline: ShownDeadline(state, book, now: now), departure: departure)
                    try listing.add(record, printingTo: span == nil ? invocation : nil)
                    return !invocation.output.isClosed
                }
            }
            guard let due else { return try look(in: nil) }
            // They come in the order of their deadlines: the first days may be enough.
            if limit > 0 {
                let enough = 4 * min(limit, 100_000)
                try look(in: database.firstDueDays(of: due.span, holding: enough))
            }
            if listing.count <= limit { try look(in: due.span) }
            listing.sortByDeadline(keeping: limit)
        }
        try listing.print(invocation, limit: limit)
        return .ok
    }

    private static func filter(_ invocation: Invocation) throws -> RecordFilter {
        var filter = RecordFilter()
        let kinds = ["dossier", "contact", "office", "procedure", "holiday"]
        filter.kind = RecordKind(name: try invocation.choice("--kind", of: kinds) ?? "dossier")
        filter.status = try invocation.word("--status", of: RecordSchema.statusField)
        filter.procedure = invocation.value("--procedure")
        filter.officer = invocation.value("--officer")
        filter.channel = try invocation.word("--channel", of: "channel")
        filter.search = invocation.value("--search")
        filter.isConflicted = invocation.has("--conflicts")
        filter.holding = invocation.has("--handed-over") ? .handedOver : .own
        filter.isVoided = invocation.has("--void")
        let from = try invocation.day("--received-from")
        let to = try invocation.day("--received-to")
        if from != nil || to != nil {
            let start = from.map(OfficeTime.startOfDay) ?? .min
            let end = to.map { OfficeTime.endOfDay($0) + 1000 } ?? .max
            guard start < end else {
                throw UsageError(
                    Message(
                        "--received-to lies before --received-from",
                        vi: "--received-to trước --received-from"))
            }
            filter.received = start..<end
        }
        return filter
    }
}
