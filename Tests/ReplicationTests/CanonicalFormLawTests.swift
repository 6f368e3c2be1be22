import CBOR
import Causality
import Replication
import SeededRandom
import Testing

/// The laws that let bytes stand for changes and states. A failure prints its seed.
@Suite("Laws of the canonical forms")
struct CanonicalFormLawTests {
    private func change(_ seed: UInt64) -> Change {
        var random = SeededGenerator(seed: seed)
        return randomChange(&random)
    }

    private func state(_ seed: UInt64) throws -> RecordState {
        var random = SeededGenerator(seed: seed)
        let history = RandomHistory(&random, eventsMax: 7)
        var state = try #require(RandomHistory.emptyState())
        for index in history.events.indices { history.take(index, into: &state) }
        return state
    }

    @Test("Every change is read back from its bytes, and its bytes are one CBOR item")
    func changeRoundTrip() throws {
        for seed in Seeds.all(300) {
            let change = change(seed)
            let bytes = change.canonicalBytes
            let decoded = try Change(canonicalBytes: bytes)
            #expect(decoded == change, "seed \(seed)")
            #expect(decoded.canonicalBytes == bytes, "seed \(seed)")
            #expect(try CBORValue(decoding: bytes).encoded() == bytes, "seed \(seed)")
        }
    }

    @Test("Every state is read back from its bytes, and its bytes are one CBOR item")
    func stateRoundTrip() throws {
        for seed in Seeds.all(150) {
            let state = try state(seed)
            let bytes = state.canonicalBytes
            let decoded = try RecordState(canonicalBytes: bytes)
            #expect(decoded == state, "seed \(seed)")
            #expect(decoded.canonicalBytes == bytes, "seed \(seed)")
            #expect(try CBORValue(decoding: bytes).encoded() == bytes, "seed \(seed)")
        }
    }

    @Test("Members of a newer version come out of a round trip as they went in")
    func unknownMembers() throws {
        for seed in Seeds.all(150) {
            var random = SeededGenerator(seed: seed)
            var bytes = randomChange(&random).canonicalBytes
            var key: UInt64 = 11
            let count = UInt8.random(in: 1...4, using: &random)
            // A change has at most ten members, so the header is its first byte.
            bytes[0] += count
            for _ in 0..<count {
                key += 1 + random.next() >> UInt64.random(in: 4..<64, using: &random)
                bytes += number(key) + randomOther(depth: 4, &random).encoded()
            }
            let decoded = try Change(canonicalBytes: bytes)
            #expect(decoded.unknownMembers.count == Int(count), "seed \(seed)")
            #expect(decoded.canonicalBytes == bytes, "seed \(seed)")
        }
    }

    @Test("Every truncation is refused")
    func truncation() throws {
        for seed in Seeds.all(40) {
            let change = change(seed).canonicalBytes
            for length in 0..<change.count where refusalOfChange(Array(change[..<length])) == nil {
                Issue.record("change of seed \(seed), length \(length)")
            }
            let state = try state(seed).canonicalBytes
            for length in 0..<state.count where refusalOfState(Array(state[..<length])) == nil {
                Issue.record("state of seed \(seed), length \(length)")
            }
        }
    }

    @Test("A change of one byte is refused, or gives a form that is written as it was read")
    func mutation() throws {
        for seed in Seeds.all(8) {
            forEachMutation(of: change(seed).canonicalBytes) { bytes, place in
                requireCanonicalChange(bytes, "change of seed \(seed), \(place)")
            }
            forEachMutation(of: try state(seed).canonicalBytes) { bytes, place in
                requireCanonicalState(bytes, "state of seed \(seed), \(place)")
            }
        }
    }

    @Test("Whatever stands in a member is refused, or is written as it was read")
    func replacedMembers() {
        let parts = [
            null, [0xf4], number(0), number(1), number(.max), CBORValue(-1).encoded(), text(""),
            text("s"), zeros(0), zeros(16), array(), array(null), map(),
            map((number(1), number(1))),
            map((text("s"), null)), map((text("t"), text("x"))), [0xf9, 0, 0], [0xf7], [0xc1, 0],
        ]
        for key in UInt64(0)...11 {
            for part in parts {
                requireCanonicalChange(
                    MalformedChanges.change([key: part]), "change, member \(key): \(part)")
                requireCanonicalState(
                    MalformedStates.state([key: part]), "state, member \(key): \(part)")
            }
        }
    }

    private func forEachMutation(of bytes: [UInt8], _ body: ([UInt8], String) -> Void) {
        for index in bytes.indices {
            for bit in 0..<8 {
                var changed = bytes
                changed[index] ^= 1 << bit
                body(changed, "byte \(index), bit \(bit)")
            }
        }
    }

    private func requireCanonicalChange(_ bytes: [UInt8], _ place: @autoclosure () -> String) {
        do throws(FormatError) {
            let change = try Change(canonicalBytes: bytes)
            if change.canonicalBytes != bytes { Issue.record("\(place())") }
        } catch {
            // Refused, which is the usual outcome.
        }
    }

    private func requireCanonicalState(_ bytes: [UInt8], _ place: @autoclosure () -> String) {
        do throws(FormatError) {
            let state = try RecordState(canonicalBytes: bytes)
            let isSound = violations(of: state).isEmpty
            if state.canonicalBytes != bytes || !isSound { Issue.record("\(place())") }
        } catch {
            // Refused, which is the usual outcome.
        }
    }
}
