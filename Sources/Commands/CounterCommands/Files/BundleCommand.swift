// Sync by files, where there is no link: a stick carries the outbox to central, and the reply back.

internal import Bundles
internal import CommandLine
internal import CounterEngine
internal import CounterFiles
internal import JSON
internal import SQLiteStore
internal import SharedCommands
internal import Text
internal import Wire

enum BundleCommand {
    static func command(_ context: CounterContext) -> Command {
        Command(
            group: "bundle",
            summary: Message(
                "sync by files on a stick, where there is no link",
                vi: "đồng bộ bằng tệp trên USB khi không có mạng"),
            discussion: Message(
                """
                counter bundle create FILE, at central: central bundle apply FILE --reply FILE2, and
                here again: counter bundle apply FILE2. The files are sealed: only central, or this
                device, can open them. They may be copied, repeated, late or lost: nothing leaves
                this replica before central's reply is here.
                """,
                vi: """
                    counter bundle create TỆP, tại trung tâm: central bundle apply TỆP --reply TỆP2, rồi tại
                    đây: counter bundle apply TỆP2. Các tệp được niêm phong: chỉ trung tâm, hoặc thiết bị này, mở
                    được. Có thể sao chép, lặp lại, đến muộn hay mất: không gì rời khỏi máy này trước khi trả lời
                    của trung tâm về đến đây.
                    """),
            commands: [create(context), apply(context)])
    }

    private static func create(_ context: CounterContext) -> Command {
        Command(
            "create",
            summary: Message(
                "write what waits here into a bundle for central",
                vi: "ghi những gì đang chờ vào gói gửi trung tâm"),
            arguments: [
                Positional(
                    "FILE",
                    help: Message(
                        "the file to make; it must not be there yet",
                        vi: "tệp sẽ tạo; tệp chưa được có sẵn"))
            ],
            options: [
                Option(
                    "--part-size", valueName: "BYTES",
                    help: Message(
                        "split into FILE.1, FILE.2 … of so many bytes at most",
                        vi: "chia thành TỆP.1, TỆP.2 …, mỗi tệp nhiều nhất chừng ấy byte")),
                .json,
            ]
        ) { invocation in
            let home = try CounterHome(invocation, context.environment)
            let destination = try invocation.bundleDestination(
                invocation.positional("FILE"), givenBy: "FILE", in: home)
            let lock = try ReplicaLock(.sync, home)
            defer { lock.release() }
            let bundle: CreatedBundle
            do {
                bundle = try await session(home, context).createBundle(into: destination)
            } catch {
                throw translation(of: error)
            }
            try answer(bundle, invocation)
            return .ok
        }
    }

    private static func apply(_ context: CounterContext) -> Command {
        Command(
            "apply",
            summary: Message(
                "take in central's reply to a bundle", vi: "nhận trả lời của trung tâm cho một gói"),
            discussion: Message(
                """
                Ends with 0 when all is exchanged and both digests agree, or when all of it was taken
                in before; 65 when central refused changes, or a file is damaged or not for this
                device; 66 when a file cannot be read; 75 when some remains, or another bundle comes
                first; 76 when this needs a link: counter sync.
                """,
                vi: """
                    Kết thúc với 0 khi đã trao đổi hết và mã kiểm của hai bên khớp, hoặc đã nhận hết từ trước; 65
                    khi trung tâm từ chối thay đổi, hoặc tệp hỏng hay không dành cho thiết bị này; 66 khi không đọc
                    được tệp; 75 khi còn sót, hoặc phải nhận gói khác trước; 76 khi cần có mạng: counter sync.
                    """),
            arguments: [
                Positional(
                    "FILE",
                    help: Message(
                        "all files of the reply, in any order",
                        vi: "mọi tệp của trả lời, theo thứ tự bất kỳ"), repeats: true)
            ],
            options: [
                Option(
                    "--quiet", short: "q",
                    help: Message(
                        "print nothing when all went well", vi: "không in gì khi mọi việc ổn")),
                .json,
            ]
        ) { invocation in
            let home = try CounterHome(invocation, context.environment)
            let lock = try ReplicaLock(.sync, home)
            defer { lock.release() }
            let applied: AppliedBundle
            do {
                applied = try await session(home, context)
                    .applyBundle(invocation.positionals("FILE"))
            } catch {
                throw translation(of: error)
            }
            guard !applied.isRepeated else {
                try answerRepeated(invocation)
                return .ok
            }
            let answer = SyncAnswer(applied.report)
            try answer.print(invocation)
            if let failure = answer.failure { throw failure }
            return .ok
        }
    }

    private static func session(
        _ home: CounterHome, _ context: CounterContext
    ) throws -> FileSession {
        try FileSession(
            path: home.databasePath, transport: NoLink(), clock: context.clock,
            random: context.random)
    }

    private static func translation(of error: any Error) -> any Error {
        guard let failure = error as? BundleFailure else {
            return CommandFailure.translation(of: error)
        }
        return CommandFailure(failure)
    }

    private static func answer(_ bundle: CreatedBundle, _ invocation: Invocation) throws {
        let written = bundle.written
        if invocation.has("--json") {
            return try invocation.printJSON(
                .object(
                    [
                        ("bundle", .string(written.id.description)),
                        ("changes", .integer(Int64(clamping: bundle.changeCount))),
                    ] + written.members))
        }
        try invocation.say(
            ShownText.changes(bundle.changeCount)
                + Message(" for central", vi: " gửi trung tâm") + written.place)
        let isOne = written.files.count == 1
        try invocation.say(
            Message(
                "next: central bundle apply \(isOne ? "FILE" : "ALL FILES") --reply FILE2; "
                    + "the changes wait here until the reply is applied",
                vi: "tiếp theo: central bundle apply \(isOne ? "TỆP" : "MỌI TỆP") --reply TỆP2; "
                    + "các thay đổi chờ ở đây đến khi nhận trả lời"))
    }

    private static func answerRepeated(_ invocation: Invocation) throws {
        if invocation.has("--json") {
            try invocation.printJSON(.object([("outcome", .string("repeated"))]))
        } else if !invocation.has("--quiet") {
            try invocation.say(
                Message(
                    "Applied before: all that this bundle brings is here.",
                    vi: "Đã nhận trước đây: mọi thứ của gói này đã có ở đây."))
        }
    }
}
