import CentralEngine
import CounterEngine
import Crypto
import SeededRandom
import TestSupport
import Testing
import Wire

@Suite("Trying again")
struct RetryPolicyTests {
    private static let broken = SyncFailure.interrupted(reason: "cut")

    /// The pauses after the nth failure, over many draws.
    private func pauses(
        _ policy: RetryPolicy, _ failures: Int, after failure: SyncFailure = broken
    ) -> [Double] {
        let random = SeededRandomSource(seed: UInt64(failures))
        return (0..<500).map { _ in
            policy.delay(after: failure, failures: failures, random: random) / .seconds(1)
        }
    }

    @Test("the longest pause doubles to a limit, and every part of it is drawn")
    func fullJitter() throws {
        let policy = RetryPolicy(firstDelay: .seconds(2), delayMax: .seconds(300))
        for (failures, longest) in [
            (1, 2.0), (2, 4), (3, 8), (7, 128), (8, 256), (9, 300), (99, 300),
        ] {
            let pauses = pauses(policy, failures)
            let (least, most) = (try #require(pauses.min()), try #require(pauses.max()))
            #expect(least >= 0 && least < longest * 0.05, "after \(failures)")
            #expect(most <= longest && most > longest * 0.95, "after \(failures)")
        }
    }

    @Test("nobody comes back before central's Retry-After, nor all at that moment")
    func retryAfter() throws {
        let pauses = pauses(RetryPolicy(), 1, after: .busy(retryAfterSeconds: 30))
        #expect(try #require(pauses.min()) >= 30)
        #expect(Set(pauses).count > 400)
        let absurd = self.pauses(RetryPolicy(), 1, after: .busy(retryAfterSeconds: .max))
        #expect(try #require(absurd.max()) < 3_700)
    }

    @Test("what a person has to mend is not tried again, nor a central that never answered")
    func whatIsTriedAgain() {
        func isTried(_ failure: SyncFailure, _ failures: Int = 1, hasAnswered: Bool = true) -> Bool
        {
            RetryPolicy(failuresMax: 3).delay(
                after: failure, failures: failures, hasAnswered: hasAnswered,
                random: SeededRandomSource(seed: 1)) != nil
        }
        #expect(isTried(Self.broken) && isTried(.unreachable(reason: "")))
        #expect(isTried(.busy(retryAfterSeconds: 0)) && isTried(.centralStore(reason: "")))
        for failure in [
            SyncFailure.revoked, .notEnrolled, .awaitingRecovery, .badSignature,
            .notCentral(status: 200, contentType: "text/html"),
            .unsupportedVersion(counter: 2, central: 1), .malformed(what: "", reason: ""),
        ] {
            #expect(!isTried(failure), "\(failure)")
        }
        #expect(isTried(Self.broken, 2) && !isTried(Self.broken, 3))
        #expect(!isTried(.unreachable(reason: ""), hasAnswered: false))
    }
}
