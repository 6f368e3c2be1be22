// An id that two records have, from before an id named one record of one kind.

internal import AdminDocuments
internal import Administration
internal import CommandLine
internal import Dossiers
internal import JSON
internal import SQLiteStore
internal import Replication
internal import Text

enum SettleCommand {
    static let command = Command(
        "settle",
        summary: Message(
            "give one of two records that have the same id an id of its own",
            vi: "cấp id riêng cho một trong hai bản ghi trùng id"),
        discussion: Message(
            """
            An id names one record. Files of older versions may hold two of different kinds with the
            same id: verify names them. The record of the kind KEEP keeps the id; the other is made anew,
            with what it shows now and all its notes, and central audit keeps its history. The
            counters follow at their next sync.
              central settle 0197f3b2-… --keep dossier
            """,
            vi: """
                Một id chỉ của một bản ghi. Tệp của phiên bản cũ có thể có hai bản ghi khác loại trùng id: verify
                sẽ nêu tên. Bản ghi thuộc loại KEEP giữ id; bản ghi kia được tạo lại với nội dung đang hiển thị và
                mọi ghi chú, lịch sử vẫn giữ trong central audit. Các quầy nhận khi đồng bộ lần tới.
                  central settle 0197f3b2-… --keep dossier
                """),
        arguments: [
            Positional("ID", help: Message("the id that both have", vi: "id trùng nhau"))
        ],
        options: [
            Option(
                "--keep", valueName: "KIND",
                help: Message(
                    "the kind of the record that keeps the id: dossier, contact, office, procedure "
                        + "or holiday",
                    vi: "loại bản ghi giữ id: dossier, contact, office, procedure hoặc holiday")),
            Option(
                "--by", valueName: "NAME", help: Message("who does this", vi: "người thực hiện")),
            Option("--json", help: Message("answer in JSON", vi: "trả lời bằng JSON")),
        ]
    ) { invocation in
        let text = invocation.positional("ID")
        guard let id = RecordID(text) else {
            throw UsageError(
                Message("ID is no UUID", vi: "ID không phải UUID"),
                hint: Message("verify shows it: central verify", vi: "xem bằng: central verify"))
        }
        guard let kind = RecordKind(name: try invocation.required("--keep")) else {
            throw UsageError(
                Message("--keep names no kind of record", vi: "--keep không phải loại bản ghi"),
                hint: Message(
                    "dossier, contact, office, procedure or holiday",
                    vi: "dossier, contact, office, procedure hoặc holiday"))
        }
        let home = try CentralHome(invocation)
        let act = SettleID(id, keeping: kind, by: invocation.value("--by"))
        let settled = try home.withDatabase { try home.perform(act, $0) }
        try print(settled, id, invocation)
        return .ok
    }

    private static func print(
        _ settled: SettledID, _ id: RecordID, _ invocation: Invocation
    ) throws {
        if invocation.has("--json") {
            try invocation.printOut(settled.json(of: id).serialized())
            return
        }
        try invocation.say(
            Message(
                "the \(settled.kept.name) keeps \(id); the \(settled.moved.name) is now "
                    + "\(settled.newID)",
                vi: "\(settled.kept.name) giữ \(id); \(settled.moved.name) nay là \(settled.newID)")
        )
        guard !settled.narrowed.isEmpty else { return }
        let fields = settled.narrowed.map(\.rawValue).joined(separator: ", ")
        try invocation.say(
            Message(
                "only the shown value went along of: \(fields); central audit \(id) has the others",
                vi:
                    "chỉ giá trị đang hiển thị được giữ ở: \(fields); central audit \(id) có các giá "
                    + "trị khác"))
    }
}
