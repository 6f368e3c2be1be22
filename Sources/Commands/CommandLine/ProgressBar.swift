import Glibc
import Synchronization
internal import Text

/// What a progress bar is drawn on.
public struct ProgressTerminal: Sendable {
    /// Whether a person can see it being redrawn.
    public let isTerminal: Bool
    /// The current width in cells.
    public let columns: @Sendable () -> Int
    /// Writes text as it is; errors are its own affair, for progress is not a result.
    public let write: @Sendable (String) -> Void

    /// Makes a terminal, a fake one in tests.
    public init(
        isTerminal: Bool, columns: @escaping @Sendable () -> Int,
        write: @escaping @Sendable (String) -> Void
    ) {
        self.isTerminal = isTerminal
        self.columns = columns
        self.write = write
    }

    /// Standard error, if it is a terminal.
    public static var standardError: ProgressTerminal {
        let isCapable = isatty(STDERR_FILENO) == 1 && getenv("TERM").map { strcmp($0, "dumb") } != 0
        return ProgressTerminal(isTerminal: isCapable, columns: terminalColumns) { text in
            // Progress that cannot be shown is no reason to stop the work.
            try? OutputSink.standardError.write(text)
        }
    }

    @Sendable private static func terminalColumns() -> Int {
        var size = winsize()
        guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }
}

/// One line that shows how far a long command is.
///
/// It is redrawn in place at most ten times a second, with no VT sequence but CR and `ESC [ K` and
/// no colour (so NO_COLOR needs no case). Off a terminal, or when quiet, it writes nothing.
public final class ProgressBar: Sendable {
    private struct State {
        var done = 0
        var total: Int?
        var bytes: Int?
        var note: String?
        var drawnAt: Duration?
        var isFinished = false
    }

    private static let redrawInterval = Duration.milliseconds(100)
    private static let barColumns = 20

    private let label: String
    private let terminal: ProgressTerminal
    private let isSilent: Bool
    private let now: @Sendable () -> Duration
    private let startedAt: Duration
    private let state: Mutex<State>

    /// Makes a bar; it is first drawn at the first update.
    /// - Parameters:
    ///   - label: What is being done; control characters are made harmless.
    ///   - total: How many items there are, nil if unknown.
    ///   - quiet: Whether to write nothing at all.
    ///   - now: A monotonic clock: time since any fixed moment.
    public init(
        label: String, total: Int? = nil, terminal: ProgressTerminal = .standardError,
        quiet: Bool = false, now: @escaping @Sendable () -> Duration
    ) {
        self.label = TerminalSafe.text(label)
        self.terminal = terminal
        self.isSilent = quiet || !terminal.isTerminal
        self.now = now
        self.startedAt = now()
        self.state = Mutex(State(total: total))
    }

    /// Says how far the work is; the line is redrawn if the last time is long enough ago.
    /// - Parameters:
    ///   - done: Items done since the start.
    ///   - total: How many there are, if that is known only now or has changed.
    ///   - bytes: Bytes moved since the start, to be shown with their rate.
    ///   - note: What it waits for; shown in place of the time left, and drawn at once.
    public func update(done: Int, total: Int? = nil, bytes: Int? = nil, note: String? = nil) {
        guard !isSilent else { return }
        let moment = now()
        state.withLock { state in
            guard !state.isFinished else { return }
            state.done = done
            state.total = total ?? state.total
            state.bytes = bytes ?? state.bytes
            state.note = note.map { TerminalSafe.text($0) }
            if note == nil, let drawnAt = state.drawnAt, moment - drawnAt < Self.redrawInterval {
                return
            }
            state.drawnAt = moment
            draw(line(state, elapsed: moment - startedAt), end: "")
        }
    }

    /// Ends the bar: its line is cleared, or replaced by a final one that stays.
    public func finish(_ finalLine: String? = nil) {
        guard !isSilent else { return }
        state.withLock { state in
            guard !state.isFinished else { return }
            state.isFinished = true
            if let finalLine {
                draw(TerminalSafe.text(finalLine), end: "\n")
            } else if state.drawnAt != nil {
                terminal.write("\r\u{1B}[K")
            }
        }
    }

    private func draw(_ line: String, end: String) {
        // The last column stays free: writing to it makes some terminals wrap.
        let fitting = DisplayWidth.truncated(line, to: max(terminal.columns() - 1, 0))
        terminal.write("\r\(fitting)\u{1B}[K\(end)")
    }

    private func line(_ state: State, elapsed: Duration) -> String {
        let seconds = elapsed / .seconds(1)
        var parts: [String] = []
        if let total = state.total {
            parts.append("\(GroupedNumber.string(state.done))/\(GroupedNumber.string(total))")
        } else {
            parts.append(GroupedNumber.string(state.done))
        }
        if let bytes = state.bytes { parts.append(ByteCount.string(bytes)) }
        if seconds >= 1 {
            if let bytes = state.bytes {
                parts.append("\(ByteCount.string(perSecond(bytes, seconds)))/s")
            } else {
                parts.append("\(GroupedNumber.string(perSecond(state.done, seconds)))/s")
            }
        }
        if let note = state.note {
            parts.append(note)
        } else if let left = secondsLeft(state, seconds) {
            parts.append("\(Self.clock(left)) left")
        }
        let text = ([label] + parts).joined(separator: "  ")
        guard let bar = bar(state), DisplayWidth.of(text) + 24 < terminal.columns() else {
            return text
        }
        return ([label, bar] + parts).joined(separator: "  ")
    }

    private func bar(_ state: State) -> String? {
        guard let total = state.total, total > 0 else { return nil }
        let share = min(max(Double(state.done) / Double(total), 0), 1)
        let filled = Int(share * Double(Self.barColumns))
        let bar =
            String(repeating: "#", count: filled)
            + String(repeating: "-", count: Self.barColumns - filled)
        return "[\(bar)]"
    }

    private func perSecond(_ count: Int, _ seconds: Double) -> Int {
        Int(exactly: (Double(count) / seconds).rounded()) ?? .max
    }

    /// Estimated from the average since the start; nil as long as that says nothing.
    private func secondsLeft(_ state: State, _ seconds: Double) -> Int? {
        guard let total = state.total, state.done > 0, state.done < total, seconds >= 1 else {
            return nil
        }
        let left = seconds * Double(total - state.done) / Double(state.done)
        return Int(exactly: left.rounded(.up))
    }

    /// `0:07`, `12:30` or `3:05:00`.
    private static func clock(_ seconds: Int) -> String {
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let (minutes, second) = seconds.quotientAndRemainder(dividingBy: 60)
        let (hours, minute) = minutes.quotientAndRemainder(dividingBy: 60)
        return hours > 0
            ? "\(hours):\(two(minute)):\(two(second))" : "\(minute):\(two(second))"
    }
}
