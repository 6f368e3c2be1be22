// A central and counters in temporary directories, joined by a transport that tests can bend. The
// bytes are those of the wire: every exchange is encoded and decoded.

public import Causality
internal import Crypto
internal import Dossiers
internal import Foundation
public import ReplicaStore
public import Replication
public import SyncEngine
public import SyncProtocol
internal import Synchronization

/// A wall clock that stands where a test puts it, and moves one millisecond at each reading.
public final class ManualClock: WallClock {
    private let milliseconds: Mutex<Int64>

    /// Starts on 1 March 2021, 08:00 at the office.
    public init(milliseconds: Int64 = 1_614_560_400_000) {
        self.milliseconds = Mutex(milliseconds)
    }

    /// The time, a millisecond later at each call.
    public func now() -> Timestamp {
        milliseconds.withLock {
            $0 += 1
            return Timestamp(milliseconds: $0)
        }
    }

    /// Sets the clock forward or back.
    public func advance(milliseconds step: Int64) {
        milliseconds.withLock { $0 += step }
    }
}

/// What a test does to the next exchanges.
public enum LinkFault: Sendable {
    /// The request never arrives.
    case requestLost
    /// Central does its work, and the reply is lost.
    case replyLost
    /// Central gets the request twice; the reply is the second one's.
    case requestRepeated
    /// The request arrives cut short.
    case requestTruncated
}

/// Hands requests to a node in this process, in the bytes of the wire.
public final class DirectTransport: Transport {
    private let node: CentralNode
    private let replica: ReplicaID
    private let state = Mutex((faults: [LinkFault?](), traffic: Traffic(), isDown: false))

    /// Talks to a node as a device.
    public init(node: CentralNode, replica: ReplicaID) {
        self.node = node
        self.replica = replica
    }

    /// Bytes of bodies so far.
    public var traffic: Traffic { state.withLock(\.traffic) }

    /// What the next exchanges meet, one each; `nil` is a good one.
    public func meet(_ faults: [LinkFault?]) {
        state.withLock { $0.faults = faults }
    }

    /// Takes the link down or brings it back.
    public func setDown(_ isDown: Bool) {
        state.withLock { $0.isDown = isDown }
    }

    /// Carries one exchange.
    public func exchange(_ request: SyncRequest) async throws(SyncFailure) -> SyncReply {
        let (fault, isDown) = state.withLock { state in
            (state.faults.isEmpty ? nil : state.faults.removeFirst(), state.isDown)
        }
        if isDown { throw .unreachable(reason: "the test took the link down") }
        var bytes = request.encoded()
        state.withLock { $0.traffic.bytesSent += bytes.count }
        switch fault {
        case .requestLost: throw .interrupted(reason: "the test lost the request")
        case .requestTruncated: bytes.removeLast(bytes.count / 3)
        default: break
        }
        var reply = try await node.exchange(try SyncRequest(encoded: bytes), from: replica)
        if case .requestRepeated? = fault {
            reply = try await node.exchange(try SyncRequest(encoded: bytes), from: replica)
        }
        if case .replyLost? = fault { throw .interrupted(reason: "the test lost the reply") }
        let answer = reply.encoded()
        state.withLock { $0.traffic.bytesReceived += answer.count }
        return try SyncReply(encoded: answer)
    }
}

/// One counter of a fleet.
public struct TestCounter: Sendable {
    /// Where its file is.
    public let path: String
    /// Its identity.
    public let replica: ReplicaID
    /// Its link.
    public let transport: DirectTransport
    /// Its clock.
    public let clock: ManualClock

    /// Opens its database.
    public func open() throws -> ReplicaDatabase {
        try ReplicaDatabase(path: path, role: .counter)
    }

    /// Writes in one transaction.
    @discardableResult
    public func edit<R>(_ body: (LocalEdit) throws -> R) throws -> R {
        let database = try open()
        defer { database.close() }
        return try database.write(now: clock.now()) { try body(try LocalEdit($0)) }
    }

    /// Syncs once.
    public func sync(_ options: SyncOptions = SyncOptions()) async throws -> SyncReport {
        try await CounterSession(path: path, transport: transport, clock: clock, options: options)
            .sync()
    }

    /// All records as they are stored, by id.
    public func states() throws -> [RecordID: RecordState] {
        let database = try open()
        defer { database.close() }
        return try database.statesByID()
    }
}

extension ReplicaDatabase {
    /// All records as they are stored, by id.
    public func statesByID() throws -> [RecordID: RecordState] {
        var states: [RecordID: RecordState] = [:]
        try forEachRecord {
            states[$0.id] = $0
            return true
        }
        return states
    }
}

/// A central with offices, and counters enrolled at it, in a temporary directory.
public final class Fleet: Sendable {
    /// The directory, removed at the end.
    public let directory: String
    /// Central's clock.
    public let clock = ManualClock()
    /// Central.
    public let node: CentralNode
    private let counterCount = Mutex(0)

    /// Makes a central with these offices.
    public init(offices: [String] = ["A", "B"]) throws {
        directory = NSTemporaryDirectory() + "dossiersync-test-" + UUID().uuidString
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true)
        let path = directory + "/central.db"
        let database = try ReplicaDatabase(path: path, role: .central, isNew: true)
        try database.write(now: clock.now()) { transaction in
            let edit = try LocalEdit(transaction, session: ReplicaID(7))
            for office in offices {
                _ = try edit.make(
                    .office,
                    writes: [
                        FieldWrite("code", .text(office)), FieldWrite("name", .text("Office")),
                    ])
            }
        }
        database.close()
        node = try CentralNode(path: path, clock: clock)
    }

    deinit {
        // A directory that cannot be removed is the temporary directory's business.
        try? FileManager.default.removeItem(atPath: directory)
    }

    /// Where central's file is.
    public var centralPath: String { directory + "/central.db" }

    /// Opens central's database beside the node.
    public func openCentral() throws -> ReplicaDatabase {
        try ReplicaDatabase(path: centralPath, role: .central)
    }

    /// Writes at central as an import would.
    @discardableResult
    public func editCentral<R>(_ body: (LocalEdit) throws -> R) throws -> R {
        let database = try openCentral()
        defer { database.close() }
        let session = ReplicaID(SystemRandomSource().number() >> 1)
        return try database.write(now: clock.now()) {
            try body(try LocalEdit($0, session: session))
        }
    }

    /// Enrols a new counter of an office.
    public func enrol(_ office: String, clock: ManualClock = ManualClock()) async throws
        -> TestCounter
    {
        let code = EnrolmentCode(SystemRandomSource())
        let central = try openCentral()
        try central.write(now: self.clock.now()) {
            try $0.addEnrolmentCode(
                hash: code.hash, office: office,
                expires: Timestamp(milliseconds: $0.now.milliseconds + 900_000))
        }
        central.close()
        let seed = SystemRandomSource().bytes(SigningKey.seedByteCount)
        guard let key = SigningKey(seed: seed) else { preconditionFailure("32 bytes are a seed") }
        let reply = try await node.enrol(
            EnrolmentRequest(code: code.text, publicKey: key.publicKey, device: "test"))
        let number = counterCount.withLock { count in
            count += 1
            return count
        }
        let path = directory + "/counter-\(number).db"
        let database = try ReplicaDatabase(path: path, role: .counter, isNew: true)
        defer { database.close() }
        try database.write(now: clock.now()) {
            try $0.save(ReplicaIdentity(enrolled: reply, signingSeed: seed))
        }
        return TestCounter(
            path: path, replica: reply.replica,
            transport: DirectTransport(node: node, replica: reply.replica), clock: clock)
    }
}
