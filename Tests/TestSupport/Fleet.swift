// A central and counters in temporary directories, joined by a transport that tests can bend.

internal import Causality
public import CentralEngine
internal import CounterEngine
public import Crypto
internal import Dossiers
internal import Foundation
internal import Replication
public import SQLiteStore
internal import Synchronization
public import Wire

/// A central with offices, and counters enrolled at it, in a temporary directory.
public final class Fleet: Sendable {
    /// The directory, removed at the end.
    public let directory: String
    /// Central's clock.
    public let clock = ManualClock()
    /// Where central is now.
    public let slot: NodeSlot
    private let counterCount = Mutex(0)

    private let random: any RandomSource
    private let segmentRows: Int?

    /// Makes a central with these offices; a seeded source makes all that follows repeatable.
    ///
    /// - Parameter segmentRows: changes in a segment of the logs, so few that each test meets segments; `nil`
    ///   for as many as the programs have, so that what is tested stays in rows.
    public init(
        offices: [String] = ["A", "B"], random: any RandomSource = SystemRandomSource(),
        segmentRows: Int? = 5
    ) throws {
        self.random = random
        self.segmentRows = segmentRows
        directory = NSTemporaryDirectory() + "dossiersync-test-" + UUID().uuidString
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true)
        let path = directory + "/central.db"
        let database = try CentralDatabase(path: path, isNew: true, random: random)
        if let segmentRows { try database.makeSegmentsSmall(rowsMax: segmentRows) }
        try database.write(now: clock.now()) { transaction in
            let edit = try CentralEdit(ofCentral: transaction, session: ReplicaID(7))
            for office in offices {
                _ = try edit.make(
                    .office,
                    writes: [
                        FieldWrite("code", .text(office)), FieldWrite("name", .text("Office")),
                    ])
            }
        }
        database.close()
        slot = NodeSlot(
            try CentralNode(at: path, clock: clock, random: random), path: path)
    }

    deinit {
        // A directory that cannot be removed is the temporary directory's business.
        try? FileManager.default.removeItem(atPath: directory)
    }

    /// Central.
    public var node: CentralNode<CentralDatabase> { slot.node }

    /// Where central's file is.
    public var centralPath: String { slot.path }

    /// Copies a database that nobody writes to at the moment, with its write-ahead log.
    public static func copyDatabase(_ path: String, to copy: String) throws {
        for suffix in ["", "-wal"] where FileManager.default.fileExists(atPath: path + suffix) {
            try FileManager.default.copyItem(atPath: path + suffix, toPath: copy + suffix)
        }
    }

    /// Puts a copy of central's file aside.
    public func backUpCentral() throws -> String {
        let path = directory + "/backup-" + UUID().uuidString + ".db"
        try Self.copyDatabase(centralPath, to: path)
        return path
    }

    /// Goes on from a copy of central's file, as after a disaster.
    public func restoreCentral(from backup: String) throws {
        let path = directory + "/restored-" + UUID().uuidString + ".db"
        try Self.copyDatabase(backup, to: path)
        try startCentral(path: path)
    }

    /// Puts a new node in the place of the present one, over the same file or another.
    public func startCentral(
        path: String? = nil, timer: any Clock<Duration> = ContinuousClock(),
        limits: CentralLimits = .standard
    ) throws {
        let path = path ?? centralPath
        slot.replace(
            try CentralNode(
                at: path, clock: clock, timer: timer, random: random, limits: limits),
            path: path)
    }

    /// What stands in central's file and its write-ahead log.
    public func centralFileBytes() throws -> [UInt8] {
        try ["", "-wal"].flatMap { suffix -> [UInt8] in
            let path = centralPath + suffix
            guard FileManager.default.fileExists(atPath: path) else { return [] }
            return Array(try Data(contentsOf: URL(fileURLWithPath: path)))
        }
    }

    /// Reads from central's database.
    public func readCentral<R>(_ body: (CentralDatabase) throws -> R) throws -> R {
        let database = try openCentral()
        defer { database.close() }
        return try body(database)
    }

    /// Opens central's database beside the node.
    public func openCentral() throws -> CentralDatabase {
        try CentralDatabase(path: centralPath)
    }

    /// Writes at central as a command would.
    public func editCentralTransaction(_ body: (CentralWriteTransaction) throws -> Void) throws {
        let database = try openCentral()
        defer { database.close() }
        try database.write(now: clock.now()) { try body($0) }
    }

    /// Writes at central as an import would.
    @discardableResult
    public func editCentral<R>(_ body: (CentralEdit) throws -> R) throws -> R {
        let database = try openCentral()
        defer { database.close() }
        let session = ReplicaID(random.number() >> 1)
        return try database.write(now: clock.now()) {
            try body(try CentralEdit(ofCentral: $0, session: session))
        }
    }

    /// Adds an enrolment code as `central enrol` does: it is good for 15 minutes, or for so long.
    public func add(
        _ code: EnrolmentCode, office: String = "A",
        lasting milliseconds: Int64 = EnrolmentCode.lifetimeMilliseconds
    ) throws {
        try editCentralTransaction {
            try $0.addEnrolmentCode(
                hash: code.hash, office: office,
                expires: Timestamp(milliseconds: $0.now.milliseconds + milliseconds))
        }
    }

    /// Enrols a new counter of an office.
    public func enrol(_ office: String, clock: ManualClock = ManualClock()) async throws
        -> TestCounter
    {
        let code = EnrolmentCode(random)
        try add(code, office: office)
        let seed = random.bytes(SigningKey.seedByteCount)
        guard let key = SigningKey(seed: seed) else { preconditionFailure("32 bytes are a seed") }
        let reply = try await node.enrol(
            EnrolmentRequest(code: code.text, key: key, device: "test"))
        let number = counterCount.withLock { count in
            count += 1
            return count
        }
        let path = directory + "/counter-\(number).db"
        let database = try CounterDatabase(path: path, isNew: true)
        defer { database.close() }
        if let segmentRows { try database.makeSegmentsSmall(rowsMax: segmentRows) }
        try database.write(now: clock.now()) {
            try $0.save(ReplicaIdentity(enrolled: reply, signingSeed: seed))
            if let key = reply.centralKey {
                try $0.save(centralKey: key, ofEpoch: reply.epoch)
            }
        }
        return TestCounter(
            path: path, replica: reply.replica,
            transport: DirectTransport(slot: slot), clock: clock)
    }
}
