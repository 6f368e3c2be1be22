import CBOR
import Causality
import Crypto
import Testing

@testable import Replication

/// What a change or a state may cost whoever reads it: entries and steps are counted, never time.
@Suite("The budget of changes and states")
struct FormatBudgetTests {
    private let record = RecordID(derivedFrom: .zero)

    private func dots(_ count: Int) -> [Dot] {
        (1...UInt64(count)).map { Dot(ReplicaID($0 << 20), $0) }
    }

    /// A record to whose notes so many identities have each added one.
    private func state(_ count: Int) -> RecordState {
        var state = RecordState(kind: .dossier, id: record)
        state.vv = VersionVector(dots(count))
        state.stamps = dots(count).map {
            StampedDot($0, Stamp(clock: HybridTimestamp(rawValue: $0.seq)))
        }
        state.fields = [FieldState("notes", dots(count).map { FieldEntry($0, .text("x")) })]
        return state
    }

    private func change(seenBy count: Int) -> Change {
        Change(
            dot: Dot(ReplicaID(1), 1), clock: HybridTimestamp(rawValue: 0), kind: .dossier,
            record: record, context: VersionVector(dots(count)),
            writes: [FieldWrite("a", .null), FieldWrite("b", .null)])
    }

    @Test("a vector is read in a step for each entry, and beyond the budget not begun")
    func vectors() throws {
        let bytes = change(seenBy: 80_000).canonicalBytes
        let wide = FormatBudget(vectorEntriesMax: 80_000)
        var read: Change?
        let steps = try StepCount.counting {
            read = try Change(canonicalBytes: bytes, within: wide)
        }
        #expect(read?.context.entries.count == 80_000)
        #expect((80_000...200_000).contains(steps), "\(steps)")
        let refused = StepCount.counting {
            #expect(throws: FormatError.tooLong) { try Change(canonicalBytes: bytes) }
        }
        #expect(refused == 0)
        let most = FormatBudget.standard.vectorEntriesMax
        #expect(throws: Never.self) {
            try Change(canonicalBytes: change(seenBy: most).canonicalBytes)
        }
        #expect(throws: FormatError.tooLong) {
            try Change(canonicalBytes: change(seenBy: most + 1).canonicalBytes)
        }
    }

    @Test("a budget that a test makes tiny refuses what is one more")
    func tiny() throws {
        let sound = change(seenBy: 3)
        for (budget, isEnough) in [
            (FormatBudget(vectorEntriesMax: 3), true), (FormatBudget(vectorEntriesMax: 2), false),
            (FormatBudget(fieldsMax: 2), true), (FormatBudget(fieldsMax: 1), false),
        ] {
            let read = try? Change(canonicalBytes: sound.canonicalBytes, within: budget)
            #expect(read == (isEnough ? sound : nil), "\(budget)")
        }
        // Seven members, three entries of the context, two writes.
        for elementsMax in [11, 12] {
            let budget = FormatBudget(cbor: CBORBudget(elementsMax: elementsMax))
            let read = try? Change(canonicalBytes: sound.canonicalBytes, within: budget)
            #expect(read == (elementsMax == 12 ? sound : nil), "\(elementsMax)")
        }
        let state = state(3)
        for vectorEntriesMax in [2, 3] {
            let budget = FormatBudget(vectorEntriesMax: vectorEntriesMax)
            let read = try? RecordState(canonicalBytes: state.canonicalBytes, within: budget)
            #expect(read == (vectorEntriesMax == 3 ? state : nil))
        }
        var two = state
        two.fields.append(FieldState("status", [FieldEntry(dots(1)[0], .text("new"))]))
        for fieldsMax in [1, 2] {
            let budget = FormatBudget(fieldsMax: fieldsMax)
            let read = try? RecordState(canonicalBytes: two.canonicalBytes, within: budget)
            #expect(read == (fieldsMax == 2 ? two : nil))
        }
    }

    @Test("a long state is written, read, joined and shown in steps that grow with its entries")
    func steps() throws {
        func steps(_ count: Int) throws -> [Int] {
            let long = state(count)
            var other = state(count)
            other.vv.insert(Dot(ReplicaID(2), 1))
            let bytes = long.canonicalBytes
            return [
                StepCount.counting { _ = long.canonicalBytes },
                try StepCount.counting { _ = try RecordState(canonicalBytes: bytes) },
                StepCount.counting { _ = long.joined(with: other) },
                StepCount.counting {
                    var half = long
                    half.restore("notes", from: long)
                },
                StepCount.counting { _ = long.shown("notes", by: .entries) },
            ]
        }
        for (index, pair) in zip(try steps(500), try steps(8_000)).enumerated() {
            // Sixteen times as many entries, each sorted and looked up in a few steps more; by the
            // square it would be 256 times.
            #expect(pair.0 > 0 && pair.1 < 16 * 4 * pair.0, "\(index): \(pair)")
        }
    }
}
