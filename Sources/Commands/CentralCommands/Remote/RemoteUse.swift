// What may be done from another machine, and by whom: said once, for the program that asks and for the central
// that answers.

internal import CommandLine
internal import Store
internal import Text

/// How a command may be used from another machine.
enum RemoteUse {
    /// It tells what holds nothing of people: any account may.
    case reads
    /// It tells of citizens: accounts with the role admin may, and the trail says so.
    case readsPeople
    /// It changes something, and has its own entry in the trail: accounts with the role admin may.
    case acts
    /// It is not used so, for this reason.
    case never(Message)

    /// The least role that it takes; `nil` where none is enough.
    var least: AdminAccount.Role? {
        switch self {
        case .reads: .viewer
        case .readsPeople, .acts: .admin
        case .never: nil
        }
    }

    /// How this call of a command may be used.
    init(_ command: Command, _ call: Invocation) {
        if let option = command.options.first(where: { $0.namesFile && call.has($0.name) }) {
            self = .never(
                Message(
                    "\(option.name) names a file: leave it out, or use it at central's own machine",
                    vi: "\(option.name) là tên tệp: bỏ đi, hoặc dùng tại chính máy trung tâm"))
            return
        }
        self =
            switch call.commandPath.joined(separator: " ") {
            case "status", "devices", "receipts", "digest", "office list", "catalog list",
                "reports":
                .reads
            case "audit": call.optionalPositional("RECORD") == nil ? .reads : .readsPeople
            case "report": call.has("--issue") ? .acts : .reads
            case "records", "conflicts", "erasures": .readsPeople
            case "enrol", "revoke", "allow-identity", "request-sync", "resolve", "assign", "reopen",
                "void", "settle", "erase", "office add", "catalog add", "catalog set":
                .acts
            case "import", "export", "bundle apply", "catalog import":
                .never(
                    Message(
                        "it reads or writes files of central's own machine",
                        vi: "lệnh này đọc hoặc ghi tệp của chính máy trung tâm"))
            case "admin add", "admin list", "admin remove":
                .never(
                    Message(
                        "accounts are kept at central's own machine, so that a stolen session makes "
                            + "no other",
                        vi:
                            "tài khoản chỉ quản lý tại chính máy trung tâm, để phiên bị lộ không tạo "
                            + "được tài khoản khác"))
            default:
                .never(
                    Message(
                        "it works on central's own machine and its files",
                        vi: "lệnh này làm việc với chính máy trung tâm và các tệp ở đó"))
            }
    }

    /// What a person is told of a command that is not used from another machine.
    static func refusal(of call: Invocation, why reason: Message) -> CommandFailure {
        let name = call.commandPath.joined(separator: " ")
        return CommandFailure(
            .usage,
            Message(
                "central \(name) does not work from another machine: ",
                vi: "central \(name) không dùng được từ máy khác: ") + reason)
    }
}
