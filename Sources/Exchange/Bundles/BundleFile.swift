// Files as bundles need them: made but never replaced, read at places, and on the medium when that is
// said.

internal import Glibc
internal import Wire

/// An open file; closed when it is let go.
final class File {
    let path: String
    private let descriptor: Int32

    /// Makes a file that only its owner may read.
    ///
    /// - Throws: `BundleFailure.cannotCreate`, also when there is one of that name.
    init(creating path: String) throws(BundleFailure) {
        descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        self.path = path
        guard descriptor >= 0 else {
            throw .cannotCreate(
                file: path,
                reason: errno == EEXIST
                    ? "there is a file of that name already" : Self.reason(errno))
        }
    }

    /// Opens a file to read it.
    ///
    /// - Throws: `BundleFailure.unreadable`.
    init(reading path: String) throws(BundleFailure) {
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        self.path = path
        guard descriptor >= 0 else { throw .unreadable(file: path, reason: Self.reason(errno)) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw .unreadable(file: path, reason: "it is no file")
        }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// Bytes of the file.
    ///
    /// - Throws: `BundleFailure.unreadable`.
    func byteCount() throws(BundleFailure) -> Int {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw .unreadable(file: path, reason: Self.reason(errno))
        }
        return Int(status.st_size)
    }

    /// Reads from a place on, fewer bytes than asked for only at the end.
    ///
    /// - Throws: `BundleFailure.unreadable`.
    func read(_ count: Int, at offset: Int) throws(BundleFailure) -> [UInt8] {
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
        guard failure == 0 else { throw .unreadable(file: path, reason: Self.reason(failure)) }
        return bytes
    }

    /// Writes at the end.
    ///
    /// - Throws: `BundleFailure.writeFailed`.
    func write(_ bytes: [UInt8]) throws(BundleFailure) {
        let failure = bytes.withUnsafeBytes { buffer in
            Self.wholeWrite(of: buffer.count) { done in
                Glibc.write(descriptor, buffer.baseAddress.map { $0 + done }, buffer.count - done)
            }
        }
        guard failure == 0 else { throw .writeFailed(file: path, reason: Self.reason(failure)) }
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
    /// - Throws: `BundleFailure.writeFailed`.
    func sync() throws(BundleFailure) {
        guard fsync(descriptor) == 0 else {
            throw .writeFailed(file: path, reason: Self.reason(errno))
        }
    }

    /// Makes the names in a file's folder survive a power cut, where the file system can.
    ///
    /// - Throws: `BundleFailure.writeFailed`.
    static func syncFolder(of path: String) throws(BundleFailure) {
        let folder = open(folder(of: path), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        // It may be written and not read: then nothing more can be done.
        guard folder >= 0 else { return }
        defer { close(folder) }
        guard fsync(folder) == 0 || errno == EINVAL else {
            throw .writeFailed(file: path, reason: reason(errno))
        }
    }

    /// The folder that a file is in.
    static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    static func reason(_ number: Int32) -> String { String(cString: strerror(number)) }
}
