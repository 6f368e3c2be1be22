import Causality
import Replication
import Testing

@Suite("The merge")
struct MergeTests {
    private let a = ReplicaID(1)
    private let b = ReplicaID(2)

    private func empty() throws -> RecordState { try #require(RandomHistory.emptyState()) }

    private func change(
        _ dot: Dot, seen context: VersionVector, _ writes: [FieldWrite] = [],
        adds additions: [FieldWrite] = []
    ) -> Change {
        Change(
            dot: dot, clock: HybridTimestamp(rawValue: dot.seq), kind: .dossier,
            record: RandomHistory.record, context: context, writes: writes, additions: additions)
    }

    private func values(_ state: RecordState, _ name: FieldName) -> [FieldValue] {
        state[name].map(\.value)
    }

    @Test("A writer that had seen a value replaces it")
    func sequentialWrites() throws {
        var state = try empty()
        #expect(
            state.apply(change(Dot(a, 1), seen: [:], [FieldWrite("s", .text("new"))])) == .applied)
        #expect(
            state.apply(change(Dot(b, 1), seen: [a: 1], [FieldWrite("s", .text("x"))])) == .applied)
        #expect(values(state, "s") == [.text("x")])
        #expect(state.vv == [a: 1, b: 1])
        #expect(state.stamps.map(\.dot) == [Dot(b, 1)])
    }

    @Test("Central edited first, but the counter synced first: both values stay")
    func centralEditedFirstButCounterSyncedFirst() throws {
        var state = try empty()
        _ = state.apply(change(Dot(a, 1), seen: [:], [FieldWrite("s", .text("new"))]))
        #expect(
            state.apply(change(Dot(b, 7), seen: [a: 1], [FieldWrite("s", .text("y"))])) == .applied)
        #expect(
            state.apply(change(Dot(a, 2), seen: [a: 1], [FieldWrite("s", .text("x"))])) == .applied)
        #expect(values(state, "s") == [.text("x"), .text("y")])
        #expect(state.stamps.map(\.dot) == [Dot(a, 2), Dot(b, 7)])
    }

    @Test(
        "What one life of central refused and another took has been seen, with all that it replaced"
    )
    func refusedAndTaken() throws {
        var made = try empty()
        _ = made.apply(
            change(Dot(a, 1), seen: [:], [FieldWrite("s", .text("new"))], adds: [note("one")]))
        let second = change(
            Dot(a, 2), seen: [a: 1], [FieldWrite("s", .text("x"))], adds: [note("two")])
        var taken = made
        _ = taken.apply(second)
        var refused = made
        refused.void(Dot(a, 2))
        #expect(values(refused, "s") == [.text("new")], "what it had replaced stands")
        #expect(refused.hasVoid(Dot(a, 2)) && !refused.hasSeen(Dot(a, 2)))
        #expect(refused.apply(second) == .causalGap(missing: [a: 2]), "its state is needed")
        #expect(taken.joined(with: refused) == taken && refused.joined(with: taken) == taken)
        #expect(made.joined(with: refused) == refused)
        var heard = taken
        heard.void(Dot(a, 2))
        #expect(heard == taken, "what was seen stays so")
        // What was written after it elsewhere stays, and has replaced what it had seen; notes are all kept.
        _ = refused.apply(
            change(Dot(b, 1), seen: [a: 2], [FieldWrite("s", .text("y"))], adds: [note("three")]))
        #expect(refused.voids == [VoidedDot(Dot(a, 2), replaced: ["s"])])
        let both = taken.joined(with: refused)
        #expect(values(both, "s") == [.text("y")] && both.voids.isEmpty)
        #expect(Set(values(both, "notes")) == [.text("one"), .text("two"), .text("three")])
    }

    @Test("A refused change that nobody else knows of is forgotten, and one before it stays")
    func forgottenVoids() throws {
        var state = try empty()
        _ = state.apply(change(Dot(b, 1), seen: [:], [FieldWrite("t", .text("b"))]))
        _ = state.apply(change(Dot(a, 1), seen: [b: 1], adds: [note("one")]))
        let before = state
        state.void(Dot(a, 4))
        state.void(Dot(a, 6))
        state.forgetVoids(of: a, after: 4)
        #expect(state.vv == [a: 4, b: 1] && state.voids == [VoidedDot(Dot(a, 4))])
        #expect(try RecordState(canonicalBytes: state.canonicalBytes) == state)
        state.forgetVoids(of: a, after: 1)
        #expect(state == before)
        state.forgetVoids(of: a, after: 9)
        #expect(state == before)
        var alone = try empty()
        alone.void(Dot(a, 2))
        alone.forgetVoids(of: a, after: 0)
        #expect(alone == (try empty()))
    }

    @Test("What a record names of refused changes is bounded, the same in any order")
    func boundedVoids() throws {
        var (one, other) = (try empty(), try empty())
        one.void(Dot(a, 1))
        other.void(Dot(a, 1))
        let names = (100..<200).map { FieldName("x.\($0)") }
        func writing(_ seq: UInt64, _ names: ArraySlice<FieldName>) -> Change {
            change(Dot(b, seq), seen: [a: 1], names.map { FieldWrite($0, .null) })
        }
        _ = one.apply(writing(1, names[...60]))
        let first = one
        _ = one.apply(
            change(Dot(b, 2), seen: [a: 1, b: 1], names[61...].map { FieldWrite($0, .null) }))
        #expect(one.voids == [VoidedDot(Dot(a, 1), replaced: names.prefix(Limits.voidFieldsMax))])
        _ = other.apply(
            Change(
                dot: Dot(ReplicaID(3), 1), clock: HybridTimestamp(rawValue: 1), kind: .dossier,
                record: RandomHistory.record, context: [a: 1],
                writes: names[50...].map { FieldWrite($0, .null) }))
        #expect(first.joined(with: other).voids == one.voids)
        #expect(other.joined(with: first).voids == one.voids)
        var many = try empty()
        for seq in 1...UInt64(513) { many.void(Dot(a, seq)) }
        #expect(throws: FormatError.tooLong) {
            try RecordState(canonicalBytes: many.canonicalBytes)
        }
        many.forgetVoids(of: a, after: 512)
        #expect(try RecordState(canonicalBytes: many.canonicalBytes) == many)
    }

    private func note(_ text: String) -> FieldWrite { FieldWrite("notes", .text(text)) }

    @Test("Concurrent writes to different fields merge without a conflict")
    func differentFields() throws {
        var state = try empty()
        _ = state.apply(
            change(
                Dot(a, 1), seen: [:],
                [FieldWrite("s", .text("new")), FieldWrite("name", .text("An"))]))
        _ = state.apply(change(Dot(a, 2), seen: [a: 1], [FieldWrite("s", .text("x"))]))
        _ = state.apply(change(Dot(b, 1), seen: [a: 1], [FieldWrite("name", .text("Bình"))]))
        #expect(values(state, "s") == [.text("x")])
        #expect(values(state, "name") == [.text("Bình")])
    }

    @Test("A writer that had seen all values of a conflict resolves it")
    func resolution() throws {
        var state = try empty()
        _ = state.apply(change(Dot(a, 1), seen: [:], [FieldWrite("s", .text("x"))]))
        _ = state.apply(change(Dot(b, 1), seen: [:], [FieldWrite("s", .text("y"))]))
        #expect(values(state, "s") == [.text("x"), .text("y")])
        _ = state.apply(change(Dot(b, 2), seen: [a: 1, b: 1], [FieldWrite("s", .text("z"))]))
        #expect(values(state, "s") == [.text("z")])
    }

    @Test("A cleared field holds an explicit nothing, which a concurrent value stands beside")
    func clearing() throws {
        var state = try empty()
        _ = state.apply(change(Dot(a, 1), seen: [:], [FieldWrite("s", .text("x"))]))
        _ = state.apply(change(Dot(a, 2), seen: [a: 1], [FieldWrite("s", .null)]))
        #expect(values(state, "s") == [.null])
        _ = state.apply(change(Dot(b, 1), seen: [a: 1], [FieldWrite("s", .text("y"))]))
        #expect(values(state, "s") == [.null, .text("y")])
    }

    @Test("An added entry replaces nothing, even what its writer had seen; a write clears them all")
    func additions() throws {
        var state = try empty()
        _ = state.apply(change(Dot(a, 1), seen: [:], adds: [FieldWrite("note", .text("one"))]))
        _ = state.apply(change(Dot(a, 2), seen: [a: 1], adds: [FieldWrite("note", .text("two"))]))
        #expect(values(state, "note") == [.text("one"), .text("two")])
        #expect(state.stamps.count == 2)
        _ = state.apply(change(Dot(b, 1), seen: [a: 2], [FieldWrite("note", .text("three"))]))
        #expect(values(state, "note") == [.text("three")])
    }

    @Test("A context that was not seen is a gap, even when it names only a void change")
    func gapThenVoid() throws {
        var state = try empty()
        _ = state.apply(change(Dot(a, 1), seen: [:], [FieldWrite("s", .text("new"))]))
        let before = state
        let later = change(Dot(a, 3), seen: [a: 2], [FieldWrite("name", .text("An"))])
        #expect(state.apply(later) == .causalGap(missing: [a: 2]))
        #expect(state == before)
        state.void(Dot(a, 2))
        #expect(state.vv == [a: 2])
        #expect(state.fields == before.fields)
        #expect(state.apply(later) == .applied)
        #expect(values(state, "s") == [.text("new")])
    }

    @Test("A refused change that comes again stays void")
    func voidStaysVoid() throws {
        var state = try empty()
        state.void(Dot(a, 1))
        let refused = change(Dot(a, 1), seen: [:], [FieldWrite("s", .text("x"))])
        #expect(state.apply(refused) == .causalGap(missing: [a: 1]))
        #expect(state.fields.isEmpty)
        #expect(state.stamps.isEmpty)
    }

    @Test("A change without fields is seen, and leaves no stamp")
    func changeWithoutFields() throws {
        var state = try empty()
        #expect(state.apply(change(Dot(a, 1), seen: [:])) == .applied)
        #expect(state.vv == [a: 1])
        #expect(violations(of: state) == [])
    }

    @Test("A peer that knows of a value and no longer holds it takes it from us")
    func knowledgeWithoutValue() throws {
        var left = try empty()
        _ = left.apply(change(Dot(a, 1), seen: [:], [FieldWrite("s", .text("x"))]))
        var right = left
        _ = right.apply(change(Dot(b, 1), seen: [a: 1], [FieldWrite("s", .text("y"))]))
        #expect(values(left.joined(with: right), "s") == [.text("y")])
        #expect(values(right.joined(with: left), "s") == [.text("y")])
    }
}
