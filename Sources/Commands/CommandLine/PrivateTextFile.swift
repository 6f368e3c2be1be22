internal import Glibc
internal import Text

/// A new file of lines that only its owner may read. One that does not come to its end is removed.
public final class PrivateTextFile {
    /// Bytes that are gathered before they are written.
    private static let bufferBytes = 1 << 16

    private let path: String
    private let descriptor: Int32
    private var buffer: [UInt8] = []
    private var isFinished = false

    /// Makes the file, with mode 0600 from its first moment on.
    ///
    /// - Throws: `CommandFailure` with `cantCreate`, also when there is one already.
    public init(creating path: String) throws(CommandFailure) {
        // What is not made here is not removed either: `deinit` runs only once `self` is whole.
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else {
            let code = errno
            throw CommandFailure(
                .cantCreate,
                Message(
                    "cannot make \(path): \(String(cString: strerror(code)))",
                    vi: "không tạo được \(path): \(String(cString: strerror(code)))"),
                hint: code == EEXIST
                    ? Message(
                        "give the name of a file that is not there yet",
                        vi: "ghi tên một tệp chưa có")
                    : Message(
                        "give a folder that is there and that you may write to",
                        vi: "ghi một thư mục có sẵn và được phép ghi"))
        }
        self.path = path
        self.descriptor = descriptor
    }

    deinit {
        close(descriptor)
        if !isFinished { unlink(path) }  // half a file passes for a whole one
    }

    /// Adds a line, which may hold other bytes than UTF-8.
    ///
    /// - Throws: `CommandFailure` with `ioError`.
    public func write(line: some Sequence<UInt8>) throws(CommandFailure) {
        buffer += line
        buffer.append(0x0A)
        if buffer.count >= Self.bufferBytes { try flush() }
    }

    /// Brings all of it, and its name, to the disk.
    ///
    /// - Throws: `CommandFailure` with `ioError`.
    public func finish() throws(CommandFailure) {
        try flush()
        guard fsync(descriptor) == 0 else { throw failure(errno) }
        let folder =
            path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let parent = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if parent >= 0 {
            fsync(parent)  // some file systems cannot: nothing more can be done there
            close(parent)
        }
        isFinished = true
    }

    private func flush() throws(CommandFailure) {
        var done = 0
        while done < buffer.count {
            let count = buffer[done...].withUnsafeBytes {
                Glibc.write(descriptor, $0.baseAddress, $0.count)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure(errno) }
            done += count
        }
        buffer.removeAll(keepingCapacity: true)
    }

    private func failure(_ code: Int32) -> CommandFailure {
        CommandFailure(
            .ioError,
            Message(
                "cannot write \(path): \(String(cString: strerror(code)))",
                vi: "không ghi được \(path): \(String(cString: strerror(code)))"),
            hint: Message(
                "make room there, or give another file; nothing was lost",
                vi: "giải phóng chỗ, hoặc dùng tệp khác; không mất gì"))
    }
}
