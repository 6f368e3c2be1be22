import Foundation

/// A new folder, gone with its last user.
final class TemporaryFolder {
    let path = FileManager.default.temporaryDirectory
        .appendingPathComponent("files-\(UUID().uuidString)").path

    init() throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)  // cleanup only
    }

    /// The names in it.
    var names: [String] {
        get throws { try FileManager.default.contentsOfDirectory(atPath: path).sorted() }
    }
}

/// The rights of what has this name, as chmod(1) writes them; 0 when there is nothing.
func mode(_ path: String) -> mode_t {
    var status = stat()
    return stat(path, &status) == 0 ? status.st_mode & 0o7777 : 0
}
