public import Backups
public import Causality
internal import Crypto
public import Dossiers
public import SQLiteStore
public import Replication
public import Store

/// Erases what a record holds of people, everywhere and for good (`Protocol/erasure.md`).
public struct EraseRecord: OfficeAct {
    /// The record (`CentralDatabase.recordToErase`).
    public var id: RecordID
    /// The decision by which it is done.
    public var reason: String
    /// Who does this, as the record keeps it.
    public var person: String?

    /// Asks for it.
    public init(_ id: RecordID, reason: String, by person: String?) {
        self.id = id
        self.reason = reason
        self.person = person
    }

    /// Gives the order, signed by central's key.
    ///
    /// - Throws: as `CentralEdit.erase`.
    public func perform(in work: OfficeWork) throws -> ErasureResult {
        let fresh = work.random.bytes(SigningKey.seedByteCount)
        let edit = try work.edit()
        guard let key = SigningKey(seed: try work.transaction.centralKeySeed(orElse: fresh)) else {
            throw StoreError.damaged(table: "central_key", key: 1)
        }
        let result = try edit.erase(.id(id), reason: reason, by: person, signedBy: key)
        try work.note("erase", result.record.description, count: result.changeCount)
        return result
    }
}

/// The erased records, and who has not confirmed it.
public struct ErasureList: Sendable {
    /// An erased record.
    public struct Entry: Sendable {
        /// What is left of it.
        public var record: ErasedRecord
        /// Devices that may have had it and are not known to have erased it.
        public var unconfirmedBy: [Device]
        /// Backups of before it was erased, which may hold it still.
        public var backups: [HoldingBackup]
    }

    /// A backup that may still hold what was erased.
    public struct HoldingBackup: Sendable {
        /// Its name.
        public var name: String
        /// When it was made.
        public var made: Timestamp
        /// Until when it is kept, if backups go on as they do; `nil` for ever.
        public var until: Timestamp?
    }

    /// The sets of a place, with the time until which each is kept.
    public static func holdingBackups(
        _ sets: [BackupSet], _ retention: BackupRetention?
    ) -> [HoldingBackup] {
        let times = sets.map(\.made)
        return sets.map {
            HoldingBackup(
                name: $0.name, made: $0.made, until: retention?.end(of: $0.made, among: times))
        }
    }

    /// The erased records.
    public let entries: [Entry]
    /// Orders whose records central lacks, since it was restored.
    public let awaited: [RecordState]
    /// How the devices stand.
    public let standing: EpochStanding

    /// Reads the orders that were given.
    ///
    /// - Parameter backups: all that are known.
    /// - Throws: `StoreError`.
    public init(_ database: CentralDatabase, backups: [HoldingBackup]) throws {
        let erased = try database.erasedRecords()
        let devices = try database.devices()
        let standing = EpochStanding(try database.epoch(), devices)
        entries = erased.map { record in
            Entry(
                record: record, unconfirmedBy: record.unconfirmed(devices, standing),
                backups: backups.filter { $0.made <= record.arrived })
        }
        awaited = try database.awaitedOrders()
        self.standing = standing
    }
}

extension CentralDatabase {
    /// The record that somebody wishes to erase.
    ///
    /// - Throws: `StoreError.noSuchRecord`, and where two records have its id.
    public func recordToErase(_ reference: RecordReference) throws -> RecordState {
        guard let state = try state(of: reference) else { throw StoreError.noSuchRecord }
        try requireOneKind(of: state.id)
        return state
    }
}

extension ErasedRecord {
    /// The reasons of its orders, the earliest first.
    public var reasons: [String] {
        let orders = state.shown(RecordSchema.erasedField, by: .entries)?.entries.reversed() ?? []
        return orders.compactMap { Erasure($0.value)?.reason }
    }

    /// Devices that may have had the record and are not known to have erased it.
    public func unconfirmed(_ devices: [Device], _ standing: EpochStanding) -> [Device] {
        devices.filter { device in
            offices.contains(device.office) && device.lastExchange != nil
                && device.enrolledAt <= arrived
                && device.lastComplete ?? device.enrolledAt <= arrived
                && standing.word(for: device) != .replaced
        }
    }
}
