// Files as bundles need them: their faults are those of a bundle, with its name.

internal import Files
internal import Glibc
internal import Wire

/// An open file of a bundle; closed when it is let go.
final class File {
    let path: String
    private let file: OpenFile

    /// Makes a file that only its owner may read.
    ///
    /// - Throws: `BundleFailure.cannotCreate`, also when there is one of that name.
    init(creating path: String) throws(BundleFailure) {
        self.path = path
        do {
            file = try OpenFile(creating: path)
        } catch {
            throw .cannotCreate(
                file: path,
                reason: error.code == EEXIST
                    ? "there is a file of that name already" : error.reason)
        }
    }

    /// Opens a file to read it.
    ///
    /// - Throws: `BundleFailure.unreadable`.
    init(reading path: String) throws(BundleFailure) {
        self.path = path
        do {
            file = try OpenFile(reading: path, isRegular: true)
        } catch {
            throw .unreadable(file: path, reason: error.reason)
        }
    }

    /// Bytes of the file.
    ///
    /// - Throws: `BundleFailure.unreadable`.
    func byteCount() throws(BundleFailure) -> Int {
        do { return try file.byteCount() } catch { throw unreadable(error) }
    }

    /// Reads from a place on, fewer bytes than asked for only at the end.
    ///
    /// - Throws: `BundleFailure.unreadable`.
    func read(_ count: Int, at offset: Int) throws(BundleFailure) -> [UInt8] {
        do { return try file.read(count, at: offset) } catch { throw unreadable(error) }
    }

    /// Writes at the end.
    ///
    /// - Throws: `BundleFailure.writeFailed`.
    func write(_ bytes: [UInt8]) throws(BundleFailure) {
        do { try file.write(bytes) } catch { throw Self.writeFailed(path, error) }
    }

    /// Waits until the medium has it.
    ///
    /// - Throws: `BundleFailure.writeFailed`.
    func sync() throws(BundleFailure) {
        do { try file.sync() } catch { throw Self.writeFailed(path, error) }
    }

    /// Makes the names in a file's folder survive a power cut, where the file system can.
    ///
    /// - Throws: `BundleFailure.writeFailed`.
    static func syncFolder(of path: String) throws(BundleFailure) {
        do throws(FileError) {
            try Folder.sync(of: path)
        } catch .cannotOpenFolder {
            // It may be written and not read: then nothing more can be done.
        } catch {
            throw writeFailed(path, error)
        }
    }

    /// The folder that a file is in.
    static func folder(of path: String) -> String { Folder.path(of: path) }

    static func reason(_ number: Int32) -> String { String(cString: strerror(number)) }

    private func unreadable(_ error: FileError) -> BundleFailure {
        .unreadable(file: path, reason: error.reason)
    }

    private static func writeFailed(_ path: String, _ error: FileError) -> BundleFailure {
        .writeFailed(file: path, reason: error.reason)
    }
}
