import Causality
import Crypto
import Dossiers
import Editing
import Replication
import Testing

@Suite("Central's judgement of a delivery, on values")
struct CentralJudgementTests {
    private static let fee: FieldName = "fee_vnd"

    @Test("of a new record is read only that its id is free, and no second round follows")
    func newRecord() {
        var device = Pushing(1, office: "A")
        let id = device.make()
        let delivery = device.delivery()
        let reads = CentralReads(for: delivery)
        #expect(reads.newRecords == [RecordName(.dossier, id)] && reads.records.isEmpty)
        let details = CentralDetails(for: delivery, after: CentralReadSet(for: delivery))
        #expect(details.isRead.isEmpty && details.readers.isEmpty && details.histories.isEmpty)
        #expect(details.toldCopies.isEmpty && details.records.isEmpty)
        #expect(details.procedures.isEmpty && details.replicas.isEmpty)
    }

    @Test("a new dossier gives one record, one row of its office's feed, and the push's signature")
    func taken() throws {
        var device = Pushing(1, office: "A")
        let id = device.make()
        let delivery = device.delivery()
        let outcome = try CentralJudgement.outcome(
            of: delivery, by: CentralReadSet(for: delivery))
        #expect(outcome.chain == device.chain && outcome.refusals.isEmpty)
        let writes = outcome.writes
        #expect(writes.records.map(\.name) == [RecordName(.dossier, id)])
        #expect(writes.records.first?.existed == false)
        #expect(writes.rows.map(\.readers) == [[.office("A")]])
        #expect(writes.rows.map(\.entry.hash) == [device.chain.hash])
        #expect(writes.signature == PushSignature(seq: 1, bytes: [1]))
    }

    @Test("three changes to one record are three rows of the feed and one record that is written")
    func oneRecord() throws {
        var device = Pushing(1, office: "A")
        let id = device.make()
        for fee in 1...2 {
            device.write(
                [FieldWrite(Self.fee, .integer(Int64(fee)))], to: id,
                seen: VersionVector([Dot(device.replica, UInt64(fee))]))
        }
        let delivery = device.delivery()
        let writes = try CentralJudgement.outcome(
            of: delivery, by: CentralReadSet(for: delivery)
        ).writes
        #expect(writes.rows.count == 3 && writes.records.count == 1)
        #expect(writes.records[0].after[Self.fee].map(\.value) == [.integer(2)])
    }

    @Test("what is refused leaves those behind it alone, and its dot is known")
    func refused() throws {
        var device = Pushing(1, office: "A")
        let refused = device.write([FieldWrite(RecordSchema.officeField, .text("B"))])
        let taken = device.make()
        let delivery = device.delivery()
        let outcome = try CentralJudgement.outcome(
            of: delivery, by: CentralReadSet(for: delivery))
        #expect(outcome.refusals.map(\.code) == [.outOfScope] && outcome.chain.seq == 2)
        #expect(outcome.writes.refusals.map(\.record) == [refused])
        let states = outcome.writes.records.map(\.after)
        #expect(states.map(\.id) == [refused, taken])
        #expect(states[0].fields.isEmpty && states[0].vv.covers(Dot(device.replica, 1)))
    }

    @Test("a device's refused content is kept as far as its quota")
    func quota() throws {
        var device = Pushing(1, office: "A")
        for _ in 0..<3 { device.write([FieldWrite(RecordSchema.officeField, .text("B"))]) }
        let delivery = device.delivery()
        let size = device.changes[0].bytes.count
        for (room, kept) in [(3 * size, 3), (3 * size - 1, 2), (size, 1), (size - 1, 0)] {
            var read = CentralReadSet(for: delivery)
            read.refusedBytes = RefusalLimits.contentBytesMax - Int64(room)
            let writes = try CentralJudgement.outcome(of: delivery, by: read).writes
            #expect(writes.refusals.filter(\.isContentKept).count == kept)
            #expect(writes.refusedBytes == Int64(kept * size))
        }
    }

    @Test("a push that goes on from another chain, or is not signed, is none")
    func faults() throws {
        var device = Pushing(1, office: "A")
        _ = device.make()
        let delivery = device.delivery()
        var read = CentralReadSet(for: delivery)
        read.hashBefore = Hash256(hashing: [1])
        #expect(throws: PushFault.forked) {
            try CentralJudgement.outcome(of: delivery, by: read)
        }
        var unsigned = delivery
        unsigned.push = VerifiedPush(
            firstSeq: 1, hashBefore: .zero, changes: device.changes, isSigned: false,
            signature: [])
        #expect(throws: PushFault.unsigned) {
            try CentralJudgement.outcome(of: unsigned, by: CentralReadSet(for: unsigned))
        }
    }

    @Test("a record that was not read is missed, not guessed")
    func incomplete() throws {
        var device = Pushing(1, office: "A")
        let id = device.make()
        let delivery = device.delivery()
        var read = CentralReadSet(for: delivery)
        read.records[RecordName(.dossier, id)] = nil
        #expect(throws: IncompleteReadSet.self) {
            try CentralJudgement.outcome(of: delivery, by: read)
        }
    }

    @Test(
        "history is read where a step is taken back, procedures where one is none of the general ones"
    )
    func details() throws {
        var maker = Pushing(1, office: "A")
        let id = maker.make([FieldWrite("procedure", .text("1.004199"))])
        let first = maker.delivery()
        let made = try CentralJudgement.outcome(of: first, by: CentralReadSet(for: first))
        let state = try #require(made.writes.records.first?.after)
        let name = RecordName(.dossier, id)
        func details(
            _ status: String, _ events: [DossierEvent] = []
        ) -> CentralDetails {
            var writer = maker
            writer.changes = []
            writer.write(
                [FieldWrite(RecordSchema.statusField, .text(status))],
                adding: [DossierEvent.entry(events)].compactMap(\.self), to: id, seen: state.vv)
            let delivery = writer.delivery(after: maker.chain)
            return CentralDetails(
                for: delivery, after: CentralReadSet(for: delivery, having: [state]))
        }
        #expect(details("accepted").histories.isEmpty)
        #expect(details("accepted").procedures.isEmpty)
        #expect(details("returned").procedures == ["1.004199"])
        let undone = DossierEvent(
            .undone, from: "new", to: "accepted", undoes: HybridTimestamp(rawValue: 1))
        #expect(details("accepted", [undone]).histories == [name])
    }
}
