internal import Glibc

/// What the operating system refused to do with a file. Each `code` is its errno.
///
/// Neither the cases nor their description hold anything of the content, nor the path: whoever asked
/// knows it, and says it where it may be said.
public enum FileError: Error, Hashable, Sendable {
    /// The file could not be opened.
    case cannotOpen(code: Int32)
    /// What has the name is no regular file.
    case notRegular
    /// The file could not be made; `EEXIST` where it may not be replaced.
    case cannotCreate(code: Int32)
    /// The file was made, and others than its owner may read it.
    case cannotSetMode(code: Int32)
    /// The file could not be read.
    case cannotRead(code: Int32)
    /// The file could not be written, or not brought to the medium.
    case cannotWrite(code: Int32)
    /// The folder of a file could not be opened to bring its names to the medium.
    case cannotOpenFolder(code: Int32)
    /// The names of a folder could not be brought to the medium.
    case cannotSyncFolder(code: Int32)
    /// The folder could not be made.
    case cannotMakeFolder(code: Int32)
    /// The lock could not be tried.
    case cannotLock(code: Int32)
    /// Another process has the lock.
    case isLocked
    /// A line is longer than `lineBytesMax` bytes; it was skipped, reading can go on.
    case lineTooLong(line: Int, lineBytesMax: Int)
    /// The file holds more than `bytesMax` bytes.
    case tooLarge(bytesMax: Int)
    /// The file is no text in UTF-8.
    case notUTF8

    /// The system's number; `nil` where it named none.
    public var code: Int32? {
        switch self {
        case .cannotOpen(let code), .cannotCreate(let code), .cannotSetMode(let code),
            .cannotRead(let code), .cannotWrite(let code), .cannotOpenFolder(let code),
            .cannotSyncFolder(let code), .cannotMakeFolder(let code), .cannotLock(let code):
            code
        case .notRegular, .isLocked, .lineTooLong, .tooLarge, .notUTF8: nil
        }
    }

    /// Why, in the system's words where it has some: `No such file or directory`.
    public var reason: String {
        switch self {
        case .notRegular: "it is no file"
        case .isLocked: "another process has the lock"
        case .lineTooLong(let line, let lineBytesMax):
            "line \(line) is longer than \(lineBytesMax) bytes"
        case .tooLarge(let bytesMax): "it is longer than \(bytesMax) bytes"
        case .notUTF8: "it is no text in UTF-8"
        default: code.map { String(cString: strerror($0)) } ?? ""
        }
    }
}

extension FileError: CustomStringConvertible {
    /// One sentence part without a full stop.
    public var description: String {
        switch self {
        case .cannotOpen: "cannot open the file: \(reason)"
        case .cannotCreate: "cannot make the file: \(reason)"
        case .cannotSetMode: "cannot set the mode of the file: \(reason)"
        case .cannotRead: "cannot read: \(reason)"
        case .cannotWrite: "cannot write: \(reason)"
        case .cannotOpenFolder: "cannot open the folder: \(reason)"
        case .cannotSyncFolder: "cannot sync the folder: \(reason)"
        case .cannotMakeFolder: "cannot make the folder: \(reason)"
        case .cannotLock: "cannot lock the file: \(reason)"
        case .notRegular, .isLocked, .lineTooLong, .tooLarge, .notUTF8: reason
        }
    }
}
