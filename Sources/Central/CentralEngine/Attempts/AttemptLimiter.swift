// How often wrong codes and passwords may be tried. Who tries takes a try out of an allowance before
// anything is looked at, and gives it back when it was right: however many come at the same moment, no
// more are wrong than the allowance has. It fills up again with time. Pure: the moment is given.
//
// A stranger must not shut out those who have an account, nor offices that have devices:
//  - whose address is known (it has logged in with this account, or has a device that syncs) has an
//    allowance of his own, which nobody else takes from;
//  - the first two tries of an unknown address come out of another allowance than those of addresses
//    that go on trying, so that a few who try for ever do not use up everybody's;
//  - of IPv6 a customer's /64 counts as one address, and a /48, which anybody can have, as a site.

internal import Addresses

/// Counts wrong tries.
struct AttemptLimiter {
    private typealias Allowance = AttemptLimits.Allowance

    fileprivate enum Key: Hashable {
        case client(NetworkAddress?)
        case site(NetworkAddress)
        case known(Known)
        case firstTries
        case strangers
    }

    fileprivate struct Known: Hashable {
        var account: String
        var client: NetworkAddress
    }

    private struct Bucket {
        var used = 0.0
        /// Wrong tries of an address, forgotten as `ofNewcomer` says.
        var recent = 0.0
        var at = Duration.zero
        var pending = 0

        func used(at now: Duration, _ allowance: Allowance) -> Double {
            max(0, used - (now - at) / allowance.interval)
        }

        func recent(at now: Duration, _ newcomer: Allowance) -> Double {
            max(0, recent - (now - at) / newcomer.interval)
        }
    }

    /// A try that was taken, and has to be ended.
    struct Attempt {
        fileprivate let keys: [Key]
        /// Whether the address is a known one.
        let isKnown: Bool
    }

    /// What became of the wish to try.
    enum Answer {
        /// It may, and has to end the attempt.
        case go(Attempt)
        /// It may after so long.
        case wait(Duration)
        /// It may when tries that are under way turn out right.
        case waitForOthers
    }

    private let limits: AttemptLimits
    private var buckets: [Key: Bucket] = [:]
    private var known: [Known: Duration] = [:]

    init(_ limits: AttemptLimits = .standard) {
        self.limits = limits
    }

    /// How many addresses are remembered.
    var rememberedCount: Int { buckets.count }
    /// How many of those who were right are remembered.
    var knownCount: Int { known.count }

    /// Takes a try out of the allowances of an address.
    ///
    /// - Parameter account: the name that is tried; empty where there are none.
    mutating func take(
        _ address: NetworkAddress?, account: String = "", at now: Duration
    ) -> Answer {
        let keys = keys(of: address, account: account, now)
        var longest = Duration.zero
        var isOthers = false
        for key in keys {
            guard let bucket = buckets[key] else { continue }
            let allowance = allowance(of: key)
            let used = bucket.used(at: now, allowance)
            let excess = used + 1 - Double(allowance.tries)
            if excess > 0 { longest = max(longest, allowance.interval * excess) }
            if excess + Double(bucket.pending) > 0 || isFull(key, bucket) { isOthers = true }
        }
        guard longest == .zero else { return .wait(longest) }
        guard !isOthers else { return .waitForOthers }
        forgetIfFull(keys, at: now)
        for key in keys { buckets[key, default: Bucket(at: now)].pending += 1 }
        return .go(Attempt(keys: keys, isKnown: keys.count == 1))
    }

    /// Ends a try: one that was right is given back.
    mutating func end(_ attempt: Attempt, isWrong: Bool, at now: Duration) {
        for key in attempt.keys {
            guard var bucket = buckets[key] else { continue }
            bucket.pending -= 1
            if isWrong {
                let used = bucket.used(at: now, allowance(of: key))
                bucket.recent = bucket.recent(at: now, limits.ofNewcomer) + 1
                bucket.used = used + 1
                bucket.at = now
            }
            buckets[key] = bucket.pending == 0 && bucket.used == 0 ? nil : bucket
        }
    }

    /// Remembers that an address is one of somebody's who has an account, or a device.
    mutating func note(known address: NetworkAddress?, account: String = "", at now: Duration) {
        guard let client = address?.client else { return }
        known[Known(account: account, client: client)] = now
        guard known.count > limits.knownMax else { return }
        let newest = known.sorted { $0.value > $1.value }.prefix(limits.knownMax / 2)
        known = Dictionary(uniqueKeysWithValues: newest.map { ($0.key, $0.value) })
    }

    private func keys(
        of address: NetworkAddress?, account: String, _ now: Duration
    ) -> [Key] {
        let client = Key.client(address?.client)
        if let address {
            let known = Known(account: account, client: address.client)
            if self.known[known] != nil { return [.known(known)] }
        }
        let recent =
            buckets[client].map { $0.recent(at: now, limits.ofNewcomer) + Double($0.pending) } ?? 0
        let shared = recent < Double(limits.ofNewcomer.tries) ? Key.firstTries : .strangers
        guard let address, address.isIPv6 else { return [client, shared] }
        return [client, .site(address.network(bits: 48)), shared]
    }

    private func allowance(of key: Key) -> Allowance {
        switch key {
        case .client, .known: limits.ofAddress
        case .site: limits.ofSite
        case .firstTries: limits.ofFirstTries
        case .strangers: limits.ofStrangers
        }
    }

    private func isFull(_ key: Key, _ bucket: Bucket) -> Bool {
        switch key {
        case .firstTries, .strangers: bucket.pending >= limits.pendingMax
        case .client, .site, .known: false
        }
    }

    private mutating func forgetIfFull(_ keys: [Key], at now: Duration) {
        guard buckets.count >= limits.addressesMax,
            keys.contains(where: { buckets[$0] == nil })
        else { return }
        func weight(_ entry: (key: Key, value: Bucket)) -> Double {
            switch entry.key {
            case .firstTries, .strangers: .infinity
            case .client, .site, .known:
                entry.value.pending > 0
                    ? .infinity : entry.value.used(at: now, allowance(of: entry.key))
            }
        }
        let kept = buckets.map { (entry: $0, weight: weight($0)) }
            .sorted { $0.weight > $1.weight }.prefix(limits.addressesMax / 2)
        buckets = Dictionary(uniqueKeysWithValues: kept.map { ($0.entry.key, $0.entry.value) })
    }
}
