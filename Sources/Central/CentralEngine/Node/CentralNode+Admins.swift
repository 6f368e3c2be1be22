// Administrators over the network. A login costs a hash of 64 MiB, so that one of strangers is computed at
// a time; an unknown name costs the same and is answered alike.

public import Causality
internal import Crypto
internal import Dispatch
public import Store
public import Wire

/// A session that was begun.
public struct AdminSession: Sendable {
    /// What proves it, for `Authorization: Bearer`.
    public var token: String
    /// When it ends.
    public var expires: Timestamp
    /// What it may do.
    public var role: AdminAccount.Role
}

/// One password of a stranger is compared at a time, so that many at once do not fill the memory.
private let strangersQueue = DispatchQueue(label: "dossiersync.passwords-of-strangers")
/// Whose address is known with the account does not wait behind strangers.
private let knownQueue = DispatchQueue(label: "dossiersync.passwords")
/// Compared with for names that do not exist.
private let nobody = PasswordHash(of: Array("nobody".utf8))

extension CentralNode {
    /// Begins a session.
    ///
    /// - Returns: `nil` when the name or the password is wrong.
    /// - Throws: `SyncFailure.tooManyTries`, `.centralStore`.
    public func logIn(
        name: String, password: String, from address: String
    ) async throws(SyncFailure) -> AdminSession? {
        let account = try await read { try $0.admin(named: name) }
        let hash = account?.password ?? nobody
        let attempt = try await loginAttempts.take(from: address, account: account?.name ?? "")
        let matches = await compare(hash, Array(password.utf8), isKnown: attempt.isKnown)
        let isRight = matches && account != nil
        loginAttempts.end(attempt, isWrong: !isRight)
        guard let account, isRight else {
            // A name that nobody has may be a password that was typed in the wrong field.
            try await write { transaction, _ in
                try transaction.note("login-failed", account?.name ?? "", by: "admin:?")
            }
            return nil
        }
        loginAttempts.note(known: address, account: name)
        let key = BearerToken(random)
        let expires = Timestamp(
            milliseconds: clock.now().milliseconds + limits.retention.sessionMilliseconds)
        try await write { transaction, _ in
            try transaction.beginSession(of: name, tokenHash: key.hash, expires: expires)
            try transaction.note("login", by: "admin:\(name)")
        }
        return AdminSession(token: key.text, expires: expires, role: account.role)
    }

    /// The account of a session; `nil` when there is none, or it has ended.
    ///
    /// - Parameter address: where the session is used from, which is known with the account from then on.
    /// - Throws: `SyncFailure.centralStore`.
    public func admin(
        token: String, from address: String = ""
    ) async throws(SyncFailure) -> AdminAccount? {
        let hash = BearerToken(text: token).hash
        let now = clock.now()
        let account = try await read { try $0.admin(inSession: hash, now: now) }
        if let account { loginAttempts.note(known: address, account: account.name) }
        return account
    }

    /// Lets an administrator look at central's store, with all that was noted until now in it.
    ///
    /// - Throws: `SyncFailure`.
    public func consult<R: Sendable>(
        _ body: @Sendable (View) throws -> R
    ) async throws(SyncFailure) -> R {
        if writer.hasNotes { try await writeNotes() }
        return try await read(body)
    }

    /// Lets an administrator change something, in one transaction with its entry in the trail.
    ///
    /// - Throws: `SyncFailure`.
    public func administer<R: Sendable>(
        _ body: @escaping @Sendable (Transaction, View) throws -> R
    ) async throws(SyncFailure) -> R {
        try await write(body)
    }

    /// Ends a session.
    ///
    /// - Throws: `SyncFailure.centralStore`.
    public func logOut(token: String, name: String) async throws(SyncFailure) {
        let hash = BearerToken(text: token).hash
        try await write { transaction, _ in
            try transaction.endSession(tokenHash: hash)
            try transaction.note("logout", by: "admin:\(name)")
        }
    }

    /// Compares a password on a thread that may take its time.
    private func compare(
        _ hash: PasswordHash?, _ password: [UInt8], isKnown: Bool
    ) async -> Bool {
        await withCheckedContinuation { answer in
            (isKnown ? knownQueue : strangersQueue).async {
                answer.resume(returning: hash?.matches(password) == true)
            }
        }
    }
}
