internal import HTTPServer
internal import JSON
public import Store
internal import Synchronization
public import Wire

/// Commands from another machine (`Protocol/admin.md` §Commands): the words of a command line come in, and what the
/// command said goes back. What runs them is no matter of the server.
public final class CommandRoute: Sendable {
    /// Where it stands.
    public static let path = "/v1/admin/command"

    /// A command that somebody elsewhere gave.
    public struct Call: Sendable {
        /// Who.
        public var account: AdminAccount
        /// The words of its command line.
        public var words: [String]
        /// Cells of a line of the window in which it was given; `nil` where nobody looks.
        public var columns: Int?
    }

    /// What became of it.
    public struct Answer: Sendable {
        /// Its exit code.
        public var code: Int32
        /// What it wrote to standard output.
        public var output: String
        /// What it wrote to standard error.
        public var errors: String

        /// Says it.
        public init(code: Int32, output: String, errors: String) {
            self.code = code
            self.output = output
            self.errors = errors
        }
    }

    /// Commands at once: each has a thread, and its answer in memory.
    private static let runningMax = 4
    /// Words of a command line.
    private static let wordsMax = 1_000

    private let running = Mutex(0)
    private let run: @Sendable (Call) async throws(SyncFailure) -> Answer

    /// Answers with what `run` gives.
    public init(_ run: @escaping @Sendable (Call) async throws(SyncFailure) -> Answer) {
        self.run = run
    }

    /// For the list.
    public var route: ServedRoute {
        ServedRoute(
            ["POST"], .exactly(Self.path), .session(least: .viewer), body: .json(name: "command"),
            event: .admin
        ) { request, _ async throws(SyncFailure) in
            guard case .admin(let account, _) = request.caller else { throw .notEnrolled }
            let words = request.json?["words"]?.arrayValue?.map(\.stringValue) ?? []
            guard !words.isEmpty, words.count <= Self.wordsMax, !words.contains(nil) else {
                throw .malformed(what: "command", reason: "words is no list of words")
            }
            let columns = request.json?["columns"] ?? .null
            guard columns == .null || columns.integerValue != nil else {
                throw .malformed(what: "command", reason: "columns is no whole number")
            }
            guard self.begin() else { throw .busy(retryAfterSeconds: 1) }
            defer { self.end() }
            let answer = try await self.run(
                Call(
                    account: account, words: words.compactMap(\.self),
                    columns: columns.integerValue.map { Int(clamping: $0) }))
            let document = JSONValue.object([
                ("exit", .integer(Int64(answer.code))), ("output", .string(answer.output)),
                ("errors", .string(answer.errors)),
            ])
            return HTTPResponse(contentType: "application/json", text: document.serialized())
        }
    }

    private func begin() -> Bool {
        running.withLock { count in
            guard count < Self.runningMax else { return false }
            count += 1
            return true
        }
    }

    private func end() {
        running.withLock { $0 -= 1 }
    }
}
