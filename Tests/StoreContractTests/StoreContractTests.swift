import Crypto
import Editing
import Foundation
import MemoryStore
import Replication
import Store
import Testing

import Causality
@testable import SQLiteStore

extension MemoryStore: ContractStore {
    func enrol(_ replica: ReplicaID, in office: String) throws {
        let key = Hash256(hashing: Array("\(replica)".utf8))
        try transaction(now: Timestamp(milliseconds: Life.start)) { transaction in
            try transaction.insert(
                Device(
                    replica: replica, office: office, desk: transaction.nextDesk(of: office),
                    name: "PC", publicKey: #require(PublicKey(bytes: key.bytes)),
                    tokenHash: key, enrolledAt: transaction.now, enrolment: replica))
        }
    }
}

/// Central's database file, in a folder of its own that goes with it.
final class FileStore: ContractStore {
    private let folder: String
    let database: CentralDatabase

    init() throws {
        folder = NSTemporaryDirectory() + "dossiersync-contract-" + UUID().uuidString
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        database = try CentralDatabase(path: folder + "/central.db", isNew: true)
        try database.makeSegmentsSmall(rowsMax: 5)
    }

    deinit {
        database.close()
        // A folder that cannot be removed is the temporary folder's business.
        try? FileManager.default.removeItem(atPath: folder)
    }

    func enrol(_ replica: ReplicaID, in office: String) throws {
        let key = Hash256(hashing: Array("\(replica)".utf8))
        try database.write(now: Timestamp(milliseconds: Life.start)) { transaction in
            try transaction.insert(
                Device(
                    replica: replica, office: office, desk: transaction.nextDesk(of: office),
                    name: "PC", publicKey: #require(PublicKey(bytes: key.bytes)),
                    tokenHash: key, enrolledAt: transaction.now, enrolment: replica))
        }
    }

    func view<R>(_ body: (CentralDatabase) throws -> R) throws -> R {
        try database.view(body)
    }

    func transaction<R, S>(
        now: Timestamp, _ body: (CentralWriteTransaction) throws -> R,
        finish: (R, CentralWriteTransaction) throws -> S
    ) throws -> S {
        try database.transaction(now: now, body, finish: finish)
    }
}

@Suite("Every store of central's keeps one contract")
struct StoreContractTests {
    private static let seeds: [UInt64] = Array(1...4)
    private static let roomSeeds: [UInt64] = Array(1...8)
    /// Central's own key: what a store holds of it is of no matter here.
    private static func key() throws -> SigningKey {
        try #require(SigningKey(seed: Array(repeating: 5, count: SigningKey.seedByteCount)))
    }

    @Test("in memory", arguments: Self.seeds)
    func memory(seed: UInt64) throws {
        let complaints = Contract.complaints(
            about: MemoryStore(), seed: seed, key: try Self.key())
        #expect(complaints == [], "seed \(seed)")
    }

    @Test("in a file of SQLite", arguments: Self.seeds)
    func file(seed: UInt64) throws {
        let complaints = Contract.complaints(
            about: try FileStore(), seed: seed, key: try Self.key())
        #expect(complaints == [], "seed \(seed)")
    }

    @Test("the wrapper that mutates a store leaves it as it is when there is no mutation")
    func unmutated() throws {
        let complaints = Contract.complaints(
            about: MutatedStore(nil), seed: 1, key: try Self.key())
        #expect(complaints == [])
    }

    @Test("the rooms beside records and feed, in memory", arguments: Self.roomSeeds)
    func roomsInMemory(seed: UInt64) throws {
        let complaints = RoomsContract.complaints(
            about: MemoryStore(), seed: seed, key: try Self.key())
        #expect(complaints == [], "seed \(seed)")
    }

    @Test("the rooms beside records and feed, in a file of SQLite", arguments: Self.roomSeeds)
    func roomsInAFile(seed: UInt64) throws {
        let file = try FileStore()
        let complaints = RoomsContract.complaints(
            about: file.database, seed: seed, key: try Self.key())
        #expect(complaints == [], "seed \(seed)")
    }

    @Test("each mutation of a room is noticed", arguments: RoomMutation.allCases)
    func roomMutations(_ mutation: RoomMutation) throws {
        let key = try Self.key()
        let isNoticed = Self.roomSeeds.contains { seed in
            !RoomsContract.complaints(about: MemoryStore(), seed: seed, key: key, mutation).isEmpty
        }
        #expect(isNoticed, "\(mutation)")
    }

    @Test("each mutation of a store is noticed", arguments: Mutation.allCases)
    func mutations(_ mutation: Mutation) throws {
        let key = try Self.key()
        let isNoticed = Self.seeds.contains { seed in
            !Contract.complaints(about: MutatedStore(mutation), seed: seed, key: key).isEmpty
        }
        #expect(isNoticed, "\(mutation)")
    }
}

/// A counter's database files, each in a folder of its own; they go with it.
final class CounterFiles {
    private var folders: [String] = []

    func make() throws -> CounterDatabase {
        let folder = NSTemporaryDirectory() + "dossiersync-contract-" + UUID().uuidString
        folders.append(folder)
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        let database = try CounterDatabase(path: folder + "/replica.db", isNew: true)
        try database.makeSegmentsSmall(rowsMax: 5)
        return database
    }

    deinit {
        // A folder that cannot be removed is the temporary folder's business.
        for folder in folders { try? FileManager.default.removeItem(atPath: folder) }
    }
}

@Suite("Every store of a counter's keeps one contract")
struct CounterContractTests {
    @Test("in memory")
    func memory() {
        let complaints = CounterContract.complaints { MemoryReplica(MemoryDisk()) }
        #expect(complaints == [])
    }

    @Test("in a file of SQLite")
    func file() {
        let files = CounterFiles()
        #expect(CounterContract.complaints { try files.make() } == [])
    }

    @Test("the wrapper that mutates a store leaves it as it is when there is no mutation")
    func unmutated() {
        #expect(CounterContract.complaints { MutatedCounter(nil) } == [])
    }

    @Test("each mutation of a store is noticed", arguments: CounterMutation.allCases)
    func mutations(_ mutation: CounterMutation) {
        #expect(!CounterContract.complaints { MutatedCounter(mutation) }.isEmpty, "\(mutation)")
    }
}
