internal import AdminDocuments
internal import Administration
internal import Causality
internal import CommandLine
internal import Crypto
internal import Dossiers
internal import HTTP
internal import JSON
internal import SQLiteStore
internal import Text
internal import Wire

enum EnrolCommand {
    static let command = Command(
        "enrol",
        summary: Message(
            "give out a one-time code that enrols one device of an office",
            vi: "cấp mã dùng một lần để đăng ký một thiết bị của cơ quan"),
        discussion: Message(
            """
            The code lasts 15 minutes. At the counter: counter enrol URL --code CODE

            When the home has a certificate that central tls self-signed made, or --tls-cert names
            one, its pin is printed too: with it the counter knows central's key before it says
            anything. Both can be read over the telephone.
            """,
            vi: """
                Mã có hiệu lực 15 phút. Tại quầy: counter enrol URL --code MÃ

                Khi có chứng thư do central tls self-signed tạo, hoặc --tls-cert chỉ ra, mã ghim cũng được in: nhờ
                nó quầy biết khóa của trung tâm trước khi gửi bất cứ gì. Cả hai có thể đọc qua điện thoại.
                """),
        arguments: [Positional("OFFICE", help: Message("the office's code", vi: "mã cơ quan"))],
        options: [
            Option(
                "--tls-cert", valueName: "FILE",
                help: Message(
                    "give out the pin of this certificate's key (default: the home's, when it is "
                        + "signed by itself)",
                    vi:
                        "cấp mã ghim của khóa trong chứng thư này (mặc định: của thư mục, nếu tự ký)"
                )),
            Option("--json", help: Message("answer in JSON", vi: "trả lời bằng JSON")),
        ]
    ) { invocation in
        let office = invocation.positional("OFFICE")
        let home = try CentralHome(invocation)
        let pin = try TLSFiles.pinnedKey(invocation, home).map { KeyPin(of: $0).text }
        let issued = try home.withDatabase {
            try $0.perform(IssueCode(office: office), by: home.actor)
        }
        if invocation.has("--json") {
            try invocation.printOut(
                JSONValue.object(issued.members(pin: pin)).serialized())
        } else {
            let (code, safe) = (issued.code.text, TerminalSafe.text(issued.office))
            let expires = ShownTime.text(issued.expires)
            try invocation.say(
                Message(
                    "\(code) enrols one device of \(safe) until \(expires.english)",
                    vi: "\(code) đăng ký một thiết bị của \(safe) đến \(expires.vietnamese)"))
            if let pin {
                try invocation.say(
                    Message(
                        "\(pin) is the pin of central's key",
                        vi: "\(pin) là mã ghim khóa của trung tâm"))
                let call = "counter enrol https://HOST:PORT --code \(code) --pin \(pin)"
                try invocation.say(Message("at the counter: \(call)", vi: "tại quầy: \(call)"))
            }
        }
        return .ok
    }
}
