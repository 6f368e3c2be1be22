// What a serving central writes on standard error: one line of JSON each, without content of records.

internal import JSON
internal import Synchronization

/// One line of central's log.
public enum LogLine: Sendable {
    /// An exchange that was answered.
    case exchange(ExchangeLine)
    /// What an operator has to know of the server itself.
    case warning(String)
    /// What the server did because an operator wished it.
    case notice(String)

    /// Whether it is said even when lines of exchanges are not wanted.
    public var isWarning: Bool {
        switch self {
        // A store that fails is central's own matter, whoever asked.
        case .exchange(let line): line.reason != nil
        case .warning, .notice: true
        }
    }

    /// The line that stands where others were dropped, since nobody read them.
    public static func dropped(_ count: Int) -> String {
        LogLine.warning("\(count) lines of this log were dropped: nobody read them in time").text
    }

    /// The line as JSON, for a log reader.
    public var text: String {
        switch self {
        case .exchange(let line): line.text
        case .warning(let message):
            JSONValue.object([
                ("event", .string("warning")), ("message", .string(message)),
            ]).serialized()
        case .notice(let message):
            JSONValue.object([
                ("event", .string("notice")), ("message", .string(message)),
            ]).serialized()
        }
    }
}

/// Passes on what the HTTP server says of its own limits, a few lines a minute: peers must not fill
/// the disk with them. What it says of one connection is no news where links break all day.
final class WarningLog: Sendable {
    /// Lines in one minute at most.
    private static let linesMax = 20
    /// What stands in the lines about all connections, ours and libmicrohttpd's.
    private static let words = ["connections are taken", "accept", "limit"]

    private struct Minute {
        var start = ContinuousClock.now
        var count = 0
    }

    private let minute = Mutex(Minute())
    private let log: @Sendable (String) -> Void

    init(_ log: @escaping @Sendable (String) -> Void) {
        self.log = log
    }

    func write(_ line: String) {
        guard Self.words.contains(where: line.contains) else { return }
        let count = minute.withLock { minute in
            if minute.start.duration(to: .now) > .seconds(60) { minute = Minute() }
            minute.count += 1
            return minute.count
        }
        guard count <= Self.linesMax else { return }
        log(count < Self.linesMax ? line : line + " (more such lines are left out)")
    }
}
