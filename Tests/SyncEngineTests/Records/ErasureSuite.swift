import Causality
import Crypto
import Dossiers
import Foundation
import SQLite
import SQLiteStore
import Replication
import Store
import TestSupport
import Testing
import Wire

@testable import CentralEngine
@testable import CounterEngine

/// What the suites about erasure share: marked values, an order, and the search for what is left.
protocol ErasureSuite {}

extension ErasureSuite {
    /// Values hold this, and nothing else does.
    var mark: String { "zqxmarked" }

    func erase(_ fleet: Fleet, _ id: RecordID, reason: String = "QĐ 12/2026") throws {
        let database = try fleet.openCentral()
        defer { database.close() }
        try completeSearchIndex(of: database)
        try database.write(now: fleet.clock.now()) { transaction in
            let session = ReplicaID(SystemRandomSource().number() >> 1)
            let seed = try transaction.centralKeySeed(orElse: [UInt8](repeating: 7, count: 32))
            let key = try #require(SigningKey(seed: seed))
            _ = try CentralEdit(ofCentral: transaction, session: session).erase(
                .id(id), reason: reason, signedBy: key)
        }
        #expect(database.emptyLog())
    }

    /// As elsewhere; then the search indexes know what the counters hold.
    func settle(_ counters: [TestCounter]) async throws {
        try await SyncEngineTests.settle(counters)
        for counter in counters { try counter.read { try completeSearchIndex(of: $0) } }
    }

    func completeSearchIndex(of database: ReplicaDatabase) throws {
        while try database.indexForSearch() == .indexed {}
    }

    func recover(_ fleet: Fleet) throws {
        try fleet.editCentralTransaction {
            try $0.beginEpoch(SystemRandomSource().number() >> 1, cause: .told)
            try $0.setRecovering(true)
        }
    }

    /// Fields of a person, all marked.
    func personal(_ number: Int = 0) -> [FieldWrite] {
        [
            FieldWrite("applicant_name", .text("\(mark) name \(number)")),
            FieldWrite("applicant_address", .text("\(mark) street \(number)")),
            FieldWrite("x.more", .text("\(mark) more \(number)")),
        ]
    }

    func note(_ text: String) -> FieldWrite {
        FieldWrite("notes", .text("\(mark) \(text)"))
    }

    /// Expects that nothing of a person is in any file, that every file is sound, and that both ends
    /// hold the same.
    func expectErased(
        _ fleet: Fleet, _ counters: [TestCounter], _ id: RecordID,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        try expectConverged(fleet, counters, sourceLocation: sourceLocation)
        try expectTraceless(fleet.centralPath, sourceLocation: sourceLocation)
        let central = try #require(try fleet.readCentral { try $0.state(of: .id(id)) })
        #expect(!central.erasures.isEmpty, sourceLocation: sourceLocation)
        #expect(
            try fleet.readCentral { try $0.verify().faults + $0.verifyAudit() } == [],
            sourceLocation: sourceLocation)
        for counter in counters {
            try expectTraceless(counter.path, sourceLocation: sourceLocation)
            #expect(
                try counter.read { try $0.verify().faults } == [], sourceLocation: sourceLocation)
        }
    }

    func expectTraceless(
        _ path: String, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        #expect(try !hasTrace(path), "\(path)", sourceLocation: sourceLocation)
    }

    /// Whether a database file or its log holds the mark, in text or as hexadecimal digits.
    func hasTrace(_ path: String) throws -> Bool {
        try ["", "-wal"].contains { suffix in
            guard FileManager.default.fileExists(atPath: path + suffix) else { return false }
            let data = try Data(contentsOf: URL(filePath: path + suffix))
            return data.range(of: Data(mark.utf8)) != nil
        } || hasTraceInSegments(path)
    }

    /// Whether a segment of a log holds the mark: it is compressed.
    private func hasTraceInSegments(_ path: String) throws -> Bool {
        let connection = try Connection(path: path, access: .readWrite)
        defer { connection.close() }
        let contents = try connection.statement("SELECT content FROM segment_contents")
        defer { contents.reset() }
        while try contents.step() {
            let columns = try Compression.decompressed(contents.bytes(0))
            if Data(columns).range(of: Data(mark.utf8)) != nil { return true }
        }
        return false
    }
}
