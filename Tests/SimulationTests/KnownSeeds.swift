@testable import Simulation

/// Seeds that once broke a rule, with a word on what they found. They are run for good; since plans
/// are drawn anew whenever the kinds of events change, the bugs have tests of their own as well.
enum KnownSeeds {
    /// What was found and mended.
    static let mended: [UInt64] = [
        7,  // the feed's rows came by scope and not by position: a cut chunk skipped the catalog's
        24,  // a record that left while a device had lost its place stayed in its scope
        34,  // a change that the log held already came again after a restoration: SQLite refused it
        35, 40, 52,  // as 7 and 24
    ]

    /// What breaks still when records move between offices, or two offices use one id, while central
    /// is restored from an old copy. Central then judges a change otherwise than before.
    static let open: [UInt64] = [
        371,  // two offices use one id: the other one wins now, and who had the first is not told
        495,  // refused after the first restoration, taken after the second, and shown as refused
    ]
}
