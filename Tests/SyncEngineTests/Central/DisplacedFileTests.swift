import CentralEngine
import CounterEngine
import CounterFiles
import Dossiers
import Foundation
import SQLiteStore
import Replication
import SQLite
import TestSupport
import Testing
import Wire

/// What is written into a file that nobody will open again is lost, whatever SQLite says.
@Suite("A database file that is gone or replaced is not written to")
struct DisplacedFileTests {
    /// What somebody does to central's file while it serves.
    enum Deed: String, CaseIterable, Sendable {
        case deleted, movedAway, replaced, logDeleted

        func act(on path: String) throws {
            let manager = FileManager.default
            switch self {
            case .deleted:
                for end in ["", "-wal", "-shm"] { try manager.removeItem(atPath: path + end) }
            case .movedAway: try manager.moveItem(atPath: path, toPath: path + ".away")
            case .replaced:
                try manager.copyItem(atPath: path, toPath: path + ".copy")
                try manager.removeItem(atPath: path)
                try manager.moveItem(atPath: path + ".copy", toPath: path)
            case .logDeleted: try manager.removeItem(atPath: path + "-wal")
            }
        }
    }

    @Test("central answers nobody from it, and no outbox is emptied", arguments: Deed.allCases)
    func central(deed: Deed) async throws {
        let fleet = try Fleet()
        let (writer, idle) = (try await fleet.enrol("A"), try await fleet.enrol("A"))
        try await settle([writer, idle])
        let backup = try fleet.backUpCentral()
        let id = try writer.make([FieldWrite("officer", .text("Lan"))])
        try deed.act(on: fleet.centralPath)
        for counter in [writer, idle] {
            let report = try await counter.sync()
            #expect(report.outcome != .synced && report.outcome != .refused)
            guard case .centralStore? = report.failure else {
                Issue.record("\(deed): \(String(describing: report.failure))")
                continue
            }
        }
        #expect(try writer.read { try $0.identity()?.pendingCount } == 1)
        // With a file in its place, and central started again, all of it arrives.
        try fleet.restoreCentral(from: backup)
        try await settle([writer, idle])
        #expect(try idle.values(id, "officer") == [.text("Lan")])
    }

    @Test("a replica's own edits and syncs say so, and take the file that is there next time")
    func counter() async throws {
        let fleet = try Fleet()
        let counter = try await fleet.enrol("A")
        _ = try await counter.sync()
        let database = try counter.open()
        defer { database.close() }
        let session = try CounterSession(
            path: counter.path, transport: counter.transport, clock: counter.clock)
        _ = try await session.sync()
        try Deed.replaced.act(on: counter.path)
        #expect(throws: StoreError.self) {
            try database.write(now: counter.clock.now()) {
                _ = try CounterEdit($0).make(.dossier, writes: [])
            }
        }
        // Not even read from: what stands there is nobody's any more.
        #expect(throws: StoreError.self) { try database.read { try database.enrolledIdentity() } }
        let error = await #expect(throws: StoreError.self) { try await session.sync() }
        guard case .displaced(let path)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(path == counter.path)
        _ = try counter.make([FieldWrite("officer", .text("Hoa"))])
        #expect(try await counter.sync().outcome == .synced)
    }
}
