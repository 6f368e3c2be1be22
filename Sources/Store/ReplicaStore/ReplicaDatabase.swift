// One database file: a counter's replica or central's store. Not Sendable: it lives with its owner,
// an actor or the main task of a program.

public import Causality
public import Crypto
internal import Dossiers
internal import Foundation
internal import Replication
internal import SQLite

/// An open database file of a replica or of central.
public final class ReplicaDatabase {
    /// What the file is for.
    public let role: DatabaseRole
    /// Where the file is.
    public let path: String
    let connection: Connection
    let interning: Interning
    let changeLog: ChangeLog
    let digests: DigestTable
    let idLook = HeldStatement(ReplicaDatabase.idLookSQL)
    private let tables: [RecordKind: RecordTable]
    /// Of one that serves.
    var idleCheckpoint: IdleCheckpoint

    /// The file's name within a home directory.
    public static func path(inHome home: String, role: DatabaseRole) -> String {
        home + (role == .counter ? "/replica.db" : "/central.db")
    }

    /// Opens the file, making it when `isNew` is set, and brings its tables up to date.
    ///
    /// - Parameter random: where central's own key comes from, which is made with its file.
    /// - Throws: `StoreError.missing`, `.notThisKind`, `.newerVersion`, `.sqlite`.
    public init(
        path: String, role: DatabaseRole, isNew: Bool = false,
        busyTimeout: Duration = .seconds(10), random: any RandomSource = SystemRandomSource()
    ) throws {
        guard isNew || path == ":memory:" || FileManager.default.fileExists(atPath: path) else {
            throw StoreError.missing(path: path, expected: role)
        }
        self.role = role
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
        changeLog = ChangeLog(connection)
        digests = DigestTable(connection)
        var tables: [RecordKind: RecordTable] = [:]
        for (kind, name) in RecordKind.tableNames {
            tables[kind] = RecordTable(
                kind: kind, name: name, connection: connection, interning: interning)
        }
        self.tables = tables
        do {
            try makeEventRows()
        } catch {
            throw StoreError.wrapping(error)
        }
        if role == .central { try makeCentralKey(random) }
    }

    /// Makes central's key where there is none: every backup is to hold it, since a central that is
    /// restored without it knows neither its own orders of erasure nor what bundles are sealed with.
    private func makeCentralKey(_ random: any RandomSource) throws {
        guard try centralKeySeed() == nil else { return }
        let seed = random.bytes(SigningKey.seedByteCount)
        // The time is of no use to it.
        _ = try write(now: Timestamp(milliseconds: 0)) { try $0.centralKeySeed(orElse: seed) }
    }

    /// Runs `body` in one write transaction; all of it is on disk when this returns, or nothing.
    ///
    /// - Throws: `StoreError`, and what `body` throws; then nothing was written. `.displaced` when the file
    ///   at the path is not the one that is open: what is written there would be lost.
    public func write<R>(now: Timestamp, _ body: (WriteTransaction) throws -> R) throws -> R {
        try write(now: now, body) { result, _ in result }
    }

    /// As `write`; then runs `finish`, which finds the digests and the feed as they are after it and writes
    /// no record.
    ///
    /// - Throws: as `write`.
    public func write<R, S>(
        now: Timestamp, _ body: (WriteTransaction) throws -> R,
        finish: (R, WriteTransaction) throws -> S
    ) throws -> S {
        do {
            return try connection.transaction(.immediate) {
                let transaction = WriteTransaction(self, now: now)
                let result = try body(transaction)
                try transaction.flush()
                let finished = try finish(result, transaction)
                try checkPlace()
                return finished
            }
        } catch {
            interning.forget()
            throw StoreError.wrapping(error)
        }
    }

    /// Runs `body` on one consistent view of the database.
    ///
    /// - Throws: `StoreError`, and what `body` throws; `.displaced` as `write`.
    public func read<R>(_ body: () throws -> R) throws -> R {
        do {
            return try connection.transaction(.deferred) {
                try checkPlace()
                return try body()
            }
        } catch {
            throw StoreError.wrapping(error)
        }
    }

    /// - Throws: `StoreError.displaced`.
    private func checkPlace() throws {
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
