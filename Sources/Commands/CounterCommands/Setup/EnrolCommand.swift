// Enrolment. The key is on disk before central is asked: a try whose answer was lost is repeated
// with the same key, and central gives the same identity again.

internal import Causality
internal import CommandLine
internal import CounterEngine
internal import Crypto
internal import Files
internal import Foundation
internal import HTTPClient
internal import JSON
internal import SQLiteStore
internal import SharedCommands
internal import Text
internal import Wire

enum EnrolCommand {
    static func command(_ context: CounterContext) -> Command {
        Command(
            "enrol",
            summary: Message(
                "make this device a replica of its office", vi: "đăng ký thiết bị này cho cơ quan"),
            discussion: Message(
                """
                The central office gives the code: central enrol OFFICE. A central that was restored
                from a backup may not know this device any more: with --again it stays what it is,
                and nothing that waits here is lost.

                Over https central proves who it is: by the pin that central enrol prints, by an
                authority of --ca-file, or by one of this system. What is said here holds for every
                later sync; --again changes it, and without a word keeps it.
                """,
                vi: """
                    Cơ quan trung tâm cấp mã: central enrol CƠ-QUAN. Trung tâm khôi phục từ bản sao lưu có thể
                    không còn biết thiết bị này: với --again thiết bị vẫn là chính nó, những gì đang chờ không mất.

                    Qua https trung tâm phải chứng minh mình là ai: bằng mã ghim do central enrol in ra, bằng tổ chức
                    chứng thực trong --ca-file, hoặc của hệ thống. Điều khai ở đây dùng cho mọi lần đồng bộ sau;
                    --again thay đổi, không ghi gì thì giữ nguyên.
                    """),
            arguments: [
                Positional(
                    "URL",
                    help: Message(
                        "central's address, as in https://central:8443",
                        vi: "địa chỉ trung tâm, như https://central:8443"))
            ],
            options: [
                Option(
                    "--code", valueName: "CODE",
                    help: Message("the one-time code", vi: "mã dùng một lần")),
                Option(
                    "--name", valueName: "NAME",
                    help: Message(
                        "what the central office sees (default: this machine's name)",
                        vi: "tên hiện ở trung tâm (mặc định: tên máy)")),
                Option(
                    "--code-file", valueName: "FILE",
                    help: Message(
                        "a file with the code, or - for standard input: no other user sees it",
                        vi: "tệp chứa mã, hoặc - là đầu vào chuẩn: người dùng khác không thấy")),
                Option(
                    "--again",
                    help: Message(
                        "let a device in again that central has forgotten",
                        vi: "nhận lại thiết bị mà trung tâm đã quên")),
                .json,
            ] + TrustArguments.ofEnrolment
        ) { try await run($0, context) }
    }

    /// The code as it was given: in the arguments, which other users of the machine can see while the
    /// command runs, or in a file.
    private static func codeText(_ invocation: Invocation) throws -> String {
        guard let path = invocation.value("--code-file") else {
            return try invocation.required("--code")
        }
        guard !invocation.has("--code") else {
            throw UsageError(
                Message("--code or --code-file, not both", vi: "chỉ --code hoặc --code-file"))
        }
        var lines: LineReader
        do {
            lines = try LineReader(path: path, lineBytesMax: 256)
            return String(decoding: try lines.next()?.bytes ?? [], as: UTF8.self)
        } catch {
            throw CommandFailure(
                .noInput,
                Message("the file with the code cannot be read", vi: "không đọc được tệp chứa mã"))
        }
    }

    private static func run(
        _ invocation: Invocation, _ context: CounterContext
    ) async throws -> ExitCode {
        let typed = invocation.positional("URL")
        guard let url = CentralAddress(typed) else {
            throw UsageError(
                CentralAddress.problem(of: typed),
                hint: HTTPClientError.invalidURL.hint)
        }
        guard let code = EnrolmentCode(try codeText(invocation)) else {
            throw CommandFailure(
                .noPermission,
                Message("the enrolment code has a typing error", vi: "mã đăng ký gõ sai"),
                hint: Message(
                    "compare it with what the central office gave; it looks like 7KQM-3XRT",
                    vi: "so với mã cơ quan trung tâm đã cấp, có dạng 7KQM-3XRT"))
        }
        try TrustArguments.check(url, invocation, mayBeInsecure: true)
        let home = try CounterHome(invocation, context.environment)
        var http = HTTPClientOptions()
        http.userAgent = "counter/\(CounterTool.version)"
        let said = try await TrustArguments.trust(invocation, at: url, http)
        try home.makeDirectory()
        let lock = try ReplicaLock(.sync, home)
        defer { lock.release() }
        let isAgain = invocation.has("--again")
        let (identity, known) = try prepare(home, url, context, isAgain: isAgain)
        let trust = said ?? known
        http.use(trust)
        let reply = try await ask(identity, code, http, invocation, context)
        try CommandFailure.translating {
            let database = try home.open()
            defer { database.close() }
            try database.write(now: context.clock.now()) { transaction in
                try transaction.save(trust)
                if let key = reply.centralKey {
                    try transaction.save(centralKey: key, ofEpoch: reply.epoch)
                }
                guard isAgain else {
                    return try transaction.save(
                        ReplicaIdentity(
                            enrolled: reply, signingSeed: identity.signingSeed,
                            centralURL: identity.centralURL))
                }
                // Read anew: a clerk may have written meanwhile.
                var (known, replica) = try database.enrolledIdentity()
                guard reply.replica == replica, reply.office == known.office else {
                    throw SyncFailure.malformed(
                        what: "enrolment reply", reason: "it is of another device or office")
                }
                known.state = .active
                known.desk = reply.desk
                known.centralURL = identity.centralURL
                try transaction.save(known)
            }
        }
        try answer(reply, invocation)
        return .ok
    }

    /// Stores the key that the device asks with, unless an earlier try has.
    private static func prepare(
        _ home: CounterHome, _ url: CentralAddress, _ context: CounterContext, isAgain: Bool
    ) throws -> (ReplicaIdentity, CentralTrust) {
        try CommandFailure.translating {
            let database = try CounterDatabase(path: home.databasePath, isNew: !home.exists)
            defer { database.close() }
            return try database.write(now: context.clock.now()) { transaction in
                let known = try database.identity()
                if let known, known.replica != nil, !isAgain { throw alreadyEnrolled(known) }
                if known?.replica == nil, isAgain { throw StoreError.notEnrolled }
                var identity =
                    known
                    ?? ReplicaIdentity(
                        enrollingAt: url.text,
                        signingSeed: context.random.bytes(SigningKey.seedByteCount))
                identity.centralURL = url.text
                // A device that is enrolled keeps its address until central has answered at this one.
                if !isAgain { try transaction.save(identity) }
                // What a first enrolment said that came to nothing is said anew.
                return (identity, isAgain ? try database.centralTrust() : CentralTrust())
            }
        }
    }

    private static func ask(
        _ identity: ReplicaIdentity, _ code: EnrolmentCode, _ http: HTTPClientOptions,
        _ invocation: Invocation, _ context: CounterContext
    ) async throws -> EnrolmentReply {
        guard let key = SigningKey(seed: identity.signingSeed) else {
            throw CommandFailure(StoreError.damaged(table: "identity", key: 1))
        }
        let link = context.connect(identity.centralURL, http)
        let name = invocation.value("--name") ?? ProcessInfo.processInfo.hostName
        do throws(SyncFailure) {
            return try await link.enrol(
                EnrolmentRequest(
                    code: code.text, key: key, device: name, formerDesk: identity.desk))
        } catch {
            throw CommandFailure(error)
        }
    }

    private static func alreadyEnrolled(_ identity: ReplicaIdentity) -> CommandFailure {
        CommandFailure(
            .usage,
            Message(
                "this replica is enrolled already: office \(identity.office), desk \(identity.desk)",
                vi: "máy này đã đăng ký: cơ quan \(identity.office), quầy \(identity.desk)"),
            hint: identity.state == .revoked
                ? Message(
                    "central revoked it; enrol into another --home, its unsynced work stays here",
                    vi: "trung tâm đã thu hồi; đăng ký vào --home khác, phần chưa đồng bộ vẫn ở đây"
                )
                : Message(
                    "go on with: counter sync; if central has forgotten this device, say --again; "
                        + "for another replica give another --home",
                    vi: "tiếp tục: counter sync; nếu trung tâm đã quên thiết bị này, ghi --again; "
                        + "cho dữ liệu khác thì dùng --home khác"))
    }

    private static func answer(_ reply: EnrolmentReply, _ invocation: Invocation) throws {
        if invocation.has("--json") {
            try invocation.printJSON(
                .object([
                    ("office", .string(reply.office)), ("desk", .integer(reply.desk)),
                    ("replica", .string(reply.replica.description)),
                ]))
        } else {
            let office = TerminalSafe.text(reply.office)
            try invocation.say(
                Message(
                    "enrolled as desk \(reply.desk) of office \(office), replica \(reply.replica)",
                    vi: "đã đăng ký làm quầy \(reply.desk) của cơ quan \(office), "
                        + "thiết bị \(reply.replica)"))
            try invocation.say(Message("next: counter sync", vi: "tiếp theo: counter sync"))
        }
    }
}
