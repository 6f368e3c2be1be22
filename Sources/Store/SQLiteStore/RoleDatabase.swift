public import Causality
internal import SQLite
public import Store

/// A database file of one role, which is written by transactions of the role's own.
public protocol RoleDatabase: ReplicaDatabase {
    /// What it is written by.
    associatedtype Writing: WriteTransaction, EditTransaction
    /// The role.
    static var role: DatabaseRole { get }
}

extension RoleDatabase {
    /// Runs `body` in one write transaction; all of it is on disk when this returns, or nothing.
    ///
    /// - Throws: `StoreError`, and what `body` throws; then nothing was written. `.displaced` when the file
    ///   at the path is not the one that is open: what is written there would be lost.
    public func write<R>(now: Timestamp, _ body: (Writing) throws -> R) throws -> R {
        try write(now: now, body) { result, _ in result }
    }

    /// As `write`; then runs `finish`, which finds the digests and the feed as they are after it and writes
    /// no record.
    ///
    /// - Throws: as `write`.
    public func write<R, S>(
        now: Timestamp, _ body: (Writing) throws -> R, finish: (R, Writing) throws -> S
    ) throws -> S {
        do {
            return try connection.transaction(.immediate) {
                try changeLog.during {
                    let transaction = Writing(self, now: now)
                    let result = try body(transaction)
                    try transaction.flush()
                    if transaction.hasChange { try transaction.noteChange() }
                    let finished = try finish(result, transaction)
                    try foldLog()
                    try checkPlace()
                    return finished
                }
            }
        } catch {
            interning.forget()
            throw StoreError.wrapping(error)
        }
    }

    /// Runs `body` on one consistent view of the database.
    ///
    /// - Throws: as `read`.
    public func view<R>(_ body: (Self) throws -> R) throws -> R {
        try read { try body(self) }
    }
}
