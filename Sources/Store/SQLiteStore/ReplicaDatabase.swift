// One database file, as far as a counter's replica and central's store have it in common; what only one of them
// has is on `CounterDatabase` or `CentralDatabase`. Not Sendable: it lives with its owner, an actor or the
// main task of a program.

public import Causality
internal import Crypto
internal import Dossiers
internal import Editing
internal import Foundation
internal import Replication
internal import SQLite

/// An open database file of a replica or of central.
public class ReplicaDatabase {
    /// Where the file is.
    public let path: String
    let connection: Connection
    let interning: Interning
    let changeLog: ChangeLog
    let digests: DigestTable
    let searchIndex: SearchIndex
    /// What the catalog says about time, and the edition of the catalog that it is of.
    var heldBook: (edition: Int64, book: DeadlineBook)?
    private let tables: [RecordKind: RecordTable]
    let idLook = HeldStatement(ReplicaDatabase.idLookSQL)
    /// Of one that serves.
    var idleCheckpoint: IdleCheckpoint

    /// The file's name within a home directory.
    public static func path(inHome home: String, role: DatabaseRole) -> String {
        home + (role == .counter ? "/replica.db" : "/central.db")
    }

    /// Opens the file that is there, of whichever role.
    ///
    /// - Throws: as the role's own.
    public static func open(path: String, role: DatabaseRole) throws -> ReplicaDatabase {
        switch role {
        case .central: try CentralDatabase(path: path)
        case .counter: try CounterDatabase(path: path)
        }
    }

    /// Opens the file, making it when `isNew` is set, and brings its tables up to date.
    ///
    /// - Throws: `StoreError.missing`, `.notThisKind`, `.newerVersion`, `.sqlite`.
    init(
        path: String, role: DatabaseRole, isNew: Bool, busyTimeout: Duration,
        onUpgrade report: UpgradeReport?
    ) throws {
        guard isNew || path == ":memory:" || FileManager.default.fileExists(atPath: path) else {
            throw StoreError.missing(path: path, expected: role)
        }
        self.path = path
        idleCheckpoint = IdleCheckpoint(path: path)
        do {
            connection = try Connection(
                path: path, access: isNew ? .create : .readWrite, busyTimeout: busyTimeout)
            let migrator = Migrator(
                applicationID: role.applicationID, migrations: role.migrations)
            // First, because the settings already write: they turn any file to a write-ahead log.
            try migrator.checkKind(of: connection)
            try connection.configureForDurability()
            try migrator.migrate(connection)
        } catch let error as SQLiteError where error.isNotADatabase {
            throw StoreError.notThisKind(path: path, expected: role)
        } catch let error as SQLiteError {
            throw StoreError.sqlite(error)
        } catch let error as MigrationError {
            throw StoreError(error, path: path, role: role)
        }
        interning = Interning(connection)
        changeLog = ChangeLog(connection, interning)
        digests = DigestTable(connection)
        searchIndex = SearchIndex(connection)
        var tables: [RecordKind: RecordTable] = [:]
        for (kind, name) in RecordKind.tableNames {
            tables[kind] = RecordTable(
                kind: kind, name: name, connection: connection, interning: interning)
        }
        self.tables = tables
        do {
            try makeDigests(report)
            try makeEventRows()
            try markVoids()
            try foldOldLog()
        } catch {
            throw StoreError.wrapping(error)
        }
    }

    // MARK: What each role says for itself

    /// The office whose replica this is; `nil` at central.
    var ownOffice: String? { get throws { nil } }

    /// Counts that are kept beside the records of a kind; `nil` where they are counted each time.
    func keptCounts(of kind: RecordKind) throws -> (records: Int, conflicts: Int)? { nil }

    /// Whether anything came after a position of central's feed.
    func isPast(_ position: UInt64) throws -> Bool { false }

    /// The devices that an office has, as far as is known.
    func deviceCount(ofOffice code: String) throws -> Int { 0 }

    /// Whether the content of a refused change is kept.
    ///
    /// - Throws: `StoreError.sqlite`.
    public func isContentKept(ofRefused dot: Dot) throws -> Bool { true }

    /// Who writes here, when the identity says it.
    ///
    /// - Throws: `StoreError.notEnrolled`.
    public func enrolledAuthor() throws -> Author { throw StoreError.notEnrolled }

    /// Whether each record can be made again from the changes that are kept.
    var holdsAllChanges: Bool { false }

    /// The last position of the log that may be folded; `nil` when all may.
    func lastFoldablePosition() throws -> Int64? { nil }

    /// Whether few waiting rows of the log are worth a segment.
    var foldsEagerly: Bool { false }

    /// The ends of chains that are kept beside the log.
    func keptChainEnds() throws -> [ReplicaID: HashChain] { [:] }

    /// What the role verifies besides.
    var ownChecks: [OwnCheck] { [] }

    // MARK: Reading

    /// Runs `body` on one consistent view of the database.
    ///
    /// - Throws: `StoreError`, and what `body` throws; `.displaced` as `write`.
    public func read<R>(_ body: () throws -> R) throws -> R {
        do {
            return try connection.transaction(.deferred) {
                try changeLog.during {
                    try checkPlace()
                    return try body()
                }
            }
        } catch {
            throw StoreError.wrapping(error)
        }
    }

    /// - Throws: `StoreError.displaced`.
    func checkPlace() throws {
        guard try connection.isInPlace() else { throw StoreError.displaced(path: path) }
    }

    /// A number that changes when another connection has written.
    public var dataVersion: Int64 {
        get throws { try connection.dataVersion }
    }

    /// Closes the file.
    public func close() {
        connection.close()
    }

    func table(of kind: RecordKind) -> RecordTable? {
        tables[kind]
    }
}

extension RecordKind {
    static let tableNames: [(RecordKind, String)] = [
        (.office, "offices"), (.procedure, "procedures"), (.holiday, "holidays"),
        (.dossier, "dossiers"), (.contact, "contacts"),
    ]
}

extension StoreError {
    init(_ error: MigrationError, path: String, role: DatabaseRole) {
        switch error {
        case .newerVersion: self = .newerVersion(path: path)
        default: self = .notThisKind(path: path, expected: role)
        }
    }

    /// SQLite's errors become the store's, and so do the domain's; all others stay what they are.
    static func wrapping(_ error: any Error) -> any Error {
        if let error = error as? SQLiteError { return sqlite(error) }
        return ofStore(error)
    }
}
