// Administrators who work over the network, and their sessions. Passwords are kept as Argon2id, session
// tokens as hashes: central's file opens no session.

public import Causality
public import Crypto

/// An administrator's account.
public struct AdminAccount: Sendable {
    /// What an account may do.
    public enum Role: String, CaseIterable, Sendable {
        /// Read and do.
        case admin
        /// Read only.
        case viewer
    }

    /// Characters of a name at most.
    public static let nameCharactersMax = 64
    /// Characters of a password at least.
    public static let passwordCharactersMin = 12
    /// Bytes of a password at most: strangers may send one.
    public static let passwordBytesMax = 1_024

    /// Its name.
    public var name: String
    /// What it may do.
    public var role: Role
    /// Its password.
    public var password: PasswordHash
    /// When it was made.
    public var made: Timestamp

    /// Makes an account.
    public init(name: String, role: Role, password: PasswordHash, made: Timestamp) {
        self.name = name
        self.role = role
        self.password = password
        self.made = made
    }
}

/// What central's store tells of accounts.
public protocol CentralAccountsView {
    /// All accounts, by name.
    func admins() throws -> [AdminAccount]
    /// The account with this name.
    func admin(named name: String) throws -> AdminAccount?
    /// The account whose session this is; `nil` when there is none, or it has ended.
    func admin(inSession tokenHash: Hash256, now: Timestamp) throws -> AdminAccount?
}

/// What is written of accounts.
public protocol CentralAccountsTransaction {
    /// Stores an account in the place of one with its name, and ends that one's sessions.
    func save(_ account: AdminAccount) throws
    /// Removes an account with its sessions.
    func removeAdmin(named name: String) throws
    /// Begins a session, and forgets those that have ended.
    func beginSession(of name: String, tokenHash: Hash256, expires: Timestamp) throws
    /// Ends a session.
    func endSession(tokenHash: Hash256) throws
}
