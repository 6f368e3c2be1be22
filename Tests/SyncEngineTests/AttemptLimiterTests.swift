import Causality
import Crypto
import ReplicaStore
import SyncProtocol
import TestSupport
import Testing

@testable import SyncEngine

@Suite("Wrong codes may be tried only so often")
struct AttemptLimiterTests {
    private static let minute = Duration.seconds(60)

    @Test("ten at once from one address, then one a minute")
    func oneAddress() {
        var limiter = AttemptLimiter()
        for _ in 0..<10 {
            #expect(limiter.wait(of: "a", at: .zero) == .zero)
            limiter.noteFailure(of: "a", at: .zero)
        }
        #expect(limiter.wait(of: "a", at: .zero) == Self.minute)
        #expect(limiter.wait(of: "b", at: .zero) == .zero)
        #expect(limiter.wait(of: "a", at: .seconds(45)) == .seconds(15))
        #expect(limiter.wait(of: "a", at: Self.minute) == .zero)
        limiter.noteFailure(of: "a", at: Self.minute)
        #expect(limiter.wait(of: "a", at: Self.minute) == Self.minute)
        // After ten minutes of peace all ten are back.
        for _ in 0..<10 {
            #expect(limiter.wait(of: "a", at: Self.minute * 12) == .zero)
            limiter.noteFailure(of: "a", at: Self.minute * 12)
        }
        #expect(limiter.wait(of: "a", at: Self.minute * 12) == Self.minute)
    }

    @Test("from however many addresses, not more than 400 in a code's quarter of an hour")
    func manyAddresses() {
        var limiter = AttemptLimiter()
        var tries = 0
        for second in 0..<900 {
            for number in 0..<50 where limiter.wait(of: "\(number)", at: .seconds(second)) == .zero
            {
                limiter.noteFailure(of: "\(number)", at: .seconds(second))
                tries += 1
            }
        }
        #expect((350...400).contains(tries), "\(tries)")
    }

    @Test("what it remembers is bounded, and the worst are remembered")
    func bounded() {
        var limiter = AttemptLimiter()
        for _ in 0..<10 { limiter.noteFailure(of: "worst", at: .zero) }
        for number in 0..<30_000 { limiter.noteFailure(of: "\(number)", at: .zero) }
        let later = Duration.seconds(30)
        #expect(limiter.rememberedCount <= AttemptLimiter.addressesMax)
        #expect(limiter.wait(of: "worst", at: later) > .zero)
    }

    @Test("central says when the next try may be, and then takes the right code")
    func central() async throws {
        let fleet = try Fleet()
        let timer = ManualTimer()
        try fleet.startCentral(timer: timer)
        let code = EnrolmentCode(SeededRandomSource(seed: 1))
        try fleet.editCentralTransaction {
            try $0.addEnrolmentCode(
                hash: code.hash, office: "A",
                expires: Timestamp(milliseconds: $0.now.milliseconds + 900_000))
        }
        let key = try #require(SigningKey(seed: [UInt8](repeating: 3, count: 32)))
        func tryCode(_ text: String, from address: String) async -> SyncFailure? {
            do throws(SyncFailure) {
                _ = try await fleet.node.enrol(
                    EnrolmentRequest(code: text, key: key, device: "d"), from: address)
                return nil
            } catch {
                return error
            }
        }
        for seed in UInt64(2)...11 {
            let wrong = EnrolmentCode(SeededRandomSource(seed: seed)).text
            #expect(await tryCode(wrong, from: "10.0.0.1") == .badEnrolmentCode)
        }
        #expect(
            await tryCode(code.text, from: "10.0.0.1") == .tooManyTries(retryAfterSeconds: 60))
        timer.advance(by: .seconds(60))
        #expect(await tryCode("mistyped", from: "10.0.0.1") == .badEnrolmentCode)
        #expect(
            await tryCode(code.text, from: "10.0.0.1") == .tooManyTries(retryAfterSeconds: 60))
        #expect(await tryCode(code.text, from: "10.0.0.2") == nil)
    }
}
