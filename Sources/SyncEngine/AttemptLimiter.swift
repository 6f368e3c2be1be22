// How often wrong codes may be tried: a bucket of tries for each address, and one for all together. What
// is wrong takes one out; each fills up again with time. Pure: the moment is given.

/// Counts wrong tries.
struct AttemptLimiter {
    /// How many tries there are at once, and how long one takes to come back.
    struct Allowance {
        var tries: Int
        var interval: Duration
    }

    /// Of one address: a person who mistypes, and a few desks of an office behind one address.
    static let ofAddress = Allowance(tries: 10, interval: .seconds(60))
    /// Of all addresses together: a code lasts 15 minutes, and guessing one of 2^35 with 400 tries
    /// succeeds once in 86 million such quarters of an hour.
    static let ofAll = Allowance(tries: 200, interval: .seconds(5))
    /// Addresses that are remembered. When there are more, those with the most tries left are forgotten.
    static let addressesMax = 10_000

    private struct Bucket {
        var used: Double
        var at: Duration

        func used(at now: Duration, _ allowance: Allowance) -> Double {
            max(0, used - (now - at) / allowance.interval)
        }
    }

    private var addresses: [String: Bucket] = [:]
    /// How many addresses are remembered.
    var rememberedCount: Int { addresses.count }
    private var all = Bucket(used: 0, at: .zero)

    /// How long an address has to wait before its next try; zero when it may try now.
    func wait(of address: String, at now: Duration) -> Duration {
        max(
            Self.wait(all, Self.ofAll, now),
            addresses[address].map { Self.wait($0, Self.ofAddress, now) } ?? .zero)
    }

    /// Notes a wrong try.
    mutating func noteFailure(of address: String, at now: Duration) {
        if addresses.count >= Self.addressesMax, addresses[address] == nil { forget(at: now) }
        let used = addresses[address]?.used(at: now, Self.ofAddress) ?? 0
        addresses[address] = Bucket(used: used + 1, at: now)
        all = Bucket(used: all.used(at: now, Self.ofAll) + 1, at: now)
    }

    private static func wait(
        _ bucket: Bucket, _ allowance: Allowance, _ now: Duration
    ) -> Duration {
        let excess = bucket.used(at: now, allowance) + 1 - Double(allowance.tries)
        return excess > 0 ? allowance.interval * excess : .zero
    }

    private mutating func forget(at now: Duration) {
        let kept = addresses.map { (address: $0, used: $1.used(at: now, Self.ofAddress)) }
            .sorted { $0.used > $1.used }.prefix(Self.addressesMax / 2)
        let names = Set(kept.map(\.address))
        addresses = addresses.filter { names.contains($0.key) }
    }
}
