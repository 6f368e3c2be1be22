public import Crypto
internal import SQLiteStore
public import Store

/// Makes an account of an administrator, or gives one a new password and role, which ends its sessions.
public struct SaveAccount: OfficeAct {
    /// Its name (`AdminAccount.isName`).
    public var name: String
    /// What it may do.
    public var role: AdminAccount.Role
    /// Its password.
    public var password: PasswordHash

    /// Asks for it.
    public init(name: String, role: AdminAccount.Role, password: PasswordHash) {
        self.name = name
        self.role = role
        self.password = password
    }

    /// Stores the account.
    ///
    /// - Throws: `StoreError`.
    public func perform(in work: OfficeWork) throws {
        let made = work.transaction.now
        try work.transaction.save(
            AdminAccount(name: name, role: role, password: password, made: made))
        try work.note("add-admin", "\(name) \(role.rawValue)")
    }
}

/// Removes an account with its sessions.
public struct RemoveAccount: OfficeAct {
    /// Its name.
    public var name: String

    /// Asks for it.
    public init(name: String) {
        self.name = name
    }

    /// Removes it.
    ///
    /// - Throws: `AdministrationError.noSuchAccount`, `StoreError`.
    public func perform(in work: OfficeWork) throws {
        guard try work.database.admin(named: name) != nil else {
            throw AdministrationError.noSuchAccount(name)
        }
        try work.transaction.removeAdmin(named: name)
        try work.note("remove-admin", name)
    }
}

extension AdminAccount {
    /// Whether an account may have this name: ASCII letters, digits, and `.`, `-`, `_`.
    public static func isName(_ name: String) -> Bool {
        (1...nameCharactersMax).contains(name.count)
            && name.allSatisfy {
                $0.isASCII && ($0.isLetter || $0.isNumber || ".-_".contains($0))
            }
    }

    /// Whether an account may have these bytes as a password: UTF-8 without control characters, of
    /// `passwordCharactersMin` characters or more and `passwordBytesMax` bytes at most.
    public static func isPassword(_ bytes: [UInt8]) -> Bool {
        guard let text = String(validating: bytes, as: UTF8.self) else { return false }
        return text.count >= passwordCharactersMin && bytes.count <= passwordBytesMax
            && bytes.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
    }
}
