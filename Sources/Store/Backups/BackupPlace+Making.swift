public import Causality
internal import Crypto
internal import Files
internal import JSON
public import SQLiteStore
internal import SQLite

/// What a set is made of.
public struct BackupPlan: Sendable {
    /// Whose database.
    public var role: DatabaseRole
    /// The version of this program.
    public var version: String
    /// The home that is backed up.
    public var home: String
    /// Files of the home that belong to the set, where they are there.
    public var besides: [String]
    /// How much the database holds at least.
    public var position: UInt64
    /// Whose sets these are, the same for as long as it lives and after each restoration; `nil` for nobody's.
    public var series: String?

    /// A plan.
    public init(
        role: DatabaseRole, version: String, home: String, besides: [String], position: UInt64,
        series: String?
    ) {
        (self.role, self.version, self.home) = (role, version, home)
        (self.besides, self.position, self.series) = (besides, position, series)
    }
}

extension BackupPlace {
    private static let draftPrefix = ".new-"

    /// Makes a set while the database is in use. It is written aside, read again and brought to the medium
    /// before it takes its name: a set that can be seen is whole, and after a power cut too.
    ///
    /// - Parameters:
    ///   - now: by which it is named.
    ///   - lists: further files, asked for once the database is copied, so that they are no older than it.
    /// - Throws: `BackupError`, `.ofOtherHome` among others; what `lists` throws.
    public func make(
        _ plan: BackupPlan, now: Timestamp, lists: () throws -> [(name: String, bytes: [UInt8])]
    ) throws -> BackupSet {
        let lock = try take()
        defer { lock.release() }
        try requireOwn(plan)
        var set = BackupSet(
            name: try freeName(now), role: plan.role, version: plan.version,
            schema: plan.role.schemaVersion, made: now, position: plan.position,
            series: plan.series)
        let draft = path + "/" + Self.draftPrefix + set.name
        do {
            try Self.attempt(draft) { () throws(FileError) in try Folder.makePrivate(draft) }
            let database = ReplicaDatabase.path(inHome: plan.home, role: plan.role)
            let name = String(database.split(separator: "/").last ?? "")
            try Self.copy(database: database, to: draft + "/" + name)
            set.files.append(try Self.settle(draft + "/" + name, as: name))
            for name in plan.besides where WholeFile.exists(path: plan.home + "/" + name) {
                try copyFile(plan.home + "/" + name, to: draft + "/" + name)
                set.files.append(try Self.settle(draft + "/" + name, as: name))
            }
            for (name, bytes) in try lists() {
                try Self.attempt(draft) { () throws(FileError) in
                    try WholeFile.replace(path: draft + "/" + name, with: bytes, isSynced: true)
                }
                set.files.append(try Self.settle(draft + "/" + name, as: name))
            }
            let manifest = set.manifest.serializedBytes() + [0x0A]
            try Self.attempt(draft) { () throws(FileError) in
                try WholeFile.replace(
                    path: draft + "/" + BackupSet.manifestName, with: manifest, isSynced: true)
                try Folder.sync(of: draft + "/" + BackupSet.manifestName)
                try Folder.move(draft, to: folder(set.name))
            }
        } catch {
            // What is left of it is removed with the next one.
            try? Folder.remove(draft)
            throw error
        }
        return set
    }

    /// Removes the sets that are not to be kept, of those whose manifests can be read.
    ///
    /// - Returns: the names of those that were removed.
    /// - Throws: `BackupError`.
    public func prune(_ retention: BackupRetention) throws(BackupError) -> [String] {
        let lock = try take()
        defer { lock.release() }
        let sets = try sets()
        let kept = retention.kept(sets.map(\.made))
        var removed: [String] = []
        for set in sets where !kept.contains(set.made) {
            try Self.attempt(folder(set.name)) { () throws(FileError) in
                // First it is no set any more: one without half of its files is none that is damaged.
                let draft = path + "/" + Self.draftPrefix + set.name
                try Folder.move(folder(set.name), to: draft)
                try Folder.remove(draft)
            }
            removed.append(set.name)
        }
        return removed
    }

    /// Two homes that shared a folder would remove each other's sets, and be restored as each other.
    private func requireOwn(_ plan: BackupPlan) throws(BackupError) {
        guard let own = plan.series else { return }
        for set in try sets() where set.series != nil && set.series != own {
            throw .ofOtherHome(set: set.name)
        }
    }

    /// Takes the place for this process, and clears what one that was killed left there.
    private func take() throws(BackupError) -> FileLock {
        do throws(FileError) {
            try Folder.makePrivate(path)
            let lock = try FileLock(path: path + "/.lock")
            for name in try Folder.names(in: path) where name.hasPrefix(Self.draftPrefix) {
                try Folder.remove(path + "/" + name)
            }
            return lock
        } catch {
            throw error == .isLocked ? .busy : .file(error, path: path)
        }
    }

    /// The name of a set of now, with a number where there is one already.
    private func freeName(_ now: Timestamp) throws(BackupError) -> String {
        let taken = Set(try names())
        let name = BackupSet.name(at: now)
        guard taken.contains(name) else { return name }
        var number = 2
        while taken.contains("\(name)-\(number)") { number += 1 }
        return "\(name)-\(number)"
    }

    private static func copy(database: String, to path: String) throws(BackupError) {
        let problems: [String]
        do throws(SQLiteError) {
            let source = try Connection(
                path: database, access: .readOnly, busyTimeout: .seconds(60))
            defer { source.close() }
            try source.backup(to: path)
            let copy = try Connection(path: path, access: .readOnly)
            defer { copy.close() }
            problems = try copy.quickCheck()
        } catch {
            throw .sqlite(error)
        }
        guard problems.isEmpty else { throw .unsound(problems: problems.count) }
    }

    /// Brings a new file to the medium and measures it.
    private static func settle(
        _ path: String, as name: String
    ) throws(BackupError) -> BackupSet.File {
        try attempt(path) { () throws(FileError) in
            try OpenFile(reading: path, isRegular: true).sync()
        }
        return try measure(path, as: name)
    }

    static func attempt<R>(
        _ path: String, _ body: () throws(FileError) -> R
    ) throws(BackupError) -> R {
        do throws(FileError) {
            return try body()
        } catch {
            throw .file(error, path: path)
        }
    }
}
