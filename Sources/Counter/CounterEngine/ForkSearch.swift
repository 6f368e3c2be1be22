// Where a forked device's chain parts from the one that central has of it. Chains that agree at a
// place agree before it, so the search narrows a range by asking for many places at once.

/// A search for the last change that two chains share.
struct ForkSearch {
    /// Central has the changes through this one.
    private(set) var confirmedSeq: UInt64 = 0
    /// Central has none of the changes after this one.
    private var seqMax: UInt64

    /// A place that is asked for first of all: where central has seen that the chains differ.
    private let suspectedSeq: UInt64?
    private let probesMax: Int

    /// Starts a search in a chain of this many changes.
    ///
    /// - Parameter probesMax: places that are asked for at once, two at least.
    init(
        seq: UInt64, suspecting suspectedSeq: UInt64? = nil,
        probesMax: Int = CounterLimits.standard.probesMax
    ) {
        seqMax = seq
        self.suspectedSeq = suspectedSeq
        self.probesMax = probesMax
    }

    /// Whether the place is found.
    var isOver: Bool { confirmedSeq == seqMax }

    /// The seqs to ask for next, ascending, evenly spread, the last included.
    var probes: [UInt64] {
        let span = seqMax - confirmedSeq
        let suspected = suspectedSeq.flatMap { $0 > confirmedSeq && $0 < seqMax ? $0 : nil }
        let count = min(span, UInt64(probesMax) - (suspected == nil ? 0 : 1))
        let spread = (0..<count).map { place in
            let (high, low) = span.multipliedFullWidth(by: place + 1)
            return confirmedSeq + count.dividingFullWidth((high, low)).quotient
        }
        guard let suspected, !spread.contains(suspected) else { return spread }
        return (spread + [suspected]).sorted()
    }

    /// Takes central's answer to the probes.
    ///
    /// - Returns: whether the answer can be true.
    mutating func take(confirmed seq: UInt64) -> Bool {
        let asked = probes
        guard seq == 0 || seq == confirmedSeq || asked.contains(seq) else { return false }
        if let next = asked.first(where: { $0 > seq }) { seqMax = next - 1 }
        confirmedSeq = max(confirmedSeq, seq)
        return confirmedSeq <= seqMax
    }
}
