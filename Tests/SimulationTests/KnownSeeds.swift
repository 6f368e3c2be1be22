@testable import Simulation

/// Seeds that once broke a rule, with a word on what they found. They are run for good; since plans
/// are drawn anew whenever the kinds of events change, the bugs have tests of their own as well. What
/// is found from now on is kept as a list of events in `Failures`, which means the same for good.
enum KnownSeeds {
    /// What was found and mended.
    static let mended: [UInt64] = [
        7,  // the feed's rows came by scope and not by position: a cut chunk skipped the catalog's
        24,  // a record that left while a device had lost its place stayed in its scope
        34,  // a change that the log held already came again after a restoration: SQLite refused it
        35, 40, 52,  // as 7 and 24
        199,  // a repeated push with a state had a change refused that needed another state
    ]

    /// What was found and mended where devices are cloned and restored.
    static let mendedWithForks: [UInt64] = [
        24, 61, 76,  // one write under two dots, after a restoration of central
        107, 244,
        212,  // a copy that had read nothing yet was not told what had left its office
        231,  // a request for an identity that came late took the token from the device
    ]

    /// What was found and mended where records move between offices and central is restored.
    static let mendedWithHandOvers: [UInt64] = [
        9, 14, 20,  // a copy came back without what central had lost; nobody asked for copies
        276, 625, 639,  // the old office did not hear of a hand-over that came back in a state
        1163,  // what central had taken before was judged anew, and refused
    ]

    /// What was found and mended where records are erased by law.
    static let mendedWithErasures: [UInt64] = [
        1051, 1242,  // a refusal without a state took the order from a record, and it came back
        1671, 2296, 2424,  // verify called changes altered whose order central had lost
        21639,  // emptied changes without their order were given back to a central that had lost it
        2174,  // who asked for a record that had left by then did not hear that it was erased
        1122,  // the check took another record of the same id for the erased one
        40655, 40760,  // the model took an order that came ahead for all that central had seen
    ]

    /// The same where devices are cloned as well.
    static let mendedWithErasuresAndForks: [UInt64] = [
        1887  // values of a copy that others gave back were taken for own ones
    ]
}
