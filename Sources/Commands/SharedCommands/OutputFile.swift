public import CommandLine
internal import Files
internal import Glibc
internal import Text

/// A new file of lines that a command leaves, readable by its owner only, whose faults are told to the
/// person who asked for it. One that does not come to its end is removed.
public final class OutputFile {
    private let path: String
    private let file: PrivateTextFile

    /// Makes the file.
    ///
    /// - Throws: `CommandFailure` with `cantCreate`, also when there is one already.
    public init(creating path: String) throws(CommandFailure) {
        self.path = path
        do {
            file = try PrivateTextFile(creating: path)
        } catch {
            throw CommandFailure(
                .cantCreate,
                Message(
                    "cannot make \(path): \(error.reason)",
                    vi: "không tạo được \(path): \(error.message.vietnamese)"),
                hint: error.code == EEXIST
                    ? Message(
                        "give the name of a file that is not there yet",
                        vi: "ghi tên một tệp chưa có")
                    : Message(
                        "give a folder that is there and that you may write to",
                        vi: "ghi một thư mục có sẵn và được phép ghi"))
        }
    }

    /// Adds a line, which may hold other bytes than UTF-8.
    ///
    /// - Throws: `CommandFailure` with `ioError`.
    public func write(line: some Sequence<UInt8>) throws(CommandFailure) {
        do { try file.write(line: line) } catch { throw failure(error) }
    }

    /// Brings all of it, and its name, to the disk.
    ///
    /// - Throws: `CommandFailure` with `ioError`.
    public func finish() throws(CommandFailure) {
        do { try file.finish() } catch { throw failure(error) }
    }

    private func failure(_ error: FileError) -> CommandFailure {
        CommandFailure(
            .ioError,
            Message(
                "cannot write \(path): \(error.reason)",
                vi: "không ghi được \(path): \(error.message.vietnamese)"),
            hint: Message(
                "make room there, or give another file; nothing was lost",
                vi: "giải phóng chỗ, hoặc dùng tệp khác; không mất gì"))
    }
}
