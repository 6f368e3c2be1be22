import CBOR
import Causality
import Replication
import Testing

@Suite("Changes")
struct ChangeTests {
    private func change(_ writes: [FieldWrite], adds additions: [FieldWrite] = []) -> Change {
        Change(
            dot: Dot(ReplicaID(1), 1), clock: HybridTimestamp(rawValue: 65536), kind: .dossier,
            record: nil, context: VersionVector(), writes: writes, additions: additions)
    }

    @Test("The smallest change is a map of four numbers")
    func smallest() throws {
        let bytes = change([]).canonicalBytes
        #expect(bytes == [0xa4, 0, 1, 1, 1, 2, 0x1a, 0, 1, 0, 0, 3, 1])
        #expect(try Change(canonicalBytes: bytes) == change([]))
    }

    @Test("The parts from which refused changes are made give a change that is accepted")
    func wellFormedParts() throws {
        #expect(refusalOfChange(MalformedChanges.change()) == nil)
        let decoded = try Change(canonicalBytes: MalformedChanges.change())
        #expect(decoded.context == [ReplicaID(1): 1])
        #expect(decoded.writes == [FieldWrite("s", .text("x"))])
    }

    @Test("What is no canonical change is refused", arguments: MalformedChanges.all)
    func malformed(row: Malformed) {
        #expect(refusalOfChange(row.bytes)?.name == row.fault)
    }

    @Test("Fields given in any order stand in the order of their encoded names")
    func fieldOrder() {
        let names: [FieldName] = ["Z", "_", "b", "z", "aa", "ab", "zz", "a_b"]
        let made = change(names.reversed().map { FieldWrite($0, .null) })
        #expect(made.writes.map(\.name) == names)
        #expect(refusalOfChange(made.canonicalBytes) == nil)
    }

    @Test("Text keeps its bytes: it is not normalised on the way")
    func textKeepsBytes() throws {
        let made = change([FieldWrite("a", .text("e\u{301}"))])
        let decoded = try Change(canonicalBytes: made.canonicalBytes)
        let text = try #require(decoded.writes.first?.value.text)
        #expect(Array(text.utf8) == Array("e\u{301}".utf8))
    }

    @Test("The largest seq that a change may have is 2^63-1")
    func largestSeq() throws {
        let bytes = MalformedChanges.change([1: number(Limits.seqMax)])
        #expect(try Change(canonicalBytes: bytes).dot.seq == 0x7fff_ffff_ffff_ffff)
    }

    @Test("Changes that stand one after another are read one after another")
    func sequence() throws {
        let first = change([FieldWrite("a", .null)])
        let second = change([FieldWrite("b", .integer(1))])
        var writer = CBORWriter()
        first.encode(to: &writer)
        second.encode(to: &writer)
        let read = try CBORReader.withReader(over: writer.bytes) { reader in
            let changes = [try Change(from: &reader), try Change(from: &reader)]
            try reader.requireEnd()
            return changes
        }
        #expect(read == [first, second])
    }

    @Test("Members of a newer version are kept in their bytes, and come out again")
    func unknownMembers() throws {
        let newer = map((text("a"), array(number(1), text("é"))), (text("b"), [0xf9, 0x7e, 0]))
        let bytes = MalformedChanges.change([99: newer, 999: null])
        let decoded = try Change(canonicalBytes: bytes)
        #expect(decoded.unknownMembers.map(\.key) == [99, 999])
        #expect(decoded.unknownMembers.map(\.encodedValue) == [newer, null])
        #expect(decoded.canonicalBytes == bytes)
    }

    @Test("The stamp tells who wrote and when; without a time of its own the clock's is shown")
    func stamp() {
        var made = change([])
        #expect(made.stamp == Stamp(clock: HybridTimestamp(rawValue: 65536)))
        #expect(made.stamp.shownTime == Timestamp(milliseconds: 1))
        made.at = Timestamp(milliseconds: -5)
        made.by = "An"
        #expect(made.stamp.shownTime == Timestamp(milliseconds: -5))
        #expect(made.stamp.by == "An")
    }

    @Test("What is refused is said without the content")
    func errorTexts() {
        let secret = MalformedChanges.change([6: map((text("s"), text("Ánh") + [0xff]))])
        let refused = refusalOfChange(secret)
        #expect(refused != nil)
        #expect(refused?.description.contains("nh") == false)
        for row in MalformedChanges.all {
            #expect(refusalOfChange(row.bytes)?.description.isEmpty == false)
        }
    }
}
