import CBOR
import SeededRandom
import Testing

/// The laws that let bytes stand for values. A failure prints its seed.
@Suite("Laws of deterministic encoding")
struct CanonicityLawTests {
    static let seeds: ClosedRange<UInt64> = 1...200

    private func value(seed: UInt64) -> CBORValue {
        var random = SeededGenerator(seed: seed)
        return .array([
            randomValue(depth: 4, &random), randomValue(depth: 4, &random),
        ])
    }

    @Test("Every value decodes from its encoding, and no other value has that encoding")
    func roundTrip() throws {
        for seed in Self.seeds {
            let value = value(seed: seed)
            let encoded = value.encoded()
            #expect(try CBORValue(decoding: encoded) == value, "seed \(seed)")
            #expect(skipRefusal(encoded) == nil, "seed \(seed)")
            #expect(try CBORValue(decoding: encoded).hashValue == value.hashValue, "seed \(seed)")
        }
    }

    @Test("Every truncation is refused")
    func truncation() {
        for seed in Self.seeds {
            let encoded = value(seed: seed).encoded()
            for length in 0..<encoded.count {
                let prefix = Array(encoded.prefix(length))
                let refused = refusal(prefix)
                if refused == nil || refused != skipRefusal(prefix) {
                    Issue.record("seed \(seed), length \(length)")
                }
            }
        }
    }

    @Test("Every change of one byte is refused, or decodes to what encodes to the changed bytes")
    func mutation() {
        let flips: [UInt8] = [1, 2, 4, 8, 16, 32, 64, 128]
        for seed in Self.seeds.prefix(60) {
            let encoded = value(seed: seed).encoded()
            if encoded.count > 100 { continue }
            for index in encoded.indices {
                for change in index < 5 ? Array(1...255) : flips {
                    var changed = Array(encoded)
                    changed[index] ^= change
                    requireCanonicity(changed, "seed \(seed), byte \(index) ^ \(change)")
                }
            }
        }
    }

    @Test("Random bytes are refused, or decode to what encodes to them")
    func noise() {
        for seed in UInt64(1)...20_000 {
            var random = SeededGenerator(seed: seed)
            let count = Int.random(in: 0..<12, using: &random)
            let input = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
            requireCanonicity(input, "seed \(seed)")
        }
    }

    @Test("All inputs of up to two bytes are refused, or decode to what encodes to them")
    func shortInputs() {
        for first in UInt8.min...UInt8.max {
            requireCanonicity([first], "\(first)")
            for second in UInt8.min...UInt8.max {
                requireCanonicity([first, second], "\(first), \(second)")
            }
        }
    }

    @Test("Every half is read as its value and written back as itself, NaNs apart")
    func halves() {
        for bits in UInt16.min...UInt16.max {
            let input = [0xf9, UInt8(bits >> 8), UInt8(bits & 0xff)]
            let isNaN = bits & 0x7c00 == 0x7c00 && bits & 0x3ff != 0
            let refused = refusal(input)
            if (refused == nil) != (!isNaN || bits == 0x7e00) { Issue.record("\(bits)") }
            if refused == nil { requireCanonicity(input, "\(bits)") }
            #if !((os(macOS) || targetEnvironment(macCatalyst)) && arch(x86_64))
                if !isNaN {
                    let expected = Double(Float16(bitPattern: bits))
                    if decoded(input) != .double(expected) { Issue.record("\(bits)") }
                }
            #endif
        }
    }

    @Test("A double in a longer form than it needs is refused, and accepted in the shortest")
    func longFloats() {
        var random = SeededGenerator(seed: 7)
        for _ in 0..<2_000 {
            let half = UInt16.random(in: 0...0x7bff, using: &random)
            guard case .double(let value)? = decoded([0xf9, UInt8(half >> 8), UInt8(half & 0xff)])
            else {
                Issue.record("half \(half) did not decode")
                return
            }
            let single = withUnsafeBytes(of: Float(value).bitPattern.bigEndian) { [0xfa] + $0 }
            let double = withUnsafeBytes(of: value.bitPattern.bigEndian) { [0xfb] + $0 }
            #expect(refusal(single) == CBORError(.notShortest, at: 0), "half \(half)")
            #expect(refusal(double) == CBORError(.notShortest, at: 0), "half \(half)")
        }
    }

    private func decoded(_ input: [UInt8]) -> CBORValue? {
        do {
            return try CBORValue(decoding: input)
        } catch {
            return nil
        }
    }

    private func requireCanonicity(_ input: [UInt8], _ comment: @autoclosure () -> Comment) {
        let skipped = skipRefusal(input)
        do {
            let value = try CBORValue(decoding: input)
            if value.encoded() != input { Issue.record(comment()) }
            if skipped != nil { Issue.record(comment()) }
        } catch {
            if skipped != error { Issue.record(comment()) }
            if !(0...input.count).contains(error.offset) { Issue.record(comment()) }
        }
    }
}
