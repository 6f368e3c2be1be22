internal import Administration
internal import CommandLine
internal import Dossiers
internal import JSON
internal import SQLiteStore
internal import Replication
internal import Text

enum OfficeCommand {
    static let add = Command(
        "add", summary: Message("add an office to the catalog", vi: "thêm cơ quan vào danh mục"),
        arguments: [
            Positional(
                "CODE",
                help: Message(
                    "the office's agency code, as in 000.17.22.H56",
                    vi: "mã định danh cơ quan, như 000.17.22.H56")),
            Positional("NAME", help: Message("its name", vi: "tên"), optional: true),
        ],
        options: [
            Option("--address", valueName: "TEXT", help: Message("its address", vi: "địa chỉ")),
            Option(
                "--phone", valueName: "TEXT",
                help: Message("its telephone number", vi: "số điện thoại")),
            Option("--json", help: Message("answer in JSON", vi: "trả lời bằng JSON")),
        ]
    ) { invocation in
        let home = try CentralHome(invocation)
        let code = invocation.positional("CODE")
        let act = AddOffice(
            code: code, name: invocation.optionalPositional("NAME"),
            address: invocation.value("--address"), phone: invocation.value("--phone"))
        let id = try home.withDatabase(isMaking: true) { database in
            try database.requireNewOffice(code)
            return try home.perform(act, database)
        }
        try invocation.printOut(
            invocation.has("--json")
                ? JSONValue.object([
                    ("id", .string(id.description)), ("code", .string(code)),
                ]).serialized()
                : invocation.text(
                    Message(
                        "added office \(TerminalSafe.text(code))",
                        vi: "đã thêm cơ quan \(TerminalSafe.text(code))")))
        return .ok
    }

    static let list = Command(
        "list",
        summary: Message(
            "list the offices of the catalog", vi: "liệt kê các cơ quan trong danh mục"),
        options: [Option("--json", help: Message("answer in JSON", vi: "trả lời bằng JSON"))]
    ) { invocation in
        try CentralHome(invocation).withDatabase { database in
            let offices = try database.officesByCode().map { ShownRecord(state: $0) }
            if invocation.has("--json") {
                try invocation.printOut(JSONValue.array(offices.map(\.json)).serialized())
                return .ok
            }
            var table = TextTable([
                .init(invocation.text(Message("CODE", vi: "MÃ"))),
                .init(invocation.text(Message("NAME", vi: "TÊN"))),
                .init(invocation.text(Message("PHONE", vi: "ĐIỆN THOẠI"))),
            ])
            for office in offices {
                table.add(
                    ["code", "name", "phone"].map { TerminalSafe.text(text(office, $0)) })
            }
            try invocation.printOut(table)
            return .ok
        }
    }

    private static func text(_ record: ShownRecord, _ name: FieldName) -> String {
        record[name]?.stringValue ?? ""
    }
}
