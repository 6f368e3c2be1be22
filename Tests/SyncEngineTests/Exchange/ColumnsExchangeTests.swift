import Causality
import CentralEngine
import Columns
import CounterEngine
import Crypto
import Dossiers
import SQLiteStore
import Replication
import Store
import Synchronization
import TestSupport
import Testing
import Wire

@Suite("Batches in columns")
struct ColumnsExchangeTests {
    private final class Forms: Sendable {
        let pushed = Mutex<[BatchForm]>([])
        let pulled = Mutex<[BatchForm]>([])

        func watch(_ transport: DirectTransport, isCentralOld: Bool = false) {
            transport.onRequest { request in
                if let push = request.push { self.pushed.withLock { $0.append(push.form) } }
                guard isCentralOld else { return }
                // A reader of an older revision passes over member 17.
                if request.push?.form == .columns { request.push = nil }
                request.batches = nil
            }
            transport.onReply { reply in
                if reply.itemCount > 0 { self.pulled.withLock { $0.append(reply.itemsForm) } }
            }
        }
    }

    private static func work(_ counter: TestCounter, _ count: Int64) throws {
        try counter.edit { edit in
            for number in 0..<count {
                let made = try edit.make(
                    .dossier, writes: [FieldWrite("fee_vnd", .integer(number))])
                _ = try edit.edit(
                    .id(made.record), writes: [FieldWrite("officer", .text("Lan"))])
            }
        }
    }

    @Test("changes go up and items come down in columns, and all converge")
    func bothWays() async throws {
        let fleet = try Fleet()
        let (writer, reader) = (try await fleet.enrol("A"), try await fleet.enrol("A"))
        try await settle([writer, reader])
        let forms = Forms()
        forms.watch(writer.transport)
        forms.watch(reader.transport)
        for _ in 0..<2 {
            try Self.work(writer, 20)
            try await settle([writer, reader])
            // Changes to records of earlier pushes, named by earlier changes.
            try writer.edit { edit in
                for (id, state) in try writer.states() where state.kind == .dossier {
                    _ = try edit.edit(.id(id), writes: [FieldWrite("officer", .text("Mai"))])
                }
            }
            try await settle([writer, reader])
        }
        try expectConverged(fleet, [writer, reader])
        #expect(Set(forms.pushed.withLock { $0 }) == [.columns])
        #expect(Set(forms.pulled.withLock { $0 }) == [.columns])
    }

    @Test("an older central gets sequences, after one push that it passed over in each sync")
    func olderCentral() async throws {
        let fleet = try Fleet()
        let (writer, reader) = (try await fleet.enrol("A"), try await fleet.enrol("A"))
        try await settle([writer, reader])
        let forms = Forms()
        forms.watch(writer.transport, isCentralOld: true)
        try Self.work(writer, 20)
        var options = SyncOptions()
        options.pushBytes = 1_000
        let report = try await writer.sync(options)
        #expect(report.outcome == .synced)
        let pushed = forms.pushed.withLock { $0 }
        #expect(pushed.first == .columns && pushed.count > 3)
        #expect(Set(pushed.dropFirst()) == [.sequence])
        #expect(Set(forms.pulled.withLock { $0 }).isSubset(of: [.sequence]))
        writer.transport.onRequest(nil)
        try await settle([writer, reader])
        try expectConverged(fleet, [writer, reader])
    }

    @Test("an older device gets and sends sequences")
    func olderDevice() async throws {
        let fleet = try Fleet()
        let (writer, reader) = (try await fleet.enrol("A"), try await fleet.enrol("A"))
        let forms = Forms()
        forms.watch(writer.transport)
        forms.watch(reader.transport)
        var options = SyncOptions()
        options.usesColumns = false
        try Self.work(writer, 20)
        for counter in [writer, reader] { _ = try await counter.sync(options) }
        try expectConverged(fleet, [writer, reader])
        #expect(Set(forms.pushed.withLock { $0 }) == [.sequence])
        #expect(Set(forms.pulled.withLock { $0 }) == [.sequence])
    }

    private static func inColumns(_ request: SyncRequest) throws -> SyncRequest {
        var request = request
        let push = try #require(request.push)
        let origin = PushOrigin(
            replica: request.replica, firstSeq: push.firstSeq,
            hashBefore: try #require(push.hashBefore))
        request.push?.changes = ColumnarBatch(changes: push.changes, from: origin).bytes
        request.push?.form = .columns
        return request
    }

    @Test("columns that name a change that central lacks are asked for as a sequence")
    func unknownChange() async throws {
        let fleet = try Fleet()
        var device = try await RawDevice(fleet, office: "A")
        let change = device.change(
            record: RecordID(derivedFrom: Hash256(hashing: [1])),
            context: VersionVector(Dot(ReplicaID(7), 7)),
            writes: [FieldWrite("officer", .text("Lan"))])
        let request = device.push([change])
        let reply = try await device.send(try Self.inColumns(request))
        #expect(reply.batches == .wantsSequence)
        #expect(reply.accepted.seq == 0)
        #expect(reply.itemCount == 0 && reply.neededRecords.isEmpty)
        #expect(try await device.send(request).neededRecords == [change.record])
    }

    @Test(
        "columns that begin after a change that central lacks are passed over: it says where to go on"
    )
    func beginsLater() async throws {
        let fleet = try Fleet()
        var device = try await RawDevice(fleet, office: "A")
        let writes = [FieldWrite("office", .text("A"))]
        // Its first change is lost.
        _ = device.push([device.change(writes: writes)])
        let request = try Self.inColumns(device.push([device.change(writes: writes)]))
        let reply = try await device.send(request)
        #expect(reply.batches != .wantsSequence)
        #expect(reply.accepted.seq == 0)
    }

    @Test("columns that are no columns are malformed, and nothing is kept")
    func malformed() async throws {
        let fleet = try Fleet()
        var device = try await RawDevice(fleet, office: "A")
        var request = device.push([
            device.change(writes: [FieldWrite("office", .text("A"))])
        ])
        request.push?.form = .columns
        await #expect(throws: SyncFailure.self) { try await device.send(request) }
        #expect(try fleet.readCentral { try $0.device(device.replica)?.seq } == 0)
    }
}
