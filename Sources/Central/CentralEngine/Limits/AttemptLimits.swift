/// How often wrong codes and passwords may be tried.
public struct AttemptLimits: Hashable, Sendable {
    /// How many tries there are at once, and how long one takes to come back.
    public struct Allowance: Hashable, Sendable {
        /// Tries.
        public var tries: Int
        /// After which one is given back.
        public var interval: Duration

        /// Makes an allowance.
        public init(tries: Int, interval: Duration) {
            self.tries = tries
            self.interval = interval
        }
    }

    /// Of one address: a person who mistypes, and a few desks of an office behind one address.
    public var ofAddress = Allowance(tries: 10, interval: .seconds(60))
    /// Of the 65,536 addresses of an IPv6 /48.
    public var ofSite = Allowance(tries: 40, interval: .seconds(15))
    /// Of all unknown addresses together that have tried twice. With `ofFirstTries`: a code lasts 15
    /// minutes, and guessing one of 2^35 with 1,600 tries succeeds once in 21 million such quarters
    /// of an hour.
    public var ofStrangers = Allowance(tries: 200, interval: .seconds(5))
    /// Of all unknown addresses together that have not yet tried twice.
    public var ofFirstTries = Allowance(tries: 1_000, interval: .seconds(4))
    /// Wrong tries after which an address counts among those that go on trying, and how long it takes
    /// until one is forgotten: slowly, so that patience does not make many first tries.
    public var ofNewcomer = Allowance(tries: 2, interval: .seconds(3_600))
    /// Tries of unknown addresses under way at once: each may take a tenth of a second.
    public var pendingMax = 50
    /// Who waits for others' tries at once; more are told to come back.
    public var waitersMax = 1_000
    /// Addresses that are remembered. When there are more, those with the most tries left are forgotten.
    public var addressesMax = 10_000
    /// Who was right that is remembered; when there are more, who was right longest ago is forgotten.
    public var knownMax = 10_000

    /// What holds where nobody names others.
    public static let standard = AttemptLimits()

    /// One try at a time, and nobody is remembered for long.
    public static let tiny: AttemptLimits = {
        var limits = AttemptLimits()
        limits.ofAddress.tries = 1
        limits.ofSite.tries = 1
        limits.ofStrangers.tries = 1
        limits.ofFirstTries.tries = 1
        limits.ofNewcomer.tries = 1
        limits.pendingMax = 1
        limits.waitersMax = 1
        limits.addressesMax = 2
        limits.knownMax = 2
        return limits
    }()
}
