internal import AdminDocuments
internal import Administration
internal import Causality
internal import CommandLine
internal import Crypto
internal import JSON
internal import SQLiteStore
internal import Store
internal import Text

/// Accounts of administrators who work over the network.
enum AdminCommand {
    static let command = Command(
        group: "admin",
        summary: Message(
            "accounts of administrators who work over the network",
            vi: "tài khoản quản trị làm việc qua mạng"),
        commands: [add, list, remove])

    private static let name = Positional(
        "NAME", help: Message("the account's name", vi: "tên tài khoản"))

    private static let add = Command(
        "add",
        summary: Message(
            "make an account, or give one a new password",
            vi: "tạo tài khoản, hoặc đổi mật khẩu"),
        discussion: Message(
            """
            The password is asked for twice, and not shown; from a pipe it is the first line. It has 12
            characters or more. A new password ends the account's sessions.
            """,
            vi: """
                Mật khẩu được hỏi hai lần và không hiện ra; từ ống dẫn thì là dòng đầu. Mật khẩu có từ 12 ký tự.
                Đổi mật khẩu kết thúc các phiên của tài khoản.
                """),
        arguments: [name],
        options: [
            Option(
                "--role", valueName: "ROLE",
                help: Message(
                    "viewer, who reads, or admin, who does (default: viewer)",
                    vi: "viewer chỉ xem, hoặc admin được làm (mặc định: viewer)"))
        ]
    ) { invocation in
        let name = invocation.positional("NAME")
        guard AdminAccount.isName(name) else {
            throw UsageError(
                Message(
                    "a name has 1 to 64 letters, digits, and . - _",
                    vi: "tên có 1 đến 64 chữ, số, và . - _"))
        }
        let roles = AdminAccount.Role.allCases.map(\.rawValue)
        let word = try invocation.choice("--role", of: roles) ?? "viewer"
        let role = AdminAccount.Role(rawValue: word) ?? .viewer
        guard let hash = PasswordHash(of: Array(try password(invocation).utf8)) else {
            throw CommandFailure(
                .osError, Message("there is not enough memory", vi: "không đủ bộ nhớ"))
        }
        let home = try CentralHome(invocation)
        try home.withDatabase(isMaking: true) {
            try $0.perform(SaveAccount(name: name, role: role, password: hash), by: home.actor)
        }
        try invocation.say(Message("\(name) is \(word)", vi: "\(name) là \(word)"))
        return .ok
    }

    private static func password(_ invocation: Invocation) throws -> String {
        let prompt = invocation.text(Message("password: ", vi: "mật khẩu: "))
        let bytes = PasswordInput.read(prompt: prompt, bytesMax: AdminAccount.passwordBytesMax)
        guard AdminAccount.isPassword(bytes), let text = String(validating: bytes, as: UTF8.self)
        else {
            let min = AdminAccount.passwordCharactersMin
            throw CommandFailure(
                .dataError,
                Message(
                    "a password has \(min) characters or more, and no control characters",
                    vi: "mật khẩu có từ \(min) ký tự, không có ký tự điều khiển"))
        }
        if PasswordInput.isTyped {
            let prompt = invocation.text(Message("once more: ", vi: "nhập lại: "))
            let again = PasswordInput.read(prompt: prompt, bytesMax: AdminAccount.passwordBytesMax)
            guard again == bytes else {
                throw CommandFailure(
                    .dataError,
                    Message("the two passwords differ", vi: "hai lần nhập mật khẩu khác nhau"))
            }
        }
        return text
    }

    private static let list = Command(
        "list", summary: Message("list the accounts", vi: "liệt kê tài khoản"),
        options: [Option("--json", help: Message("answer in JSON", vi: "trả lời bằng JSON"))]
    ) { invocation in
        let admins = try CentralHome(invocation).withDatabase { try $0.admins() }
        if invocation.has("--json") {
            try invocation.printOut(
                JSONValue.array(admins.map(\.json)).serialized())
            return .ok
        }
        var table = TextTable([.init(""), .init(""), .init("")])
        for admin in admins {
            table.add([
                admin.name, admin.role.rawValue, invocation.text(ShownTime.text(admin.made)),
            ])
        }
        try invocation.printOut(table)
        return .ok
    }

    private static let remove = Command(
        "remove", summary: Message("remove an account", vi: "xóa tài khoản"), arguments: [name]
    ) { invocation in
        let name = invocation.positional("NAME")
        let home = try CentralHome(invocation)
        try home.withDatabase { try $0.perform(RemoveAccount(name: name), by: home.actor) }
        try invocation.say(Message("removed \(name)", vi: "đã xóa \(name)"))
        return .ok
    }
}
