internal import Files
internal import SQLiteStore

extension BackupPlace {
    private static let asideName = ".restoring"

    /// Puts a set into a home that has no database. Everything is done aside; the database takes its place
    /// last, and at once: who is cut off before finds an empty home and begins again.
    ///
    /// - Parameter body: what is to be done with the database at this path before it is anybody's. It
    ///   closes the database again.
    /// - Throws: `BackupError.homeTaken`, `.damaged`, `.file`; what `body` throws.
    public func restore<R>(
        _ set: BackupSet, into home: String, _ body: (String) throws -> R
    ) throws -> R {
        let target = ReplicaDatabase.path(inHome: home, role: set.role)
        guard !WholeFile.exists(path: target), !WholeFile.exists(path: target + "-wal") else {
            throw BackupError.homeTaken
        }
        let result = try unpack(set, into: home + "/" + Self.asideName) { aside in
            let database = ReplicaDatabase.path(inHome: aside, role: set.role)
            let result = try body(database)
            guard !PrivateFile.hasContent(path: database + "-wal") else {
                // Somebody still has it open, or the disk failed: without its log it would lack something.
                throw BackupError.logRemains
            }
            try Self.attempt(home) { () throws(FileError) in
                for file in set.files where Self.isOfHome(file.name) {
                    try Folder.move(aside + "/" + file.name, to: home + "/" + file.name)
                }
                try OpenFile(reading: database).sync()
                try Folder.move(database, to: target)
            }
            return result
        }
        return result
    }

    /// Restores a set aside, where the sets are, and removes it again.
    ///
    /// - Throws: as `restore`.
    public func tryOut<R>(_ set: BackupSet, _ body: (String) throws -> R) throws -> R {
        try unpack(set, into: path + "/.trying") { aside in
            try body(ReplicaDatabase.path(inHome: aside, role: set.role))
        }
    }

    /// Whether a file of a set has its place in the home: lists are for the act of restoring alone.
    private static func isOfHome(_ name: String) -> Bool { name.hasSuffix(".pem") }

    private func unpack<R>(
        _ set: BackupSet, into aside: String, _ body: (String) throws -> R
    ) throws -> R {
        try Self.attempt(aside) { () throws(FileError) in
            try Folder.remove(aside)  // of a process that was killed
            try Folder.makePrivate(aside)
        }
        // What cannot be removed now is removed by the next one.
        defer { try? Folder.remove(aside) }
        for file in set.files {
            let source = folder(set.name) + "/" + file.name
            guard WholeFile.exists(path: source) else {
                throw BackupError.damaged(set: set.name, file: file.name, .missing)
            }
            guard try copyFile(source, to: aside + "/" + file.name, as: file.name) == file else {
                throw BackupError.damaged(set: set.name, file: file.name, .altered)
            }
        }
        return try body(aside)
    }

    /// Copies a file, for its owner alone; what was read.
    @discardableResult
    func copyFile(
        _ source: String, to target: String, as name: String = ""
    ) throws(BackupError) -> BackupSet.File {
        let copy = try Self.attempt(target) { () throws(FileError) in
            try OpenFile(creating: target)
        }
        let file = try Self.measure(source, as: name) { (bytes) throws(FileError) in
            try copy.write(bytes)
        }
        try Self.attempt(target) { () throws(FileError) in try copy.sync() }
        return file
    }
}
