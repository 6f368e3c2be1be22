import CSQLite

/// When a transaction takes its write lock.
public enum TransactionMode: Sendable {
    /// At the first write; for transactions that only read.
    case deferred
    /// At once, so that it cannot fail half-way because another connection wrote first.
    case immediate
    /// At once, or not at all while another connection has it: then it throws `isBusy` without waiting.
    case immediateUnlessBusy
}

extension Connection {
    /// Runs `body` in a transaction: all that it writes is committed, or nothing is.
    ///
    /// Inside another transaction it is a savepoint of that one. When SQLite itself gives up the
    /// transaction (full disk, I/O error), every statement throws until the outermost body has
    /// ended, so that nothing is committed outside of it.
    /// - Throws: what `body` throws, after rolling back; `SQLiteError` when the transaction cannot
    ///   be begun or committed, after rolling back too.
    public func transaction<R>(
        _ mode: TransactionMode = .immediate, _ body: () throws -> R
    ) throws -> R {
        if isInTransaction { return try savepoint(body) }
        switch mode {
        case .deferred: try control("BEGIN DEFERRED")
        case .immediate: try control("BEGIN IMMEDIATE")
        case .immediateUnlessBusy: try withoutWaiting { try control("BEGIN IMMEDIATE") }
        }
        isBodyRunning = true
        do {
            let result = try body()
            guard isInTransaction else { throw SQLiteError.transactionLost() }
            try control("COMMIT")
            isBodyRunning = false
            return result
        } catch {
            rollBack()
            throw error
        }
    }

    /// Runs `body` so that its writes can be undone without ending the transaction around it.
    ///
    /// Outside a transaction it is a deferred one.
    /// - Throws: what `body` throws, after undoing its writes; `SQLiteError`.
    public func savepoint<R>(_ body: () throws -> R) throws -> R {
        guard isInTransaction else { return try transaction(.deferred, body) }
        // SQLite resolves a name to the innermost savepoint that bears it: one name is enough.
        try control("SAVEPOINT body")
        do {
            let result = try body()
            try control("RELEASE body")
            return result
        } catch {
            undoSavepoint()
            throw error
        }
    }

    private func control(_ sql: String) throws(SQLiteError) {
        try statement(sql).run()
    }

    /// Ends the outermost transaction. SQLite may have rolled back on its own.
    private func rollBack() {
        isBodyRunning = false
        if condition == .transactionLost { condition = .open }
        guard let handle, isInTransaction else { return }
        sqlite3_exec(handle, "ROLLBACK", nil, nil, nil)
        // What is written after a rollback that failed would join the failed transaction.
        if isInTransaction { close() }
    }

    private func undoSavepoint() {
        guard let handle, isInTransaction else { return }
        let code = sqlite3_exec(handle, "ROLLBACK TO body; RELEASE body", nil, nil, nil)
        guard code != SQLITE_OK else { return }
        sqlite3_exec(handle, "ROLLBACK", nil, nil, nil)
        if isBodyRunning { condition = .transactionLost }
    }
}
