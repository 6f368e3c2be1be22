import CBOR
import Causality
import Crypto
import Replication
import Testing

@Suite("Erasure by law")
struct ErasureTests {
    private let record = RecordID(derivedFrom: Hash256(hashing: [1]))
    private let desk = ReplicaID(1)

    private func change(_ writes: [FieldWrite], adds: [FieldWrite] = []) -> Change {
        Change(
            dot: Dot(desk, 3), clock: HybridTimestamp(rawValue: 9), kind: .dossier, record: record,
            context: [desk: 2], writes: writes, additions: adds, by: "Lan")
    }

    @Test("an order is read as it was written, and is valid for its record by its key only")
    func order() throws {
        let key = try #require(SampleErasure.key)
        let erasure = Erasure(
            of: record, keeping: ["office", "code", "code"], reason: "QĐ 12", signedBy: key)
        #expect(erasure.keptFields == ["code", "office"])
        let read = try #require(Erasure(erasure.value))
        #expect(read == erasure)
        #expect(read.isValid(for: record, by: key.publicKey))
        #expect(!read.isValid(for: RecordID(derivedFrom: .zero), by: key.publicKey))
        let other = try #require(SigningKey(seed: [UInt8](repeating: 2, count: 32)))
        #expect(!read.isValid(for: record, by: other.publicKey))
    }

    @Test("neither reason nor fields can be altered under a signature")
    func altered() throws {
        let key = try #require(SampleErasure.key)
        let erasure = Erasure(of: record, keeping: ["code"], reason: "a", signedBy: key)
        for (reason, names) in [("b", ["code"]), ("a", ["name"]), ("a", []), ("a", ["x", "code"])] {
            let value = FieldValue.other(
                .array([
                    .text(reason), .array(names.map { .text($0) }), .bytes(erasure.signature),
                ]))
            let read = try #require(Erasure(value))
            #expect(!read.isValid(for: record, by: key.publicKey))
        }
    }

    @Test("what is no order erases nothing")
    func noOrder() throws {
        let values: [FieldValue] = [
            .null, .text("all"), .other(.array([])), .other(.array([.text("r"), .array([])])),
            .other(.array([.text("r"), .array([.unsigned(1)]), .bytes([])])),
            .other(.array([.text("r"), .array([.text("b"), .text("a")]), .bytes([])])),
        ]
        for value in values {
            #expect(Erasure(value) == nil)
            var state = RecordState(kind: .dossier, id: record)
            var change = change(
                [FieldWrite("name", .text("An"))],
                adds: [FieldWrite(RecordState.erasedField, value)])
            change.context = VersionVector()
            #expect(state.apply(change) == .applied)
            #expect(state["name"].count == 1)
        }
    }

    @Test("a change keeps its hash, what stays, and the names of what is gone")
    func change() throws {
        let whole = change(
            [FieldWrite("status", .text("new")), FieldWrite("name", .text("An"))],
            adds: [FieldWrite("note", .text("gọi An"))])
        let left = whole.erased(keeping: ["status"])
        #expect(left.innerHash == Hash256(hashing: whole.canonicalBytes))
        #expect(left.writes.map(\.name) == ["status"] && left.additions.isEmpty)
        #expect(left.erasedContent?.fields == ["name", "note"])
        #expect(left.stamp == whole.stamp && left.dot == whole.dot && left.context == whole.context)
        let read = try Change(canonicalBytes: left.canonicalBytes)
        #expect(read == left && read.innerHash == whole.innerHash)
        let bytes = left.canonicalBytes
        #expect(bytes.withUnsafeBytes { Change.innerHash(of: $0) } == whole.innerHash)
        #expect(!String(decoding: bytes, as: UTF8.self).contains("An"))
        // A second order may take more.
        let bare = left.erased(keeping: [])
        #expect(bare.innerHash == whole.innerHash)
        #expect(bare.erasedContent?.fields == ["name", "note", "status"])
        #expect(left.erased(keeping: ["status"]) == left)
        #expect(whole.erased(keeping: ["status", "name", "note"]) == whole)
    }

    @Test(
        "an order stands for good: a write, a join and a vector that covers it do not take it away")
    func lasting() throws {
        var state = RecordState(kind: .dossier, id: record)
        var erasing = change(
            [FieldWrite("status", .text("new"))],
            adds: [
                FieldWrite(
                    RecordState.erasedField, SampleErasure.value(of: record, keeping: ["status"]))
            ])
        erasing.context = VersionVector()
        #expect(state.apply(erasing) == .applied)
        let overwriting = Change(
            dot: Dot(desk, 4), clock: HybridTimestamp(rawValue: 10), kind: .dossier, record: record,
            context: state.vv,
            writes: [
                FieldWrite(RecordState.erasedField, .null), FieldWrite("name", .text("An")),
                FieldWrite("status", .text("returned")),
            ])
        #expect(state.apply(overwriting) == .applied)
        #expect(state[RecordState.erasedField].count == 2)
        #expect(state["name"].isEmpty && state["status"].map(\.value) == [.text("returned")])
        var bare = RecordState(kind: .dossier, id: record)
        bare.vv = state.vv
        #expect(state.joined(with: bare)[RecordState.erasedField].count == 2)
        #expect(bare.joined(with: state).keptFields == ["status", RecordState.erasedField])
        #expect(violations(of: bare.joined(with: state)) == [])
    }

    @Test("what is put back does not bring erased values back")
    func restored() throws {
        var state = RecordState(kind: .dossier, id: record)
        var named = change([FieldWrite("name", .text("An"))])
        named.context = VersionVector()
        #expect(state.apply(named) == .applied)
        let before = state
        let erasing = Change(
            dot: Dot(ReplicaID(2), 1), clock: HybridTimestamp(rawValue: 11), kind: .dossier,
            record: record, context: state.vv, writes: [],
            additions: [
                FieldWrite(RecordState.erasedField, SampleErasure.value(of: record, keeping: []))
            ])
        #expect(state.apply(erasing) == .applied)
        state.restore("name", from: before)
        #expect(state["name"].isEmpty)
        #expect(violations(of: state) == [])
    }
}
