internal import SeededRandom

/// On which phases which desk's link is up, and what has therefore reached which desk.
struct LinkPlan: Sendable {
    /// Phases of working days; one more follows, in which all links are up.
    let phaseCount: Int
    /// The phases in which the cut office is unreachable.
    let cut: Range<Int>
    private let isUp: [[Bool]]
    /// For each desk and phase the first phase from there on in which the link is up.
    private let nextUp: [[Int]]

    /// - Parameter cutDesks: the two desks of the cut office.
    init(
        phaseCount: Int, deskCount: Int, cut: Range<Int>, cutDesks: [Int], perMille: Int,
        _ generator: inout SeededGenerator
    ) {
        self.phaseCount = phaseCount
        self.cut = cut
        var isUp: [[Bool]] = []
        for phase in 0...phaseCount {
            isUp.append((0..<deskCount).map { _ in generator.happens(perMille: perMille) })
            // Everybody sends in the half-year's last day, and gets what the others sent.
            if phase >= phaseCount - 1 { isUp[phase] = Array(repeating: true, count: deskCount) }
            for desk in cutDesks where !cut.isEmpty {
                if cut.contains(phase) { isUp[phase][desk] = false }
                // Two rounds before and after it: both desks then know the same.
                let around = [cut.lowerBound - 2, cut.lowerBound - 1, cut.upperBound]
                if around.contains(phase) || phase == cut.upperBound + 1 {
                    isUp[phase][desk] = true
                }
            }
        }
        self.isUp = isUp
        nextUp = (0..<deskCount).map { desk in
            var next = [Int](repeating: phaseCount + 1, count: phaseCount + 2)
            for phase in (0...phaseCount).reversed() {
                next[phase] = isUp[phase][desk] ? phase : next[phase + 1]
            }
            return next
        }
    }

    /// The desks whose link is up at the end of a phase.
    func desksUp(in phase: Int) -> [Int] {
        isUp[phase].indices.filter { isUp[phase][$0] }
    }

    /// The first phase in which `reader` has what `writer` (central, when `nil`) wrote in `phase`,
    /// in whatever order the desks sync: sent at the end of one phase, fetched at that of a later.
    func phaseReading(_ reader: Int, writtenBy writer: Int?, in phase: Int) -> Int {
        guard writer != reader else { return phase }
        var fetched = phase
        if let writer { fetched = nextUp[writer][min(phase, phaseCount + 1)] + 1 }
        return nextUp[reader][min(fetched, phaseCount + 1)] + 1
    }
}
