import Glibc
import Synchronization
internal import Text

/// Where a program writes its lines: a file descriptor, or memory in tests.
///
/// Lines are written whole, in the order of the calls, from any task. When the reader at the other
/// end of a pipe is gone (EPIPE), what follows is dropped without an error, so that a command
/// finishes its work; long listings look at `isClosed` to stop early.
public final class OutputSink: Sendable {
    /// The process's standard output.
    public static let standardOutput = OutputSink(
        descriptor: STDOUT_FILENO, name: "standard output")
    /// The process's standard error.
    public static let standardError = OutputSink(descriptor: STDERR_FILENO, name: "standard error")

    private struct State {
        var isClosed = false
        var collected: [UInt8] = []
    }

    /// write(2): how many bytes it took, or -1 with `errno`.
    typealias Write = @Sendable (_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int

    private let descriptor: Int32?
    private let name: String
    /// Cells of a line of who reads what is collected; `nil` for any.
    private let readerColumns: Int?
    private let collectedBytesMax: Int
    private let write: Write
    private var vietnameseName: String {
        switch name {
        case "standard output": "đầu ra chuẩn"
        case "standard error": "đầu ra lỗi"
        default: name
        }
    }
    private let state = Mutex(State())

    /// Writes to an open file descriptor, which stays open.
    /// - Parameter name: What error messages call it.
    public convenience init(descriptor: Int32, name: String) {
        self.init(descriptor: descriptor, name: name) {
            Glibc.write($0, $1.baseAddress, $1.count)
        }
    }

    init(descriptor: Int32, name: String, write: @escaping Write) {
        self.descriptor = descriptor
        self.name = name
        self.write = write
        readerColumns = nil
        collectedBytesMax = .max
    }

    /// Collects in memory what is written.
    ///
    /// - Parameters:
    ///   - columns: The cells of a line of who will read it; `nil` for any.
    ///   - bytesMax: What comes when it has so much already is dropped, as when a reader is gone.
    public init(columns: Int? = nil, bytesMax: Int = .max) {
        descriptor = nil
        readerColumns = columns.map { max(Self.columnsMin, $0) }
        collectedBytesMax = bytesMax
        name = "memory"
        write = { $1.count }
    }

    /// The cells of a line, at least 80, where somebody looks at what is written: the terminal's, or those that
    /// `COLUMNS` of the environment names. `nil` for a file or a pipe, which takes lines of any length.
    public var columns: Int? {
        guard let descriptor else { return readerColumns }
        if let text = getenv("COLUMNS").map({ String(cString: $0) }), let count = Int(text),
            count > 0
        {
            return max(Self.columnsMin, count)
        }
        guard isatty(descriptor) == 1 else { return nil }
        var size = winsize()
        let isKnown = ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
        return isKnown ? max(Self.columnsMin, Int(size.ws_col)) : Self.columnsMin
    }

    /// Tables fit into this.
    private static let columnsMin = 80

    /// Whether the reader is gone and writing has no effect any more.
    public var isClosed: Bool {
        state.withLock { $0.isClosed }
    }

    /// What was collected, for a sink in memory.
    public var text: String {
        state.withLock { String(decoding: $0.collected, as: UTF8.self) }
    }

    /// Writes a line and its end.
    /// - Throws: `CommandFailure` with `ExitCode.ioError`.
    public func write(line: String) throws(CommandFailure) {
        try write(line + "\n")
    }

    /// Writes text as it is.
    /// - Throws: `CommandFailure` with `ExitCode.ioError`.
    public func write(_ text: String) throws(CommandFailure) {
        try write(bytes: Array(text.utf8))
    }

    /// Writes bytes as they are.
    /// - Throws: `CommandFailure` with `ExitCode.ioError`.
    public func write(bytes: [UInt8]) throws(CommandFailure) {
        let failure: Int32 = state.withLock { state in
            guard !state.isClosed else { return 0 }
            guard let descriptor else {
                state.collected += bytes
                state.isClosed = state.collected.count > collectedBytesMax
                return 0
            }
            let code = writeAll(bytes, to: descriptor, write)
            guard code == EPIPE else { return code }
            state.isClosed = true
            return 0
        }
        guard failure == 0 else {
            throw CommandFailure(
                .ioError,
                Message("cannot write to \(name): ", vi: "không ghi được vào \(vietnameseName): ")
                    + SystemCause.words(failure))
        }
    }
}

/// Writes a line to standard output.
/// - Throws: `CommandFailure` with `ExitCode.ioError`, but not when the reader is gone.
public func printOut(_ line: String) throws(CommandFailure) {
    try OutputSink.standardOutput.write(line: line)
}

/// Writes a line to standard error.
/// - Throws: `CommandFailure` with `ExitCode.ioError`, but not when the reader is gone.
public func printErr(_ line: String) throws(CommandFailure) {
    try OutputSink.standardError.write(line: line)
}

/// Writes all bytes, waiting where the descriptor does not block; errno, or 0.
private func writeAll(
    _ bytes: [UInt8], to descriptor: Int32, _ write: OutputSink.Write
) -> Int32 {
    bytes.withUnsafeBytes { buffer in
        var rest = buffer[...]
        while !rest.isEmpty {
            let count = write(descriptor, UnsafeRawBufferPointer(rebasing: rest))
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if count == 0 {
                return EIO  // it takes nothing, and would for ever
            } else if errno == EAGAIN {
                var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                _ = poll(&waiting, 1, -1)
            } else if errno != EINTR {
                return errno
            }
        }
        return 0
    }
}
