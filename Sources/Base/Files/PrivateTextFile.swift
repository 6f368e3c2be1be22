internal import Glibc

/// A new file of lines that only its owner may read. One that does not come to its end is removed.
public final class PrivateTextFile {
    /// Bytes that are gathered before they are written.
    private static let bufferBytes = 1 << 16

    private let path: String
    private let file: OpenFile
    private var buffer: [UInt8] = []
    private var isFinished = false

    /// Makes the file, with mode 0600 from its first moment on.
    ///
    /// - Throws: `FileError.cannotCreate`, also when there is one already.
    public init(creating path: String) throws(FileError) {
        // What is not made here is not removed either: `deinit` runs only once `self` is whole.
        file = try OpenFile(creating: path)
        self.path = path
    }

    deinit {
        if !isFinished { unlink(path) }  // half a file passes for a whole one
    }

    /// Adds a line, which may hold other bytes than UTF-8.
    ///
    /// - Throws: `FileError.cannotWrite`.
    public func write(line: some Sequence<UInt8>) throws(FileError) {
        buffer += line
        buffer.append(0x0A)
        if buffer.count >= Self.bufferBytes { try flush() }
    }

    /// Brings all of it, and its name, to the disk.
    ///
    /// - Throws: `FileError.cannotWrite`.
    public func finish() throws(FileError) {
        try flush()
        try file.sync()
        try? Folder.sync(of: path)  // where that cannot be, nothing more can be done
        isFinished = true
    }

    private func flush() throws(FileError) {
        try file.write(buffer)
        buffer.removeAll(keepingCapacity: true)
    }
}
