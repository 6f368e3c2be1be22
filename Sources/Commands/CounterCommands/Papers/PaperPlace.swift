internal import CommandLine
internal import Dossiers
internal import Files
internal import JSON
internal import Papers
internal import Replication
internal import SharedCommands
internal import Text

/// Where a paper went.
enum PaperPlace {
    case file(String)
    case printer(String?)

    var members: [(String, JSONValue)] {
        switch self {
        case .file(let path): [("file", .string(path)), ("printer", .null)]
        case .printer(let name):
            [("file", .null), ("printer", .string(name ?? ""))]
        }
    }

    var words: Message {
        switch self {
        case .file(let path):
            let safe = TerminalSafe.text(path)
            return Message("written to \(safe)", vi: "đã ghi \(safe)")
        case .printer(let name?):
            let safe = TerminalSafe.text(name)
            return Message("taken to the printer \(safe)", vi: "đã gửi máy in \(safe)")
        case .printer(nil): return Message("taken to the printer", vi: "đã gửi máy in")
        }
    }
}

extension PaperRun {
    func deliver(_ pdf: [UInt8], named name: String, title: String) throws -> PaperPlace {
        let path: String
        switch target {
        case .printer(let printer):
            try PaperPrinter.print(pdf, title: title, on: printer, context.environment)
            return .printer(printer)
        case .file(let given): path = given
        case .named: path = name.replacing("/", with: "-")
        }
        do throws(FileError) {
            try WholeFile.replace(path: path, with: pdf, isSynced: true)
        } catch {
            let safe = TerminalSafe.text(path)
            throw CommandFailure(
                .ioError,
                Message(
                    "cannot write \(safe): \(error.reason)",
                    vi: "không ghi được \(safe): \(error.message.vietnamese)"),
                hint: Message(
                    "make room there, or give another file; nothing was made",
                    vi: "giải phóng chỗ, hoặc dùng tệp khác; chưa tạo giấy tờ nào"))
        }
        return .file(path)
    }

    /// Takes a file away whose paper could not be noted: it is made again.
    func withdraw(_ place: PaperPlace) throws {
        switch place {
        case .file(let path): WholeFile.remove(path: path)
        case .printer:
            try invocation.warn(
                Message(
                    "it is printed, and could not be noted: printed again it is no copy",
                    vi: "đã in, nhưng không ghi nhận được: in lại sẽ không ghi bản sao"))
        }
    }

    func say(_ all: [Made], _ place: PaperPlace) throws {
        if invocation.has("--json") {
            let papers = all.map { made in
                JSONValue.object([
                    ("id", .string(made.state.id.description)),
                    ("code", .string(made.state.shownValue("code")?.text ?? "")),
                    ("form", .string(made.paper.kind.rawValue)),
                    ("number", .string(made.paper.number)),
                    ("copies", .integer(Int64(made.paper.copies))),
                ])
            }
            try invocation.printJSON(.object([("papers", .array(papers))] + place.members))
            return
        }
        for made in all {
            let number = TerminalSafe.text(made.paper.number)
            let copies = made.paper.copies
            try invocation.say(
                copies == 0
                    ? Message(verbatim: number)
                    : Message(
                        "\(number): a copy, printed \(copies + 1) times",
                        vi: "\(number): bản sao, in lần \(copies + 1)"))
        }
        try invocation.say(place.words)
    }
}
