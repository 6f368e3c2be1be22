internal import Causality
internal import Crypto
internal import Files
internal import Glibc
internal import JSON
public import SQLiteStore
internal import SQLite

/// The folder in which the sets of one home stand. It is that home's alone.
public struct BackupPlace: Sendable {
    /// The folder.
    public let path: String

    /// A folder that may not be there yet.
    public init(_ path: String) {
        self.path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    }

    /// The folder, whatever the folder that the program is run from.
    public var absolutePath: String {
        guard !path.hasPrefix("/"), let here = getcwd(nil, 0) else { return path }
        defer { free(here) }
        return String(cString: here) + "/" + path
    }

    /// The names of all sets, damaged ones too, the oldest first.
    ///
    /// - Throws: `BackupError.file`.
    public func names() throws(BackupError) -> [String] {
        do throws(FileError) {
            return try Folder.names(in: path).filter(BackupSet.isName)
        } catch {
            throw .file(error, path: path)
        }
    }

    /// A set by its name.
    ///
    /// - Throws: `BackupError.noSuchSet`, `.damaged`.
    public func set(_ name: String) throws(BackupError) -> BackupSet {
        guard BackupSet.isName(name), WholeFile.exists(path: folder(name)) else {
            throw .noSuchSet(name)
        }
        let manifest = folder(name) + "/" + BackupSet.manifestName
        guard WholeFile.exists(path: manifest) else {
            throw .damaged(set: name, file: BackupSet.manifestName, .missing)
        }
        guard let bytes = try? WholeFile.read(path: manifest, bytesMax: 1 << 20),
            let json = try? JSONValue(parsing: bytes),
            let set = BackupSet(name: name, manifest: json)
        else { throw .damaged(set: name, file: BackupSet.manifestName, .unreadable) }
        return set
    }

    /// The sets whose manifests can be read, the oldest first.
    ///
    /// - Throws: `BackupError.file`.
    public func sets() throws(BackupError) -> [BackupSet] {
        try names().compactMap { try? set($0) }
    }

    /// The newest set, or the one of a name, if it is this program's and none newer made it.
    ///
    /// - Throws: `BackupError.noSets`, `.noSuchSet`, `.damaged`, `.ofOtherProgram`, `.newer`.
    public func usableSet(_ name: String?, of role: DatabaseRole) throws(BackupError) -> BackupSet {
        var wanted = name
        if wanted == nil { wanted = try names().last }
        guard let wanted else { throw .noSets }
        let set = try set(wanted)
        guard set.role == role else { throw .ofOtherProgram(set: wanted) }
        guard set.schema <= role.schemaVersion else { throw .newer(set: wanted) }
        return set
    }

    /// Reads every file of a set and compares it with the manifest.
    ///
    /// - Throws: `BackupError.damaged`, `.file`.
    public func check(_ set: BackupSet) throws(BackupError) {
        for file in set.files {
            let path = folder(set.name) + "/" + file.name
            guard WholeFile.exists(path: path) else {
                throw .damaged(set: set.name, file: file.name, .missing)
            }
            guard try Self.measure(path, as: file.name) == file else {
                throw .damaged(set: set.name, file: file.name, .altered)
            }
        }
    }

    /// The path of a file of a set; `nil` when the set has none of the name.
    public func path(of file: String, in set: BackupSet) -> String? {
        set.files.contains { $0.name == file } ? folder(set.name) + "/" + file : nil
    }

    func folder(_ set: String) -> String { path + "/" + set }

    /// Bytes that are read at once.
    private static let chunkBytes = 1 << 20

    /// A file as it is, read to its end; what is read is given to `body` too.
    static func measure(
        _ path: String, as name: String, _ body: ([UInt8]) throws(FileError) -> Void = { _ in }
    ) throws(BackupError) -> BackupSet.File {
        do throws(FileError) {
            let file = try OpenFile(reading: path, isRegular: true)
            let hash = RunningHash()
            var byteCount = 0
            while true {
                let bytes = try file.readNext(upTo: chunkBytes)
                guard !bytes.isEmpty else { break }
                hash.update(bytes)
                byteCount += bytes.count
                try body(bytes)
            }
            return BackupSet.File(name: name, byteCount: byteCount, hash: hash.finish())
        } catch {
            throw .file(error, path: path)
        }
    }
}
