// A central and counters in temporary directories, joined by a transport that tests can bend. The
// bytes are those of the wire: every exchange is encoded and decoded.

public import Causality
public import CentralEngine
public import CounterEngine
import CounterFiles
public import Crypto
internal import Dossiers
internal import Foundation
public import SQLiteStore
public import Replication
internal import Synchronization
public import Wire

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
    /// The reply arrives cut short.
    case replyTruncated
}

/// The node that the links of a fleet lead to; a test may put another one in its place.
public final class NodeSlot: Sendable {
    private let state: Mutex<(node: CentralNode<CentralDatabase>, path: String)>

    /// Holds a node over a file.
    public init(_ node: CentralNode<CentralDatabase>, path: String) {
        state = Mutex((node, path))
    }

    /// The node that answers now.
    public var node: CentralNode<CentralDatabase> { state.withLock(\.node) }
    /// Its file.
    public var path: String { state.withLock(\.path) }

    /// Puts another node in its place.
    public func replace(_ node: CentralNode<CentralDatabase>, path: String) {
        state.withLock { $0 = (node, path) }
    }
}

/// Hands requests to a node in this process, in the bytes of the wire.
public final class DirectTransport: Transport {
    /// Changes a request on its way, or does something while it is under way.
    public typealias RequestHook = @Sendable (inout SyncRequest) throws -> Void
    /// Looks at a reply, or does something before it arrives.
    public typealias ReplyHook = @Sendable (SyncReply) throws -> Void

    /// Looks at a new token's way to central.
    public typealias TokenHook = @Sendable (TokenReplacement) throws -> Void

    private struct State {
        var faults: [LinkFault?] = []
        var tokenFaults: [LinkFault?] = []
        var tokenHook: TokenHook?
        var traffic = Traffic()
        var isDown = false
        var requestHook: RequestHook?
        var replyHook: ReplyHook?
    }

    private let slot: NodeSlot
    private let state = Mutex(State())

    /// Talks to the node that is in the slot.
    public init(slot: NodeSlot) {
        self.slot = slot
    }

    /// Calls this with every request before it leaves.
    public func onRequest(_ hook: RequestHook?) {
        state.withLock { $0.requestHook = hook }
    }

    /// Calls this with every reply before the counter has it.
    public func onReply(_ hook: ReplyHook?) {
        state.withLock { $0.replyHook = hook }
    }

    /// Bytes of bodies so far.
    public var traffic: Traffic { state.withLock(\.traffic) }

    /// What the next exchanges meet, one each; `nil` is a good one.
    public func meet(_ faults: [LinkFault?]) {
        state.withLock { $0.faults = faults }
    }

    /// What the next replacements of the token meet, one each; `nil` is a good one.
    public func meetWithTokens(_ faults: [LinkFault?]) {
        state.withLock { $0.tokenFaults = faults }
    }

    /// Calls this with every new token's hash before it leaves.
    public func onToken(_ hook: TokenHook?) {
        state.withLock { $0.tokenHook = hook }
    }

    /// Takes the link down or brings it back.
    public func setDown(_ isDown: Bool) {
        state.withLock { $0.isDown = isDown }
    }

    /// Carries one exchange.
    public func exchange(
        _ request: SyncRequest, token: String
    ) async throws(SyncFailure) -> SyncReply {
        let (fault, hooks) = state.withLock { state in
            (state.faults.isEmpty ? nil : state.faults.removeFirst(), state)
        }
        if hooks.isDown { throw .unreachable(reason: "the test took the link down") }
        var request = request
        try run { try hooks.requestHook?(&request) }
        let node = slot.node
        var bytes = request.encoded()
        state.withLock { $0.traffic.bytesSent += bytes.count }
        switch fault {
        case .requestLost: throw .interrupted(reason: "the test lost the request")
        case .requestTruncated: bytes.removeLast(bytes.count / 3)
        default: break
        }
        let holder = try await node.holder(ofPresented: token)
        func exchange() async throws(SyncFailure) -> SyncReply {
            try await node.exchange(
                try SyncRequest(encoded: bytes), from: holder.replica, WaitingRequest(of: holder))
        }
        var reply = try await exchange()
        if case .requestRepeated? = fault { reply = try await exchange() }
        if case .replyLost? = fault { throw .interrupted(reason: "the test lost the reply") }
        var answer = reply.encoded()
        state.withLock { $0.traffic.bytesReceived += answer.count }
        if case .replyTruncated? = fault { answer.removeLast(answer.count / 3) }
        try run { try hooks.replyHook?(reply) }
        return try SyncReply(encoded: answer)
    }

    /// Carries a new token, or the link's faults: what is cut short is not JSON any more.
    public func replaceToken(
        _ replacement: TokenReplacement
    ) async throws(SyncFailure) -> TokenReceipt {
        let (fault, hooks) = state.withLock { state in
            let fault = state.tokenFaults.isEmpty ? nil : state.tokenFaults.removeFirst()
            return (fault, state)
        }
        if hooks.isDown { throw .unreachable(reason: "the test took the link down") }
        try run { try hooks.tokenHook?(replacement) }
        switch fault {
        case .requestLost: throw .interrupted(reason: "the test lost the request")
        case .requestTruncated:
            throw .malformed(what: "token replacement", reason: "the test cut it short")
        default: break
        }
        let node = slot.node
        var receipt = try await node.replaceToken(try TokenReplacement(json: replacement.json))
        if case .requestRepeated? = fault {
            receipt = try await node.replaceToken(replacement)
        }
        switch fault {
        case .replyLost: throw .interrupted(reason: "the test lost the reply")
        case .replyTruncated: throw .notCentral(status: 200, contentType: "cut short")
        default: break
        }
        return receipt
    }

    private func run(_ hook: () throws -> Void) throws(SyncFailure) {
        do {
            try hook()
        } catch {
            throw error as? SyncFailure ?? .interrupted(reason: "the test's hook: \(error)")
        }
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

    /// The same counter with another link, as a second program over its file has.
    public func withOwnLink(slot: NodeSlot) -> TestCounter {
        TestCounter(
            path: path, replica: replica, transport: DirectTransport(slot: slot),
            clock: clock)
    }

    /// Opens its database.
    public func open() throws -> CounterDatabase {
        try CounterDatabase(path: path)
    }

    /// Writes in one transaction.
    @discardableResult
    public func edit<R>(_ body: (CounterEdit) throws -> R) throws -> R {
        let database = try open()
        defer { database.close() }
        return try database.write(now: clock.now()) { try body(try CounterEdit($0)) }
    }

    /// Syncs once.
    public func sync(
        _ options: SyncOptions = SyncOptions(), timer: any Clock<Duration> = ContinuousClock(),
        limits: CounterLimits = .standard
    ) async throws -> SyncReport {
        try await CounterSession(
            path: path, transport: transport, clock: clock, timer: timer, options: options,
            limits: limits
        )
        .sync()
    }

    /// All records as they are stored, by id.
    public func states() throws -> [RecordID: RecordState] {
        try read { try $0.statesByID() }
    }

    /// Reads from its database.
    public func read<R>(_ body: (CounterDatabase) throws -> R) throws -> R {
        let database = try open()
        defer { database.close() }
        return try body(database)
    }

    /// A copy of its file, as a clone or a backup is made, with a link and a clock of its own.
    public func copied(to path: String, slot: NodeSlot) throws -> TestCounter {
        try Fleet.copyDatabase(self.path, to: path)
        return TestCounter(
            path: path, replica: replica, transport: DirectTransport(slot: slot),
            clock: ManualClock(milliseconds: clock.now().milliseconds))
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
    /// Where central is now.
    public let slot: NodeSlot
    private let counterCount = Mutex(0)

    private let random: any RandomSource

    /// Makes a central with these offices; a seeded source makes all that follows repeatable.
    public init(
        offices: [String] = ["A", "B"], random: any RandomSource = SystemRandomSource()
    ) throws {
        self.random = random
        directory = NSTemporaryDirectory() + "dossiersync-test-" + UUID().uuidString
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true)
        let path = directory + "/central.db"
        let database = try CentralDatabase(path: path, isNew: true, random: random)
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
