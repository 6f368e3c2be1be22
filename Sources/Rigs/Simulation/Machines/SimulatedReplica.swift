// What a device of the simulation keeps its replica in: a file of SQLite, or memory. What happens to a
// machine (it dies, is copied, goes on from an older copy) happens to the disk below it.

internal import Causality
internal import Crypto
internal import Dossiers
internal import Foundation
internal import MemoryStore
internal import SQLiteStore
internal import Replication
internal import Store

/// Which stores a history happens on.
public enum SimulatedStore: String, CaseIterable, Hashable, Sendable {
    /// Files of SQLite.
    case sqlite
    /// Memory.
    case memory
}

/// What the checks read of a store, whoever's it is.
protocol CheckedStore {
    /// All records that have fields.
    func recordStates() throws -> [RecordID: RecordState]
    /// The changes to a record, in order of arrival.
    func history(ofRecord id: RecordID) throws -> [LoggedChange]
    /// A record.
    func state(ofRecord id: RecordID) throws -> RecordState?
    /// The change of a replica after a seq.
    func nextChange(of replica: ReplicaID, after seq: UInt64) throws -> OutboxChunk?
    /// What the store finds wrong with itself.
    func firstFault() throws -> String?
}

/// A connection to a device's replica.
protocol SimulatedReplica: CounterStore, CheckedStore {
    /// Closes it.
    func close()
}

extension CounterDatabase: SimulatedReplica {}

extension ReplicaDatabase: CheckedStore {
    func recordStates() throws -> [RecordID: RecordState] {
        var states: [RecordID: RecordState] = [:]
        try forEachRecord {
            states[$0.id] = $0
            return true
        }
        return states
    }

    func history(ofRecord id: RecordID) throws -> [LoggedChange] { try history(of: .id(id)) }

    func state(ofRecord id: RecordID) throws -> RecordState? { try state(of: .id(id)) }

    func nextChange(of replica: ReplicaID, after seq: UInt64) throws -> OutboxChunk? {
        try outbox(of: replica, after: seq, bytesMax: 1)
    }

    func firstFault() throws -> String? {
        try verify().faults.first.map { "\($0.place): \($0.reason)" }
    }
}

extension MemoryReplica: SimulatedReplica {
    func recordStates() throws -> [RecordID: RecordState] {
        try view { view in
            Dictionary(view.allRecords.map { ($0.id, $0) }, uniquingKeysWith: { $1 })
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
        try view { try $0.record(named: .id(id))?.state }
    }

    func nextChange(of replica: ReplicaID, after seq: UInt64) throws -> OutboxChunk? {
        try view { try $0.outbox(of: replica, after: seq, through: .max, bytesMax: 1) }
    }

    /// There are no bytes that could be damaged: the chain and the digests are checked by themselves.
    func firstFault() throws -> String? { nil }

    func close() {}
}

extension SimulatedReplica {
    func enrolled() throws -> (identity: ReplicaIdentity, replica: ReplicaID) {
        try view { try $0.enrolledIdentity() }
    }

    func lastOutcome() throws -> String? { try view { try $0.identity()?.lastOutcome } }

    func scopeDigest(ofOffice office: String) throws -> ScopeDigest {
        try view { try $0.digest(ofOffice: office) }
    }

    func hash(of replica: ReplicaID, seq: UInt64) throws -> Hash256? {
        try view { try $0.chainHash(of: replica, seq: seq) }
    }

    func rotations() throws -> [IdentityRotation] { try view { try $0.identityRotations() } }

    func formers(countMax: Int) throws -> [FormerIdentity] {
        try view { try $0.formerIdentities(countMax: countMax) }
    }

    func refusedAtDesk() throws -> [RefusedChange] { try view { try $0.refusedChanges() } }

    func lastReceipt() throws -> CounterReceipt? {
        try view { try $0.counterReceipts(last: 1).first }
    }

    /// Stores the identity as `change` leaves it.
    func setIdentity(
        now: Timestamp, _ change: (ReplicaIdentity?) throws -> ReplicaIdentity
    ) throws {
        try transaction(now: now) { try $0.save(change($0.view.identity())) }
    }
}

/// What a device's machine keeps its replica on.
typealias DeviceDisk = SimulatedDisk<MemoryCounterState>

extension DeviceDisk {
    /// Opens the replica.
    func open() throws -> any SimulatedReplica {
        switch self {
        case .file(let path): try CounterDatabase(path: path)
        case .memory(let disk): MemoryReplica(disk)
        }
    }
}
