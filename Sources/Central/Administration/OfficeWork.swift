// What may be done at the central office, as values: an act is made of what somebody wishes, is performed
// in one transaction with its entry in the trail, and gives back what became of it. Whoever asks (a
// command, the admin API, later a page) reads the wish and says the outcome; how it is done stands here
// once.

public import Causality
public import Crypto
public import SQLiteStore
internal import Store

/// One transaction at the central office, and who works in it.
public struct OfficeWork {
    /// What is written.
    public let transaction: CentralWriteTransaction
    /// The store that the transaction writes to, as it is within the transaction.
    public let database: CentralDatabase
    /// Who works, for the trail: `local:` and a user of central's machine, or `admin:` and an account.
    public let actor: String
    /// Where codes, keys and identities come from.
    public let random: any RandomSource

    /// Begins work in a transaction.
    public init(
        _ transaction: CentralWriteTransaction, _ database: CentralDatabase, by actor: String,
        random: any RandomSource = SystemRandomSource()
    ) {
        self.transaction = transaction
        self.database = database
        self.actor = actor
        self.random = random
    }

    /// Adds an entry to the trail.
    ///
    /// - Throws: `StoreError`.
    public func note(_ action: String, _ subject: String = "", count: Int? = nil) throws {
        try transaction.note(action, subject, by: actor, count: count)
    }

    /// The door to records, under an identity of this one run: a central that was restored from a backup
    /// never uses a dot twice.
    ///
    /// - Throws: `StoreError`.
    public func edit() throws -> CentralEdit {
        try CentralEdit(ofCentral: transaction, session: ReplicaID(random.number() >> 1))
    }

    /// Refuses the code of an office that the catalog does not have; `nil` is no code.
    ///
    /// - Throws: `AdministrationError.noSuchOffice`, `StoreError`.
    @discardableResult
    public func requireOffice(_ code: String?) throws -> String? {
        try database.requireOffice(code)
    }
}

/// Something that is done at the central office, with its entry in the trail.
public protocol OfficeAct: Sendable {
    /// What became of it.
    associatedtype Outcome: Sendable

    /// Does it.
    ///
    /// - Throws: `AdministrationError`, `RevocationError`, `DossierError`, `StoreError`; the transaction is
    ///   then to be undone.
    func perform(in work: OfficeWork) throws -> Outcome
}

extension CentralDatabase {
    /// Performs an act in a transaction of its own.
    ///
    /// - Parameter actor: for the trail.
    /// - Throws: as the act; then nothing was written.
    public func perform<Act: OfficeAct>(
        _ act: Act, at now: Timestamp, by actor: String
    ) throws -> Act.Outcome {
        try write(now: now) { try act.perform(in: OfficeWork($0, self, by: actor)) }
    }

    /// Refuses the code of an office that the catalog does not have; `nil` is no code.
    ///
    /// - Returns: the code as the catalog writes it, however it was written.
    /// - Parameter isOnlyRead: an office counts as well whose code the catalog has no more, while records
    ///   name it.
    /// - Throws: `AdministrationError.noSuchOffice`, `StoreError`.
    @discardableResult
    public func requireOffice(_ code: String?, isOnlyRead: Bool = false) throws -> String? {
        guard let code else { return nil }
        if let known = try officeCode(like: code) { return known }
        if isOnlyRead {
            var filter = RecordFilter()
            filter.office = code
            if try recordCount(filter) > 0 { return code }
        }
        throw AdministrationError.noSuchOffice(code)
    }
}

/// Why something is not done at the central office.
public enum AdministrationError: Error, Hashable, Sendable {
    /// The catalog has no office with this code.
    case noSuchOffice(String)
    /// There is an office with this code already.
    case officeExists(String)
    /// There is no such device.
    case noSuchDevice(ReplicaID)
    /// There is no account with this name.
    case noSuchAccount(String)
}
