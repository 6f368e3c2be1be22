// The side that asks: `central --remote URL COMMAND …` sends the words of the command to the central there, and
// says what it said, to the exit code.

internal import CentralServer
internal import CommandLine
internal import CounterLink
internal import Foundation
internal import HTTP
internal import HTTPClient
internal import JSON
internal import SharedCommands
internal import Store
internal import Text
internal import Wire

/// A central elsewhere, and the file that keeps the session there.
struct RemoteCentral {
    static let option = Option(
        "--remote", valueName: "URL",
        help: Message(
            "work at the central there, with an account: see central login",
            vi: "làm việc với trung tâm ở đó, bằng tài khoản: xem central login"))

    /// How long central may think: a report reads all that there is.
    private static let patience = Duration.seconds(300)

    let url: CentralAddress
    let sessions: SessionFile
    private var http = HTTPClientOptions()

    /// What `--remote` names.
    ///
    /// - Throws: `UsageError`, `CommandFailure`; plain HTTP beyond this machine is refused.
    init(_ invocation: Invocation) throws {
        let typed = try invocation.required(Self.option.name)
        guard let url = CentralAddress(typed) else {
            throw UsageError(
                CentralAddress.problem(of: typed), hint: HTTPClientError.invalidURL.hint)
        }
        guard !invocation.has("--home") else {
            throw UsageError(
                Message("--home or --remote, not both", vi: "chỉ --home hoặc --remote"))
        }
        try TrustArguments.check(url, invocation)
        self.url = url
        sessions = try SessionFile(invocation, ProcessInfo.processInfo.environment)
        http.userAgent = "central/\(CentralTool.version)"
    }

    /// Runs a command here, or where `--remote` says.
    @Sendable static func run(
        _ command: Command, _ invocation: Invocation
    ) async throws -> ExitCode {
        let isSessionCommand = SessionCommands.names.contains(command.name)
        guard !isSessionCommand, invocation.has(option.name) else {
            if !isSessionCommand, invocation.has(SessionFile.option.name) {
                throw UsageError(
                    Message("--session needs --remote", vi: "--session cần có --remote"))
            }
            return try await command(invocation)
        }
        let use = RemoteUse(command, invocation)
        if case .never(let reason) = use { throw RemoteUse.refusal(of: invocation, why: reason) }
        let central = try RemoteCentral(invocation)
        guard let session = try central.sessions.session(at: central.url.text) else {
            throw central.notLoggedIn
        }
        do {
            return try await central.perform(command, invocation, session)
        } catch let error as SyncFailure {
            var failure = central.translation(of: error)
            if case .acts = use, case .interrupted = error {
                failure.hint = Message(
                    "whether it was done, this tells: central --remote \(central.url.text) audit",
                    vi: "đã làm hay chưa, xem: central --remote \(central.url.text) audit")
            }
            throw failure
        }
    }

    private func perform(
        _ command: Command, _ invocation: Invocation, _ session: RemoteSession
    ) async throws -> ExitCode {
        let words = ["--lang", invocation.language.rawValue] + invocation.words(for: command)
        let columns = invocation.output.columns.map { JSONValue.integer(Int64($0)) } ?? .null
        let answer = try await ask(
            CommandRoute.path,
            .object([
                ("words", .array(words.map(JSONValue.string))), ("columns", columns),
            ]), session.trust, token: session.token)
        guard let output = answer["output"]?.stringValue,
            let errors = answer["errors"]?.stringValue,
            let code = answer["exit"]?.integerValue.flatMap({ Int32(exactly: $0) })
                .flatMap(ExitCode.init(rawValue:))
        else { throw SyncFailure.notCentral(status: 200, contentType: "application/json") }
        try Self.pass(errors, to: invocation.errorOutput)
        try Self.pass(output, to: invocation.output)
        return code
    }

    /// Writes as it came what goes into a file; a terminal obeys none of what a central might write there.
    private static func pass(_ text: String, to sink: OutputSink) throws {
        let isSeen = sink.columns != nil
        try sink.write(isSeen ? TerminalSafe.text(text, keepingLines: true) : text)
    }

    /// Asks central, and gives its document.
    ///
    /// - Throws: `SyncFailure`.
    func ask(
        _ path: String, _ body: JSONValue, _ trust: CentralTrust, token: String? = nil
    ) async throws(SyncFailure) -> JSONValue {
        var options = http
        options.use(trust)
        let client = HTTPClient(options: options)
        defer { client.close() }
        var headers: HTTPHeaders = ["Content-Type": "application/json"]
        if let token { headers.append("Authorization", "Bearer " + token) }
        let response: HTTPClientResponse
        do throws(HTTPClientError) {
            response = try await client.send(
                method: "POST", url: url.text + path, headers: headers,
                body: body.serializedBytes(), replyDelay: Self.patience)
        } catch {
            throw SyncFailure(error)
        }
        guard response.status == 200 else { throw SyncFailure(response, from: url.text) }
        do {
            return try JSONValue(parsing: response.body[...])
        } catch {
            throw .notCentral(
                status: 200, contentType: response.headers["Content-Type"] ?? "no content type")
        }
    }

    /// What the options say of how central proves itself.
    ///
    /// - Throws: `CommandFailure`.
    func trust(_ invocation: Invocation) async throws -> CentralTrust? {
        try await TrustArguments.trust(invocation, at: url, http)
    }

    /// What a refusal means here, where no counter speaks.
    func translation(of failure: SyncFailure) -> CommandFailure {
        switch failure {
        case .refused(status: 401, _): notLoggedIn
        case .refused(status: 403, _):
            CommandFailure(
                .noPermission,
                Message(
                    "this takes an account with the role admin",
                    vi: "việc này cần tài khoản có vai trò admin"))
        case .refused(status: 404, _):
            CommandFailure(
                .protocolError,
                Message(
                    "the central at \(url.text) is of an older version, which takes no commands",
                    vi: "trung tâm tại \(url.text) là phiên bản cũ, không nhận lệnh từ máy khác"),
                hint: Message(
                    "use the command at central's own machine",
                    vi: "dùng lệnh tại chính máy trung tâm"))
        default:
            CommandFailure(
                CommandFailure(failure).exitCode, failure.message, hint: Self.hint(failure))
        }
    }

    /// What helps whoever works from another machine: failures' own hints are for counters.
    private static func hint(_ failure: SyncFailure) -> Message? {
        switch failure {
        case .untrusted(_, let hint), .proxy(_, let hint): hint.message
        case .unreachable, .notCentral, .moved:
            Message(
                "is the address right, and does central serve there?",
                vi: "địa chỉ có đúng không, và trung tâm có đang phục vụ ở đó không?")
        case .busy, .interrupted, .tooManyTries, .centralStore:
            Message("try again in a while", vi: "lát nữa thử lại")
        case .tooLarge:
            Message(
                "ask for less, as with --office, or use the command at central's own machine",
                vi: "hỏi ít hơn, như với --office, hoặc dùng lệnh tại chính máy trung tâm")
        default: nil
        }
    }

    /// That there is no session, or that it has ended.
    var notLoggedIn: CommandFailure {
        CommandFailure(
            .notLoggedIn,
            Message(
                "there is no session at \(url.text), or it has ended: log in again",
                vi: "không có phiên nào tại \(url.text), hoặc phiên đã hết: hãy đăng nhập lại"),
            hint: Message(
                "central --remote \(url.text) login NAME",
                vi: "central --remote \(url.text) login TÊN"))
    }
}
