internal import AdminDocuments
internal import Causality
internal import CommandLine
internal import Files
internal import JSON
internal import SharedCommands
internal import Store
internal import Text
internal import Time
internal import Wire

/// What begins and ends a session at a central elsewhere.
enum SessionCommands {
    /// They themselves are done here, whatever `--remote` says.
    static let names = [login.name, logout.name]

    static let login = Command(
        "login",
        summary: Message(
            "begin to work at a central elsewhere, with an account",
            vi: "bắt đầu làm việc với trung tâm ở nơi khác, bằng tài khoản"),
        discussion: Message(
            """
            Accounts are made at central's own machine: central admin add NAME --role admin. The password is
            asked for and not shown; from a pipe it is the first line. The session lasts 8 hours, or as long
            as central serve --session-time says. It is kept in a file that only you may read, with what was
            said of how central proves itself: by the pin that central enrol prints, by --ca-file, or by an
            authority of this system.
              central --remote https://central.example.vn:8443 login chief --pin YFVS-6SCR-2NQ5-5BF0-3Q0P
              central --remote https://central.example.vn:8443 status
            What reads or changes data works so, with the same answers and exit codes as at central; 67 says
            that you have to log in, or to log in again.
            """,
            vi: """
                Tài khoản được tạo tại chính máy trung tâm: central admin add TÊN --role admin. Mật khẩu được hỏi và
                không hiện ra; từ ống dẫn thì là dòng đầu. Phiên kéo dài 8 giờ, hoặc như central serve --session-time
                ghi, giữ trong tệp chỉ bạn đọc được, cùng với cách trung tâm chứng minh mình: mã ghim do central
                enrol in ra, --ca-file, hoặc tổ chức chứng thực của hệ thống.
                  central --remote https://central.example.vn:8443 login chief --pin YFVS-6SCR-2NQ5-5BF0-3Q0P
                  central --remote https://central.example.vn:8443 status
                Các lệnh đọc hoặc sửa dữ liệu đều dùng được như vậy, câu trả lời và mã kết thúc như tại trung tâm; 67
                nghĩa là phải đăng nhập, hoặc đăng nhập lại.
                """),
        arguments: [
            Positional("NAME", help: Message("the account's name", vi: "tên tài khoản"))
        ],
        options: [
            Option(
                "--password-file", valueName: "FILE",
                help: Message(
                    "a file whose first line is the password", vi: "tệp có mật khẩu ở dòng đầu")),
            TrustArguments.pin, TrustArguments.authorities,
        ]
    ) { invocation in
        let central = try RemoteCentral(invocation)
        let name = invocation.positional("NAME")
        let before = try central.sessions.session(at: central.url.text)
        let said = try await central.trust(invocation)
        let trust = said ?? before?.trust ?? CentralTrust()
        let password = try password(invocation)
        let answer: JSONValue
        do throws(SyncFailure) {
            answer = try await central.ask(
                "/v1/admin/login",
                .object([("name", .string(name)), ("password", .string(password))]), trust)
        } catch {
            guard case .refused(status: 403, _) = error else {
                throw central.translation(of: error)
            }
            throw CommandFailure(
                .noPermission,
                Message(
                    "the name or the password is wrong", vi: "tên hoặc mật khẩu không đúng"))
        }
        guard let token = answer["token"]?.stringValue, let role = answer["role"]?.stringValue,
            let end = answer["expires"]?.stringValue
                .flatMap({ RFC3339.millisecondsSinceEpoch($0)?.milliseconds })
        else {
            throw central.translation(
                of: .notCentral(status: 200, contentType: "application/json"))
        }
        try central.sessions.keep(
            RemoteSession(name: name, token: token, trust: trust), at: central.url.text)
        let (account, rank) = (TerminalSafe.text(name), TerminalSafe.text(role))
        let url = central.url.text
        let until = ShownTime.text(Timestamp(milliseconds: end))
        try invocation.say(
            Message(
                "logged in at \(url) as \(account) (\(rank)) until \(until.english)",
                vi: "đã đăng nhập tại \(url) là \(account) (\(rank)) đến \(until.vietnamese)"))
        return .ok
    }

    static let logout = Command(
        "logout",
        summary: Message(
            "end the session at a central elsewhere",
            vi: "kết thúc phiên làm việc với trung tâm ở nơi khác"),
        discussion: Message(
            "Forgets it here also where central does not answer; there it ends when its time is over.",
            vi:
                "Ở đây phiên bị bỏ cả khi trung tâm không trả lời; ở đó phiên hết khi đến giờ."
        )
    ) { invocation in
        let central = try RemoteCentral(invocation)
        let url = central.url.text
        guard let session = try central.sessions.session(at: url) else {
            throw central.notLoggedIn
        }
        try central.sessions.keep(nil, at: url)
        do throws(SyncFailure) {
            _ = try await central.ask(
                "/v1/admin/logout", .object([]), session.trust, token: session.token)
        } catch {
            // A session that had ended is what was asked for.
            guard case .refused(status: 401, _) = error else {
                throw central.translation(of: error)
            }
        }
        try invocation.say(Message("logged out at \(url)", vi: "đã đăng xuất tại \(url)"))
        return .ok
    }

    /// The password as it was given, never in the arguments, which other users of the machine can see.
    private static func password(_ invocation: Invocation) throws -> String {
        let bytesMax = AdminAccount.passwordBytesMax
        var bytes: [UInt8]
        if let path = invocation.value("--password-file") {
            do {
                var lines = try LineReader(path: path, lineBytesMax: bytesMax)
                bytes = Array(try lines.next()?.bytes ?? [])
            } catch {
                throw CommandFailure(
                    .noInput,
                    Message(
                        "the file with the password cannot be read",
                        vi: "không đọc được tệp chứa mật khẩu"))
            }
        } else {
            let prompt = invocation.text(Message("password: ", vi: "mật khẩu: "))
            bytes = PasswordInput.read(prompt: prompt, bytesMax: bytesMax)
        }
        guard let text = String(validating: bytes, as: UTF8.self), !text.isEmpty else {
            throw CommandFailure(
                .dataError, Message("there is no password", vi: "không có mật khẩu"))
        }
        return text
    }
}
