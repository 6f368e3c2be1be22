internal import Causality

/// The receipt of a sync, or of a run of syncs that say the same: they are one row.
protocol RunReceipt {
    /// 0 before it is stored.
    var number: Int64 { get }
    /// When the last sync ended.
    var ended: Timestamp { get set }
    /// How many syncs in a row it is for.
    var times: UInt64 { get set }
    /// Exchanges that were answered.
    var exchanges: UInt64 { get set }
    /// How far the counter's clock was ahead of central's, in milliseconds.
    var skewMilliseconds: Int64? { get set }

    /// Whether a later receipt adds nothing but what a run takes from each of its syncs.
    func isRepeated(by next: Self) -> Bool
    /// Takes what a run has of its last sync, besides the above.
    mutating func takeRest(of last: Self)
}

extension RunReceipt {
    /// The run that a new receipt goes on with; `nil` when it is none, or has a row already.
    ///
    /// - Parameter last: the receipt before, as it is stored.
    func run(after last: Self?) -> Self? {
        guard number == 0, var run = last, run.isRepeated(by: self) else { return nil }
        run.ended = ended
        run.times += times
        run.exchanges += exchanges
        run.skewMilliseconds = skewMilliseconds
        run.takeRest(of: self)
        return run
    }
}
