internal import Glibc

/// Files that are read and replaced whole.
public enum WholeFile {
    /// Bytes asked from a file at once.
    private static let chunkBytes = 1 << 16

    /// Whether there is something of this name.
    public static func exists(path: String) -> Bool {
        access(path, F_OK) == 0
    }

    /// Takes a file away, if there is one.
    public static func remove(path: String) {
        unlink(path)
    }

    /// All bytes of a file, or of a pipe to its end.
    ///
    /// - Parameter bytesMax: a file that holds more is not read on.
    /// - Throws: `FileError.cannotOpen`, `cannotRead`, `tooLarge`.
    public static func read(path: String, bytesMax: Int = .max) throws(FileError) -> [UInt8] {
        let file = try OpenFile(reading: path)
        var bytes: [UInt8] = []
        while true {
            let chunk = try file.readNext(upTo: chunkBytes)
            if chunk.isEmpty { return bytes }
            bytes += chunk
            guard bytes.count <= bytesMax else { throw .tooLarge(bytesMax: bytesMax) }
        }
    }

    /// All of a text in UTF-8.
    ///
    /// - Throws: `FileError.cannotOpen`, `cannotRead`, `notUTF8`.
    public static func text(path: String) throws(FileError) -> String {
        guard let text = String(validating: try read(path: path), as: UTF8.self) else {
            throw .notUTF8
        }
        return text
    }

    /// Replaces a file whole, or leaves it as it was: readers find the old one or the new one. What is
    /// written stands in `path.new` until then.
    ///
    /// - Parameters:
    ///   - mode: the rights of the new file.
    ///   - isSynced: whether it has to survive a power cut.
    /// - Throws: `FileError.cannotCreate`, `cannotWrite`.
    public static func replace(
        path: String, with bytes: [UInt8], mode: UInt32 = 0o600, isSynced: Bool
    ) throws(FileError) {
        let draft = path + ".new"
        unlink(draft)  // of a process that was killed
        let file = try OpenFile(creating: draft, mode: mode)
        do throws(FileError) {
            try file.write(bytes)
            if isSynced { try file.sync() }
            guard rename(draft, path) == 0 else { throw .cannotWrite(code: errno) }
        } catch {
            unlink(draft)
            throw error
        }
        // The new name is there; where it may not survive a power cut, the old file does.
        if isSynced { try? Folder.sync(of: path) }
    }
}
