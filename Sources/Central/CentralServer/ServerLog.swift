// What a serving central writes on standard error: one line each, in JSON or in logfmt, without content of records.

public import JSON
internal import Synchronization

/// How much a line of the log matters.
public enum LogLevel: String, CaseIterable, Comparable, Sendable {
    /// What is to be expected.
    case info
    /// A request was not done, or an operator has to know something.
    case warning
    /// Central's own store failed.
    case error

    /// What matters more comes later.
    public static func < (left: LogLevel, right: LogLevel) -> Bool {
        let order: [LogLevel] = [.info, .warning, .error]
        return (order.firstIndex(of: left) ?? 0) < (order.firstIndex(of: right) ?? 0)
    }
}

/// One line of central's log.
public enum LogLine: Sendable {
    /// An exchange that was answered.
    case exchange(ExchangeLine)
    /// What an operator has to know of the server itself.
    case warning(String)
    /// What the server did because an operator wished it.
    case notice(String)

    /// How much it matters.
    public var level: LogLevel {
        switch self {
        case .exchange(let line):
            line.reason != nil ? .error : line.failure != nil ? .warning : .info
        case .warning: .warning
        case .notice: .info
        }
    }

    /// Whether it is said even when lines of exchanges are not wanted.
    public var isWarning: Bool {
        switch self {
        // A store that fails is central's own matter, whoever asked.
        case .exchange(let line): line.reason != nil
        case .warning, .notice: true
        }
    }

    /// The line that stands where others were dropped, since nobody read them.
    public static func dropped(_ count: Int, as format: LogFormat) -> String {
        LogLine.warning("\(count) lines of this log were dropped: nobody read them in time")
            .text(as: format)
    }

    /// The line for a log reader.
    public func text(as format: LogFormat) -> String {
        let members: [(String, JSONValue)] =
            switch self {
            case .exchange(let line): line.members
            case .warning(let message):
                [("event", .string("warning")), ("message", .string(message))]
            case .notice(let message):
                [("event", .string("notice")), ("message", .string(message))]
            }
        return format.text(members + [("level", .string(level.rawValue))])
    }
}

/// Passes on what the HTTP server says of its own limits, a few lines a minute: peers must not fill
/// the disk with them. What it says of one connection is no news where links break all day.
final class WarningLog: Sendable {
    /// What stands in the lines about all connections, ours and libmicrohttpd's.
    private static let words = ["connections are taken", "accept", "limit"]

    private struct Minute {
        var start = ContinuousClock.now
        var count = 0
    }

    private let minute = Mutex(Minute())
    private let linesMax: Int
    private let log: @Sendable (String) -> Void

    /// - Parameter linesMax: lines in one minute at most.
    init(linesMax: Int, _ log: @escaping @Sendable (String) -> Void) {
        self.linesMax = linesMax
        self.log = log
    }

    func write(_ line: String) {
        guard Self.words.contains(where: line.contains) else { return }
        let count = minute.withLock { minute in
            if minute.start.duration(to: .now) > .seconds(60) { minute = Minute() }
            minute.count += 1
            return minute.count
        }
        guard count <= linesMax else { return }
        log(count < linesMax ? line : line + " (more such lines are left out)")
    }
}
