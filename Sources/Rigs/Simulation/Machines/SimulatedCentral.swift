// Central's machine of the simulation: its store is a file of SQLite, or memory. A node serves from it, and
// the admin's program, another process, works on the same store.

internal import Causality
internal import CentralEngine
internal import Crypto
internal import Dossiers
internal import Editing
internal import MemoryStore
internal import SQLiteStore
internal import Replication
internal import SeededRandom
internal import Store
internal import Wire

/// Central's machine.
struct SimulatedCentral {
    var disk: CentralDisk
    var node: any CentralService
    /// The admin's program.
    var database: any SimulatedCentralStore
    var generation = 0
    /// The copies that were put aside, by the events that did it.
    var backups: [Int: CentralDisk] = [:]
    /// Whether central was restored, and its devices may not have pushed all of it again.
    var isRewound = false
    /// What central had of each device when it was restored.
    var seqsBefore: [ReplicaID: UInt64] = [:]
    /// Who central wrote as.
    var sessions: [ReplicaID] = []

    /// Turns central's machine on.
    init(
        _ disk: CentralDisk, _ clock: SimulatedClock, _ random: SeededRandomSource,
        _ limits: SimulatedLimits
    ) throws {
        self.disk = disk
        node = try disk.serve(clock, random, limits)
        database = try disk.open()
    }
}

/// What devices and the world want of central's node.
protocol CentralService: Sendable {
    /// Enrols a device by a one-time code.
    func enrol(
        _ request: EnrolmentRequest, from address: String
    ) async throws(SyncFailure) -> EnrolmentReply
    /// The device of a bearer token.
    func authenticate(
        token: String, from address: String
    ) async throws(SyncFailure) -> Device
    /// Who presents a bearer token.
    func holder(
        ofPresented token: String, from address: String
    ) async throws(SyncFailure) -> TokenHolder
    /// Takes a device's next bearer token.
    func replaceToken(
        _ replacement: TokenReplacement
    ) async throws(SyncFailure) -> TokenReceipt
    /// One exchange.
    func exchange(
        _ request: SyncRequest, from replica: ReplicaID, _ waiting: WaitingRequest
    ) async throws(SyncFailure) -> SyncReply
}

extension CentralNode: CentralService {}

extension CentralService {
    func enrol(_ request: EnrolmentRequest) async throws(SyncFailure) -> EnrolmentReply {
        try await enrol(request, from: "")
    }

    func authenticate(token: String) async throws(SyncFailure) -> Device {
        try await authenticate(token: token, from: "")
    }

    func holder(ofPresented token: String) async throws(SyncFailure) -> TokenHolder {
        try await holder(ofPresented: token, from: "")
    }
}

/// A connection to central's store.
protocol SimulatedCentralStore: CentralNodeStore, CheckedStore {
    /// Closes it.
    func close()
}

extension CentralDatabase: SimulatedCentralStore {}

extension MemoryStore: SimulatedCentralStore {
    func recordStates() throws -> [RecordID: RecordState] {
        try view { view in
            let page = try view.recordPage(from: .start, countMax: .max)
            return Dictionary(
                page.states.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        }
    }

    func history(ofRecord id: RecordID) throws -> [LoggedChange] {
        try view { view in
            guard let record = try view.record(named: .id(id)) else {
                throw StoreError.noSuchRecord
            }
            return try view.history(of: record)
        }
    }

    func state(ofRecord id: RecordID) throws -> RecordState? {
        try view { try $0.state(of: id) }
    }

    func nextChange(of replica: ReplicaID, after seq: UInt64) throws -> OutboxChunk? {
        try view { view in
            guard let before = try view.chainHash(of: replica, seq: seq),
                let after = try view.chainHash(of: replica, seq: seq + 1),
                let change = try view.change(Dot(replica, seq + 1))
            else { return nil }
            var chunk = OutboxChunk(firstSeq: seq + 1, hashBefore: before)
            _ = chunk.add(change.canonicalBytes, hash: after, bytesMax: 1)
            return chunk
        }
    }

    /// There are no bytes that could be damaged: the chains and the digests are checked by themselves.
    func firstFault() throws -> String? { nil }

    func close() {}
}

extension SimulatedCentralStore {
    /// What an admin does in one transaction.
    @discardableResult
    func write<R>(
        now: Timestamp, _ body: (any CentralNodeTransaction) throws -> R
    ) throws -> R {
        try transaction(now: now) { try body($0) }
    }

    func devices() throws -> [Device] { try view { try $0.devices() } }

    func device(_ replica: ReplicaID) throws -> Device? { try view { try $0.device(replica) } }

    func devices(ofEnrolment root: ReplicaID) throws -> [Device] {
        try view { try $0.devices(ofEnrolment: root) }
    }

    func epoch() throws -> CentralEpoch { try view { try $0.epoch() } }

    func deviceReceipts(
        device: ReplicaID? = nil, last count: Int = .max
    ) throws -> [DeviceReceipt] {
        try view { try $0.deviceReceipts(device: device, last: count) }
    }

    func refusals(
        of replica: ReplicaID, seqs: ClosedRange<UInt64>
    ) throws -> [RefusalNote] {
        try view { try $0.refusals(of: replica, seqs: seqs) }
    }

    func chainHash(of replica: ReplicaID, seq: UInt64) throws -> Hash256? {
        try view { try $0.chainHash(of: replica, seq: seq) }
    }

    func digest(ofOffice office: String) throws -> ScopeDigest {
        try view { try $0.digest(ofOffice: office) }
    }

    func hasEverRead(office: String, _ id: RecordID) throws -> Bool {
        try view { try $0.hasEverRead(office: office, id) }
    }
}

/// What central's machine keeps its store on.
typealias CentralDisk = SimulatedDisk<MemoryState>

extension CentralDisk {
    /// Makes central.
    static func made(
        in store: SimulatedStore, at path: String, _ random: SeededRandomSource,
        _ limits: SimulatedLimits
    ) throws -> CentralDisk {
        switch store {
        case .sqlite:
            let database = try CentralDatabase(path: path, isNew: true, random: random)
            defer { database.close() }
            try limits.apply(to: database)
            return .file(path)
        case .memory: return .memory(MemoryDisk(random: random))
        }
    }

    /// Opens the store.
    func open() throws -> any SimulatedCentralStore {
        switch self {
        case .file(let path): try CentralDatabase(at: path)
        case .memory(let disk): MemoryStore(at: disk)
        }
    }

    /// Starts a node.
    func serve(
        _ clock: SimulatedClock, _ random: SeededRandomSource, _ limits: SimulatedLimits
    ) throws -> any CentralService {
        switch self {
        case .file(let path):
            try CentralNode<CentralDatabase>(
                at: path, clock: clock, random: random, limits: limits.ofCentral)
        case .memory(let disk):
            try CentralNode<MemoryStore>(
                at: disk, clock: clock, random: random, limits: limits.ofCentral)
        }
    }
}
