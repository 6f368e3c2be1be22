internal import CommandLine
internal import Files
internal import JSON
internal import Papers
internal import Text

/// What a counter remembers for its clerks, in `settings.json` beside the replica.
struct CounterSettings {
    /// Who writes, where a command does not say it.
    var by: String?
    /// The body above the office, as it stands on papers.
    var body: String?
    /// Where papers are made.
    var place: String?
    /// The printer of papers; the system's default one where there is none.
    var printer: String?
    /// The page on which citizens look dossiers up, and its key.
    var lookUpPage: String?
    var lookUpKey: String?

    /// What papers show of this desk.
    var paperDesk: PaperDesk {
        var desk = PaperDesk()
        (desk.body, desk.place) = (body, place)
        if let lookUpPage, let lookUpKey {
            let page = LookUpPage(address: lookUpPage, key: lookUpKey)
            desk.symbol = { page.link(to: $0) }
        }
        return desk
    }

    private static func path(_ home: CounterHome) -> String { home.path + "/settings.json" }

    /// Reads them; what is no document of settings counts as none.
    init(_ home: CounterHome) {
        guard let bytes = try? WholeFile.read(path: Self.path(home), bytesMax: 1 << 16),
            let json = try? JSONValue(parsing: bytes[...])
        else { return }
        by = json["by"]?.stringValue
        body = json["body"]?.stringValue
        place = json["place"]?.stringValue
        printer = json["printer"]?.stringValue
        lookUpPage = json["lookUpPage"]?.stringValue
        lookUpKey = json["lookUpKey"]?.stringValue
    }

    /// What is told of them: all but the key.
    var json: JSONValue {
        .object(
            [
                ("by", by), ("body", body), ("place", place), ("printer", printer),
                ("lookUpPage", lookUpPage),
            ].map { ($0.0, $0.1.map(JSONValue.string) ?? .null) })
    }

    /// Writes them.
    ///
    /// - Throws: `FileError`.
    func save(_ home: CounterHome) throws {
        var members = json.objectValue ?? []
        members.append(
            JSONMember(name: "lookUpKey", value: lookUpKey.map(JSONValue.string) ?? .null))
        let json = JSONValue.object(members)
        try WholeFile.replace(
            path: Self.path(home), with: Array(json.serialized().utf8), isSynced: true)
    }
}

enum SettingsCommand {
    private static let keyFileBytesMax = 1 << 12

    static func command(_ context: CounterContext) -> Command {
        Command(
            "settings",
            summary: Message(
                "show or change what this counter remembers",
                vi: "xem hoặc đổi những gì quầy này ghi nhớ"),
            discussion: Message(
                """
                The name that --by gives is remembered with: counter settings --by "Lê Thị Hoa"
                A command's own --by counts before it, and so does DOSSIER_BY. An empty text forgets: --by ""

                Papers show --body above the office's name, and --place before the day. With --look-up-page
                and --look-up-key their QR code leads there; every desk and the page have one key.
                """,
                vi: """
                    Ghi nhớ người thực hiện bằng: counter settings --by "Lê Thị Hoa"
                    --by của từng lệnh, rồi đến DOSSIER_BY, được ưu tiên hơn. Ghi chuỗi rỗng để quên: --by ""

                    Giấy tờ ghi --body phía trên tên cơ quan, và --place trước ngày tháng. Có --look-up-page và
                    --look-up-key thì mã QR dẫn tới trang đó; mọi quầy và trang tra cứu dùng chung một khóa.
                    """),
            options: [
                .by,
                Option(
                    "--body", valueName: "NAME",
                    help: Message("the body above the office", vi: "cơ quan chủ quản")),
                Option(
                    "--place", valueName: "NAME",
                    help: Message("where papers are made", vi: "địa danh ghi trên giấy tờ")),
                Option(
                    "--printer", valueName: "NAME",
                    help: Message("the printer of papers", vi: "máy in giấy tờ")),
                Option(
                    "--look-up-page", valueName: "URL",
                    help: Message(
                        "where citizens look dossiers up", vi: "trang tra cứu hồ sơ")),
                Option(
                    "--look-up-key", valueName: "FILE",
                    help: Message(
                        "the file with that page's key on its first line",
                        vi: "tệp có khóa của trang đó ở dòng đầu")),
                .json,
            ]
        ) { invocation in
            let home = try CounterHome(invocation, context.environment)
            var settings = CounterSettings(home)
            if try change(&settings, invocation) {
                // Where there is no replica there is nothing to remember.
                try context.withDatabase(invocation) { _ in }
                do {
                    try settings.save(home)
                } catch {
                    throw CommandFailure(
                        .ioError,
                        Message("the settings cannot be written", vi: "không ghi được cài đặt"))
                }
            }
            if invocation.has("--json") {
                try invocation.printJSON(settings.json)
            } else {
                try say(settings, invocation)
            }
            return .ok
        }
    }

    /// Takes what was given; whether that is anything.
    private static func change(
        _ settings: inout CounterSettings, _ invocation: Invocation
    ) throws -> Bool {
        let places: [(String, WritableKeyPath<CounterSettings, String?>)] = [
            ("--by", \.by), ("--body", \.body), ("--place", \.place), ("--printer", \.printer),
            ("--look-up-page", \.lookUpPage),
        ]
        var isChanged = false
        for (option, place) in places {
            guard let text = invocation.value(option).map(Folding.squeezed) else { continue }
            settings[keyPath: place] = text.isEmpty ? nil : text
            isChanged = true
        }
        if let page = settings.lookUpPage, !LookUpPage.isAddress(page) {
            throw UsageError(
                Message(
                    "--look-up-page needs an address as https://tracuu.example.vn/ho-so, without a query",
                    vi:
                        "--look-up-page cần địa chỉ như https://tracuu.example.vn/ho-so, không có truy vấn"
                ))
        }
        if let file = invocation.value("--look-up-key") {
            settings.lookUpKey = file.isEmpty ? nil : try key(in: file)
            isChanged = true
        }
        if invocation.value("--look-up-page")?.isEmpty == false, settings.lookUpKey == nil {
            throw UsageError(
                Message("--look-up-key FILE is missing", vi: "thiếu --look-up-key TỆP"),
                hint: Message(
                    "the file of the page's key: without it anybody could read any dossier there",
                    vi: "tệp khóa của trang: không có khóa thì ai cũng xem được mọi hồ sơ"))
        }
        return isChanged
    }

    private static func key(in file: String) throws -> String {
        let text: String
        do {
            text = String(
                decoding: try WholeFile.read(path: file, bytesMax: keyFileBytesMax), as: UTF8.self)
        } catch {
            throw CommandFailure(
                .noInput, Message("the key cannot be read", vi: "không đọc được tệp khóa"))
        }
        let key = Folding.squeezed(String(text.prefix { !$0.isNewline }))
        guard LookUpPage.keyCharacters.contains(key.count) else {
            let least = LookUpPage.keyCharacters.lowerBound
            throw CommandFailure(
                .dataError,
                Message(
                    "the key is shorter than \(least) characters",
                    vi: "khóa ngắn hơn \(least) ký tự"))
        }
        return key
    }

    private static func say(_ settings: CounterSettings, _ invocation: Invocation) throws {
        func line(_ name: Message, _ value: String?, _ none: Message) throws {
            try invocation.say(
                name + Message(verbatim: "  ")
                    + (value.map { Message(verbatim: TerminalSafe.text($0)) } ?? none))
        }
        let none = Message("none", vi: "không có")
        try line(
            Message("by", vi: "người thực hiện"), settings.by,
            Message("nobody", vi: "không ghi nhớ"))
        try line(Message("body above the office", vi: "cơ quan chủ quản"), settings.body, none)
        try line(Message("place", vi: "địa danh"), settings.place, none)
        try line(
            Message("printer", vi: "máy in"), settings.printer,
            Message("the system's", vi: "theo hệ thống"))
        try line(Message("look-up page", vi: "trang tra cứu"), settings.lookUpPage, none)
    }
}
