internal import Administration
internal import Causality
internal import CommandLine
internal import Crypto
internal import Dossiers
internal import JSON
internal import SQLiteStore
internal import Replication
internal import Text

enum RecordsCommand {
    static let digest = Command(
        "digest",
        summary: Message(
            "print the digest of an office's scope, or of every office's",
            vi: "in mã kiểm dữ liệu của một cơ quan, hoặc mọi cơ quan"),
        arguments: [
            Positional(
                "OFFICE", help: Message("the office's code", vi: "mã cơ quan"), optional: true)
        ],
        options: [Option("--json", help: Message("answer in JSON", vi: "trả lời bằng JSON"))]
    ) { invocation in
        try CentralHome(invocation).withDatabase { database in
            let offices =
                try invocation.optionalPositional("OFFICE").map { [$0] }
                ?? officeCodes(database)
            let digests = try database.read {
                try offices.map { ($0, try database.digest(ofOffice: $0)) }
            }
            for (office, digest) in digests {
                try invocation.printOut(
                    invocation.has("--json")
                        ? JSONValue.object([
                            ("office", .string(office)),
                            ("digest", .string(digest.digest.description)),
                            ("records", .integer(digest.recordCount)),
                        ]).serialized()
                        : "\(digest.digest)  \(TerminalSafe.text(office))  "
                            + invocation.text(
                                Message(
                                    "\(digest.recordCount) records",
                                    vi: "\(digest.recordCount) bản ghi")))
            }
            return .ok
        }
    }

    static let records = Command(
        "records",
        summary: Message(
            "print every record as one JSON line", vi: "in mỗi bản ghi thành một dòng JSON"),
        options: [
            Option(
                "--ndjson",
                help: Message(
                    "one JSON document a line (the only form)",
                    vi: "mỗi dòng một tài liệu JSON (dạng duy nhất)")),
            Option(
                "--office", valueName: "CODE",
                help: Message("only this office's", vi: "chỉ của cơ quan này")),
            Option(
                "--kind", valueName: "KIND", help: Message("only this kind", vi: "chỉ loại này")),
            Option(
                "--search", valueName: "TEXT",
                help: Message(
                    "only where code, name, number, address or notes contain it",
                    vi: "chỉ khi mã, tên, số, địa chỉ hay ghi chú có chứa; không phân biệt "
                        + "dấu và chữ hoa")),
            Option(
                "--limit", valueName: "N",
                help: Message(
                    "how many at most, newest first within their kind; all without it",
                    vi: "nhiều nhất bao nhiêu, mới nhất trước trong mỗi loại; không ghi là tất cả")
            ),
        ]
    ) { invocation in
        var filter = RecordFilter()
        filter.office = invocation.value("--office")
        filter.kind = try invocation.value(
            "--kind", expected: Message("a kind of record", vi: "một loại bản ghi")
        ) {
            RecordKind(name: $0)
        }
        filter.search = invocation.value("--search")
        var rest = try invocation.integer("--limit", in: 1 ... .max) ?? .max
        try CentralHome(invocation).withDatabase { database in
            filter.office = try database.requireOffice(filter.office, isOnlyRead: true)
            try database.read {
                try database.forEachRecord(filter) { state in
                    try invocation.printOut(ShownRecord(state: state).json.serialized())
                    rest -= 1
                    return rest > 0 && !invocation.output.isClosed
                }
            }
            // Central need not be running.
            if filter.search != nil { database.catchUpSearchIndex(for: .milliseconds(300)) }
        }
        return .ok
    }

    static func officeCodes(_ database: CentralDatabase) throws -> [String] {
        var filter = RecordFilter()
        filter.kind = .office
        var codes: [String] = []
        try database.forEachRecord(filter) {
            if let code = $0["code"].first?.value.text { codes.append(code) }
            return true
        }
        return codes.sorted()
    }
}
