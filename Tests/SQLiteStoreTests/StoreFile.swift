import Causality
import Dossiers
import Foundation
import SQLite
import SQLiteStore
import Replication
import Testing

/// A database file of a test, in a folder of its own that goes with it.
class StoreFile {
    static let office = "000.17.01.H56"
    static let otherOffice = "000.17.02.H56"
    static let replica = ReplicaID(0x5A17_3C9E_0B42_77D1)
    static let session = ReplicaID(0x1B0C_7F25_6E93_A8D4)

    let folder: String
    var path: String { folder + "/store.db" }
    /// 1 June 2021, 08:00 at the offices; a second later at each transaction.
    private var clock: Int64 = 1_622_509_200_000
    /// Changes of other replicas so far: no dot names two.
    private var foreignSeq: UInt64 = 0

    init() throws {
        folder = NSTemporaryDirectory() + "dossiersync-store-" + UUID().uuidString
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
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

    /// An office of the catalog, as another replica made it.
    fileprivate func officeState(_ code: String, seq: UInt64) throws -> RecordState {
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

/// A counter's file.
typealias CounterFile = RoleFile<CounterDatabase>
/// Central's file.
typealias CentralFile = RoleFile<CentralDatabase>

/// A file of one role, with both offices in the catalog; a counter's is enrolled.
final class RoleFile<Database: TestedDatabase>: StoreFile {
    override init() throws {
        try super.init()
        let database = try Database.opened(path: path, isNew: true)
        defer { database.close() }
        try database.enrol(now: now())
        let states = try [Self.office, Self.otherOffice].enumerated().map { index, code in
            try officeState(code, seq: UInt64(index) + 1)
        }
        try database.write(now: now()) { transaction in
            for state in states { try transaction.join(state) }
        }
    }

    func open() throws -> Database { try Database.opened(path: path, isNew: false) }

    func read<R>(_ body: (Database) throws -> R) throws -> R {
        let database = try open()
        defer { database.close() }
        return try body(database)
    }

    /// Writes in one transaction.
    @discardableResult
    func write<R>(_ body: (Database.Writing) throws -> R) throws -> R {
        try read { try $0.write(now: now(), body) }
    }

    /// Edits in one transaction, as the counter or as a session of central.
    @discardableResult
    func edit<R>(_ body: (RecordEdit<Database.Writing>) throws -> R) throws -> R {
        try write { try body(try $0.door()) }
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
}

extension StoreFile {
    /// Does to the file what no program does.
    func execute(_ sql: String) throws {
        let connection = try Connection(path: path, access: .readWrite)
        defer { connection.close() }
        try connection.execute(sql)
    }
}

extension ReplicaDatabase {
    /// Lets the search index catch up.
    func completeSearchIndex() throws {
        while true {
            guard case .indexed = try indexForSearch() else { return }
        }
    }
}

/// A database of either role, as these tests use it.
protocol TestedDatabase: RoleDatabase where Writing: TestedTransaction {
    static func opened(path: String, isNew: Bool) throws -> Self
    /// Makes a counter's the first office's.
    func enrol(now: @autoclosure () -> Timestamp) throws
    /// Whether it writes for all offices.
    static var isCentral: Bool { get }
}

/// A write transaction of either role, with the doors for what comes from elsewhere.
protocol TestedTransaction: WriteTransaction, EditTransaction {
    func door() throws -> RecordEdit<Self>
    /// Joins a state.
    @discardableResult
    func join(_ state: RecordState) throws -> Bool
    /// Applies a change.
    func apply(_ change: Change, to record: OpenRecord) throws -> ApplyOutcome
    /// Voids a change.
    func void(_ dot: Dot, in record: OpenRecord) throws
}

extension CounterDatabase: TestedDatabase {
    static func opened(path: String, isNew: Bool) throws -> CounterDatabase {
        try CounterDatabase(path: path, isNew: isNew)
    }

    static var isCentral: Bool { false }

    func enrol(now: @autoclosure () -> Timestamp) throws {
        var identity = ReplicaIdentity(
            enrollingAt: "http://central", signingSeed: Array(repeating: 7, count: 32))
        identity.state = .active
        identity.replica = StoreFile.replica
        identity.desk = 1
        identity.office = StoreFile.office
        try write(now: now()) { try $0.save(identity) }
    }
}

extension CentralDatabase: TestedDatabase {
    static func opened(path: String, isNew: Bool) throws -> CentralDatabase {
        try CentralDatabase(path: path, isNew: isNew)
    }

    static var isCentral: Bool { true }

    func enrol(now: @autoclosure () -> Timestamp) throws {}
}

extension CounterWriteTransaction: TestedTransaction {
    func door() throws -> CounterEdit { try CounterEdit(self) }

    @discardableResult
    func join(_ state: RecordState) throws -> Bool { try CounterMerge(self).join(state) }

    func apply(_ change: Change, to record: OpenRecord) throws -> ApplyOutcome {
        try CounterMerge(self).apply(change, to: record)
    }

    func void(_ dot: Dot, in record: OpenRecord) throws {
        try CounterMerge(self).void(dot, in: record)
    }
}

extension CentralWriteTransaction: TestedTransaction {
    func door() throws -> CentralEdit {
        try CentralEdit(ofCentral: self, session: StoreFile.session)
    }

    @discardableResult
    func join(_ state: RecordState) throws -> Bool { try MergeApply(self).join(state) }

    func apply(_ change: Change, to record: OpenRecord) throws -> ApplyOutcome {
        try MergeApply(self).apply(
            change, canonicalBytes: change.canonicalBytes, to: record, chainHash: nil)
    }

    func void(_ dot: Dot, in record: OpenRecord) throws {
        try MergeApply(self).void(
            dot, in: record, isMaking: false, canonicalBytes: nil, chainHash: nil)
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
