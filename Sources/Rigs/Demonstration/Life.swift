internal import Dossiers
internal import SeededRandom

/// One thing that a desk will do to a dossier.
struct Step {
    var status: DossierStatus
    /// The first phase in which it may happen.
    var phase: Int
}

/// A dossier as the casework knows it.
struct Work {
    var code: String
    var office: Int
    /// The desk that works on it.
    var desk: Int
    var channel: String
    var feeVND: Int64
    var hasOfficer: Bool
    var status: DossierStatus
    var steps: [Step] = []
    /// The time of the last edit, its phase, and the desk that wrote it; central's when `nil`.
    var editedAt: Int64
    var editedIn: Int
    var editor: Int?
    /// Before this phase the casework leaves the dossier alone: the script has it.
    var thaw = 0
}

/// Draws what will become of a dossier.
struct Life {
    /// The phase in which work can begin.
    var start: Int
    /// The phase in which the dossier is due.
    var due: Int
    var status: DossierStatus
    var isWhileYouWait: Bool

    /// The steps, in order; each may follow the one before by the workflow.
    func steps(_ generator: inout SeededGenerator) -> [Step] {
        var steps: [Step] = []
        var start = start
        if status == .new {
            if generator.happens(perMille: 9) { return [Step(status: .notAccepted, phase: start)] }
            if generator.happens(perMille: 5) { return [Step(status: .withdrawn, phase: start)] }
            steps.append(Step(status: .accepted, phase: start))
        }
        if isWhileYouWait {
            let finish = generator.happens(perMille: 12) ? start + 1 : start
            return steps + [
                Step(status: .finished, phase: finish), Step(status: .returned, phase: finish),
            ]
        }
        let finish = finishPhase(&generator)
        if generator.happens(perMille: 300) {
            start += generator.number(below: 2)
            steps.append(Step(status: .processing, phase: start))
        }
        let isOver = appendDetour(to: &steps, from: start, finish: finish, &generator)
        if isOver { return steps }
        let end = max(finish, steps.last?.phase ?? finish)
        steps.append(Step(status: .finished, phase: end))
        // One in six lets the result lie, and some come at once.
        if !generator.happens(perMille: 170) {
            let wait = generator.happens(perMille: 350) ? 0 : generator.number(in: 1...9)
            steps.append(Step(status: .returned, phase: end + wait))
        }
        return steps
    }

    /// Six in ten are early, some are late, and those that reach the desk late are done at once.
    private func finishPhase(_ generator: inout SeededGenerator) -> Int {
        guard due > start else { return start + generator.number(below: 3) }
        if generator.happens(perMille: 28) { return due + generator.number(in: 1...7) }
        if generator.happens(perMille: 360) { return due }
        return min(start + (due - start) * generator.number(in: 25...95) / 100, due - 1)
    }

    /// Adds what keeps a dossier from its straight way; true when nothing follows it.
    private func appendDetour(
        to steps: inout [Step], from start: Int, finish: Int, _ generator: inout SeededGenerator
    ) -> Bool {
        let middle = start + max(0, finish - start) / 2
        switch generator.number(below: 1000) {
        case 0..<5:
            steps.append(Step(status: .withdrawn, phase: middle))
            return true
        case 5..<10:
            steps.append(Step(status: .stopped, phase: middle))
            return generator.happens(perMille: 500)
        case 10..<60:
            steps.append(Step(status: .supplementRequired, phase: start + 1))
            // Some papers never come.
            if generator.happens(perMille: 120) { return true }
            steps.append(
                Step(status: .processing, phase: start + generator.number(in: 2...8)))
            return false
        case 60..<80:
            steps.append(Step(status: .paymentRequired, phase: middle))
            return false
        default: return false
        }
    }
}
