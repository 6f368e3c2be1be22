internal import Glibc

/// An open file: made but never replaced, read at places, and on the medium when that is said. It is
/// closed when it is let go.
public final class OpenFile: Sendable {
    private let descriptor: Int32

    /// Makes a file that only its owner may read, from its first moment on.
    ///
    /// - Parameter mode: other rights than those of a private file.
    /// - Throws: `FileError.cannotCreate`, also when there is one of that name.
    public init(creating path: String, mode: UInt32 = 0o600) throws(FileError) {
        let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw .cannotCreate(code: errno) }
        self.descriptor = descriptor
    }

    /// Opens what is there to read it, a pipe or a terminal too.
    ///
    /// - Parameter isRegular: whether it has to be a regular file.
    /// - Throws: `FileError.cannotOpen`, `notRegular`.
    public init(reading path: String, isRegular: Bool = false) throws(FileError) {
        var status = stat()
        // Looked at first: to open a pipe waits for whoever writes into it.
        if isRegular, stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
            throw .notRegular
        }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .cannotOpen(code: errno) }
        if isRegular, fstat(descriptor, &status) != 0 || status.st_mode & S_IFMT != S_IFREG {
            close(descriptor)
            throw .notRegular
        }
        self.descriptor = descriptor
    }

    deinit {
        close(descriptor)
    }

    /// Bytes of the file.
    ///
    /// - Throws: `FileError.cannotRead`.
    public func byteCount() throws(FileError) -> Int {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .cannotRead(code: errno) }
        return Int(status.st_size)
    }

    /// Reads from a place on, fewer bytes than asked for only at the end.
    ///
    /// - Throws: `FileError.cannotRead`.
    public func read(_ count: Int, at offset: Int) throws(FileError) -> [UInt8] {
        var failure: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let rest = UnsafeMutableRawBufferPointer(buffer)
                let got = pread(
                    descriptor, rest.baseAddress.map { $0 + filled }, count - filled,
                    off_t(offset + filled))
                if got > 0 {
                    filled += got
                } else if got == 0 {
                    break
                } else if errno != EINTR {
                    failure = errno
                    break
                }
            }
        }
        guard failure == 0 else { throw .cannotRead(code: failure) }
        return bytes
    }

    /// The bytes that come next, at most so many, and none at the end.
    ///
    /// - Throws: `FileError.cannotRead`.
    public func readNext(upTo bytesMax: Int) throws(FileError) -> [UInt8] {
        try Self.readNext(from: descriptor, upTo: bytesMax)
    }

    /// The bytes that come next from a descriptor, which stays open.
    ///
    /// - Throws: `FileError.cannotRead`.
    package static func readNext(
        from descriptor: Int32, upTo bytesMax: Int
    ) throws(FileError) -> [UInt8] {
        var failure: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: bytesMax) { buffer, count in
            var result: Int
            repeat {
                result = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
            } while result < 0 && errno == EINTR
            if result < 0 { failure = errno }
            count = max(result, 0)
        }
        guard failure == 0 else { throw .cannotRead(code: failure) }
        return bytes
    }

    /// Writes at the end.
    ///
    /// - Throws: `FileError.cannotWrite`.
    public func write(_ bytes: [UInt8]) throws(FileError) {
        let failure = bytes.withUnsafeBytes { buffer in
            Self.wholeWrite(of: buffer.count) { done in
                Glibc.write(descriptor, buffer.baseAddress.map { $0 + done }, buffer.count - done)
            }
        }
        guard failure == 0 else { throw .cannotWrite(code: failure) }
    }

    /// Writes until all is written.
    ///
    /// - Parameter write: writes from an offset on; how many bytes, or -1 with `errno`.
    /// - Returns: errno, or 0. A file that takes nothing, without an error, would take nothing for ever.
    static func wholeWrite(of count: Int, _ write: (_ done: Int) -> Int) -> Int32 {
        var done = 0
        while done < count {
            let written = write(done)
            if written > 0 {
                done += written
            } else if written == 0 {
                return EIO
            } else if errno != EINTR {
                return errno
            }
        }
        return 0
    }

    /// Waits until the medium has it.
    ///
    /// - Throws: `FileError.cannotWrite`.
    public func sync() throws(FileError) {
        guard fsync(descriptor) == 0 else { throw .cannotWrite(code: errno) }
    }
}
