internal import Administration
internal import Causality
internal import CommandLine
internal import Crypto
internal import Dossiers
internal import JSON
internal import SQLiteStore
internal import Replication
internal import Store
internal import Text
internal import Time

/// Results and progress for the portal: what has changed since a position of the feed.
enum ExportCommand {
    static let command = Command(
        "export",
        summary: Message(
            "give out the dossiers that have changed since a position",
            vi: "xuất các hồ sơ đã thay đổi từ một vị trí"),
        discussion: Message(
            """
            One line a dossier: code, status, deadline, finish, return. It ends with the position from
            which the next export goes on (on standard error; with --json as the last line):
              central export --since 0 > all.ndjson
              central export --since 16983.5f2c9a01 > news.ndjson
            A position that this central does not have (it was restored from a backup) is refused:
            export all anew. Without --with-personal nothing of the citizen is in it.
            """,
            vi: """
                Mỗi hồ sơ một dòng: mã, trạng thái, hẹn trả, xong, trả kết quả. Cuối cùng là vị trí để
                lần xuất sau tiếp tục (ở đầu ra lỗi; với --json là dòng cuối):
                  central export --since 0 > tat-ca.ndjson
                  central export --since 16983.5f2c9a01 > moi.ndjson
                Vị trí mà trung tâm này không có (đã khôi phục từ bản sao lưu) bị từ chối: hãy xuất lại
                tất cả. Không có --with-personal thì không có dữ liệu của công dân.
                """),
        options: [
            Option(
                "--since", valueName: "POSITION",
                help: Message(
                    "where the last export ended; 0 for all", vi: "vị trí lần trước; 0 là tất cả")),
            Option(
                "--office", valueName: "CODE",
                help: Message("only this office's", vi: "chỉ của cơ quan này")),
            Option(
                "--format", valueName: "FORMAT",
                help: Message("ndjson (the default) or csv", vi: "ndjson (mặc định) hoặc csv")),
            Option(
                "--with-personal",
                help: Message(
                    "the applicant's name, number, telephone and address too",
                    vi: "kèm họ tên, số định danh, điện thoại, địa chỉ")),
            Option(
                "--json",
                help: Message("the position as a last JSON line", vi: "vị trí ở dòng JSON cuối")),
        ]
    ) { try run($0) }

    private static let fields: [FieldName] = [
        "code", "office", "procedure", "channel", "status", "received_at", "finished_at",
        "returned_at", "return_method", "tracking_number", "delivery", "delivered_at",
    ]
    private static let personalFields: [FieldName] = [
        "applicant_name", "applicant_id", "applicant_phone", "applicant_address", "returned_to",
    ]

    private static func run(_ invocation: Invocation) throws -> ExitCode {
        let since = try ExportPosition(invocation.required("--since"))
        let format = try invocation.choice("--format", of: ["ndjson", "csv"]) ?? "ndjson"
        let names = fields + (invocation.has("--with-personal") ? personalFields : [])
        let home = try CentralHome(invocation)
        let end = try home.withDatabase { database in
            var count = 0
            let office = try database.requireOffice(
                invocation.value("--office"), isOnlyRead: true)
            let end = try database.read {
                try since.check(in: database)
                if format == "csv" {
                    try invocation.printOut(
                        CSVText.line(names.map(\.rawValue) + ["due", "standing", "erased"]))
                }
                let book = try database.deadlineBook()
                try database.forEachDossier(changedAfter: since.position) { state in
                    let offices = state["office"].compactMap(\.value.text)
                    if let office, !offices.contains(office) { return true }
                    let line = ExportLine(state, names, book)
                    try invocation.printOut(format == "csv" ? line.csv : line.json.serialized())
                    count += 1
                    return !invocation.output.isClosed
                }
                return try ExportPosition(endOf: database)
            }
            let personal = invocation.has("--with-personal") ? "personal" : ""
            try database.write(now: SystemClock().now()) {
                try $0.note("export", personal, by: home.actor, count: count)
            }
            return end
        }
        guard !invocation.output.isClosed else {
            throw CommandFailure(
                .ioError,
                Message(
                    "the reader was gone before the end of the export",
                    vi: "bên đọc đã đóng trước khi xuất xong"),
                hint: Message(
                    "export again from the same position: --since \(since)",
                    vi: "xuất lại từ cùng vị trí: --since \(since)"))
        }
        if invocation.has("--json") {
            try invocation.printOut(
                JSONValue.object([("position", .string(end.description))]).serialized())
        } else {
            try invocation.printErr(
                invocation.text(
                    Message("next: --since \(end)", vi: "lần sau: --since \(end)")))
        }
        return .ok
    }
}

/// A place in the feed, with the beginning of its hash: that of another history is told apart.
private struct ExportPosition: CustomStringConvertible {
    let position: UInt64
    private let hash: String

    init(_ text: String) throws {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard let position = UInt64(parts[0]), parts.count == 2 || text == "0",
            parts.count < 2 || parts[1].count == 8
        else {
            throw UsageError(
                Message(
                    "--since needs a position as an export prints it, or 0",
                    vi: "--since cần vị trí do lần xuất trước in ra, hoặc 0"))
        }
        self.position = position
        hash = parts.count == 2 ? String(parts[1]) : ""
    }

    init(endOf database: CentralDatabase) throws {
        let end = try database.lastCommit()
        position = end.position
        hash = String(end.hash.description.prefix(8))
    }

    var description: String { position == 0 ? "0" : "\(position).\(hash)" }

    /// Refuses a position that this central's feed does not have.
    func check(in database: CentralDatabase) throws {
        guard position > 0 else { return }
        guard try database.commitHash(at: position)?.description.hasPrefix(hash) == true else {
            throw CommandFailure(
                .dataError,
                Message(
                    "this central does not have that position",
                    vi: "trung tâm này không có vị trí đó"),
                hint: Message(
                    "it may have been restored from a backup: export all with --since 0",
                    vi: "có thể đã khôi phục từ bản sao lưu: xuất tất cả bằng --since 0"))
        }
    }
}

/// One dossier of an export.
private struct ExportLine {
    private let members: [(String, JSONValue)]

    init(_ state: RecordState, _ names: [FieldName], _ book: DeadlineBook) {
        let record = ShownRecord(state: state)
        var members = names.map { ($0.rawValue, record[$0] ?? .null) }
        let deadline = book.deadline(of: state)
        let finished = DossierTimes(state).finished
        members.append(
            ("due", deadline.map { .string(OfficeTime.text(milliseconds: $0.due)) } ?? .null))
        // Of what is not finished it depends on the day of reading, so that it is left out.
        let standing = finished.flatMap { finished in
            deadline?.standing(finished: finished, now: finished)
        }
        members.append(("standing", standing.map { .string($0.rawValue) } ?? .null))
        // Who took the dossier in before has to erase it as well.
        members.append(("erased", state.erasures.isEmpty ? .null : .bool(true)))
        self.members = members
    }

    var json: JSONValue { .object(members) }

    var csv: String {
        CSVText.line(
            members.map { member in
                switch member.1 {
                case .null: ""
                case .string(let text): text
                case let other: other.serialized()
                }
            })
    }
}
