internal import MemoryStore

/// What a machine of the simulation keeps its store on: a file of SQLite, or memory.
enum SimulatedDisk<Content: Sendable>: Sendable {
    case file(String)
    case memory(MemoryDisk<Content>)

    /// Where a disk stood at a moment.
    enum Mark: Sendable {
        /// Bytes of the write-ahead log.
        case bytes(Int)
        case memory(MemoryDisk<Content>)
    }

    /// Where it stands now.
    var mark: Mark {
        switch self {
        case .file(let path): .bytes(DatabaseFiles.logBytes(path))
        case .memory(let disk): .memory(disk.copied())
        }
    }

    /// A copy of what is on it, while nobody is in the middle of a statement.
    ///
    /// - Parameters:
    ///   - path: where the copy of a file is to be.
    ///   - before: where it stood before the last commit, when power is to fail in it.
    ///   - share: how much of that commit is on disk, of a thousand.
    func copied(to path: String, before: Mark? = nil, share: Int = 1000) throws -> Self {
        switch self {
        case .file(let present):
            var bytesBefore: Int?
            if case .bytes(let bytes)? = before { bytesBefore = bytes }
            try DatabaseFiles.copy(present, to: path, bytesBefore: bytesBefore, share: share)
            return .file(path)
        case .memory(let disk):
            // A commit is there whole or not at all.
            if case .memory(let earlier)? = before, share < 1000 {
                return .memory(earlier.copied())
            }
            return .memory(disk.copied())
        }
    }

    /// Whether it is the very disk that another is.
    func isSame(as other: Self) -> Bool {
        switch (self, other) {
        case (.file(let path), .file(let other)): path == other
        case (.memory(let disk), .memory(let other)): disk === other
        case (.file, .memory), (.memory, .file): false
        }
    }

    /// Removes what nobody needs any more.
    func remove() {
        if case .file(let path) = self { DatabaseFiles.remove(path) }
    }
}
