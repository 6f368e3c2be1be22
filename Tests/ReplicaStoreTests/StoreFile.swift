import Causality
import Dossiers
import Foundation
import ReplicaStore
import Replication
import Testing

/// A database file of a test, in a folder of its own that goes with it.
final class StoreFile {
    static let office = "000.17.01.H56"
    static let otherOffice = "000.17.02.H56"
    static let replica = ReplicaID(0x5A17_3C9E_0B42_77D1)
    static let session = ReplicaID(0x1B0C_7F25_6E93_A8D4)

    let role: DatabaseRole
    let folder: String
    var path: String { folder + "/store.db" }
    /// 1 June 2021, 08:00 at the offices; a second later at each transaction.
    private var clock: Int64 = 1_622_509_200_000
    /// Changes of other replicas so far: no dot names two.
    private var foreignSeq: UInt64 = 0

    /// Makes the file, with both offices in the catalog; a counter's is enrolled.
    init(_ role: DatabaseRole) throws {
        self.role = role
        folder = NSTemporaryDirectory() + "dossiersync-store-" + UUID().uuidString
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        let database = try ReplicaDatabase(path: path, role: role, isNew: true)
        defer { database.close() }
        if role == .counter {
            var identity = ReplicaIdentity(
                enrollingAt: "http://central", signingSeed: Array(repeating: 7, count: 32))
            identity.state = .active
            identity.replica = Self.replica
            identity.desk = 1
            identity.office = Self.office
            try database.write(now: now()) { try $0.save(identity) }
        }
        let states = try [Self.office, Self.otherOffice].enumerated().map { index, code in
            try officeState(code, seq: UInt64(index) + 1)
        }
        try database.write(now: now()) { transaction in
            for state in states { try transaction.join(state) }
        }
    }

    deinit {
        // A folder that cannot be removed is the temporary folder's business.
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// The time of the next transaction.
    func now() -> Timestamp {
        clock += 1000
        return Timestamp(milliseconds: clock)
    }

    /// A dot of another replica that no other change has.
    func foreignDot(_ replica: ReplicaID) -> Dot {
        foreignSeq += 1
        return Dot(replica, foreignSeq)
    }

    func open() throws -> ReplicaDatabase {
        try ReplicaDatabase(path: path, role: role)
    }

    func read<R>(_ body: (ReplicaDatabase) throws -> R) throws -> R {
        let database = try open()
        defer { database.close() }
        return try body(database)
    }

    /// Writes in one transaction.
    @discardableResult
    func write<R>(_ body: (WriteTransaction) throws -> R) throws -> R {
        try read { try $0.write(now: now(), body) }
    }

    /// Edits in one transaction, as the counter or as a session of central.
    @discardableResult
    func edit<R>(_ body: (LocalEdit) throws -> R) throws -> R {
        try write { transaction in
            try body(
                role == .counter
                    ? LocalEdit(transaction)
                    : LocalEdit(ofCentral: transaction, session: Self.session))
        }
    }

    /// Makes a dossier.
    func make(_ writes: [FieldWrite] = [], id: RecordID? = nil) throws -> RecordID {
        try edit { edit in
            let office = FieldWrite("office", .text(Self.office))
            let isNamed = writes.contains { $0.name == "office" }
            return try edit.make(.dossier, id: id, writes: writes + (isNamed ? [] : [office]))
                .record
        }
    }

    func state(_ id: RecordID) throws -> RecordState? {
        try read { try $0.state(of: .id(id)) }
    }

    /// An office of the catalog, as another replica made it.
    private func officeState(_ code: String, seq: UInt64) throws -> RecordState {
        let id = try recordID(UInt8(clamping: seq))
        var state = RecordState(kind: .office, id: id)
        let change = Change(
            dot: Dot(ReplicaID(99), seq), clock: HybridTimestamp(now()), kind: .office,
            record: id, context: VersionVector(),
            writes: [FieldWrite("code", .text(code)), FieldWrite("name", .text("Một cửa"))],
            additions: [])
        #expect(state.apply(change) == .applied)
        return state
    }
}

extension WriteTransaction {
    /// Joins a state that comes from elsewhere, by the door of the file's role.
    @discardableResult
    func join(_ state: RecordState) throws -> Bool {
        switch view.role {
        case .counter: try CounterMerge(self).join(state)
        case .central: try MergeApply(self).join(state)
        }
    }

    /// Applies a change that comes from elsewhere, by the door of the file's role.
    func apply(_ change: Change, to record: OpenRecord) throws -> ApplyOutcome {
        switch view.role {
        case .counter:
            try CounterMerge(self).apply(change, to: record)
        case .central:
            try MergeApply(self).apply(
                change, canonicalBytes: change.canonicalBytes, to: record, chainHash: nil)
        }
    }

    /// Voids a change, by the door of the file's role.
    func void(_ dot: Dot, in record: OpenRecord) throws {
        switch view.role {
        case .counter: try CounterMerge(self).void(dot, in: record)
        case .central:
            try MergeApply(self).void(
                dot, in: record, isMaking: false, canonicalBytes: nil, chainHash: nil)
        }
    }
}

/// An id that comes from elsewhere.
func recordID(_ byte: UInt8) throws -> RecordID {
    try #require(RecordID(bytes: Array(repeating: byte, count: RecordID.byteCount)))
}

/// The `StoreError` that `body` throws, as its sentence; records an issue when it throws none.
func storeFailure(
    sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
) -> String? {
    #expect(throws: StoreError.self, sourceLocation: sourceLocation) { try body() }?.description
}
