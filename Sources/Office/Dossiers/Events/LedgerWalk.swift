// How the accounts of a dossier are found.
//
// What is shown now is taken as true, and the events that led to it are found backwards from it: the last
// that led to the status that is shown, then the last before it that led to where that one began, and so
// on. Of steps that desks made apart, the one that the merge shows is thus counted and the other is not; a
// step that several made counts once, with the earliest of their civil times. Where no event tells of what is
// shown, an older program wrote it: the stamp of the value tells the time.

internal import Causality
internal import Replication

/// The way that led to what a dossier shows.
struct LedgerWalk {
    /// A change of a dossier's phase or office.
    struct Step {
        enum Change {
            case phase(Phase)
            case office(String?)
            case void
        }

        var time: Int64
        var change: Change
        /// The place among the stamps.
        var clock: HybridTimestamp
        var isUndated = false
    }

    private let state: RecordState
    private let events: [StampedEvent]
    private let received: Int64
    private(set) var offices: [(office: String?, step: Step?)] = []

    init(_ state: RecordState, _ events: [StampedEvent], received: Int64) {
        self.state = state
        self.received = received
        self.events = events
        offices = officeChain()
    }

    /// Plays the steps in the order of their times.
    var entries: [LedgerEntry] {
        let steps = phaseChain() + offices.compactMap(\.step) + [voiding].compactMap(\.self)
        let ordered = Self.inOrder(steps, from: received)
        var office = offices.first?.office
        var phase = Phase.open
        var entries = [LedgerEntry(.received, at: received, office: office)]
        for step in ordered {
            func add(_ what: LedgerEntry.What, taker: String? = nil) {
                entries.append(
                    LedgerEntry(
                        what, at: step.time, office: office, taker: taker,
                        isUndated: step.isUndated))
            }
            switch step.change {
            case .office(let taker):
                if phase == .open, taker != office { add(.handedOver, taker: taker) }
                office = taker
            case .phase(let next):
                guard next != phase else { continue }
                if phase != .open { add(.reopened) }
                if next != .open { add(next.what) }
                phase = next
            case .void:
                if phase == .open {
                    add(.voided)
                } else {
                    // What ended by mistake did not end otherwise.
                    entries[entries.count - 1].what = .voided
                }
                return entries
            }
        }
        return entries
    }

    /// The steps in the order of their stamps, in which each stands after what it had seen, none at an
    /// earlier time than the one before it.
    private static func inOrder(_ steps: [Step], from start: Int64) -> [Step] {
        var time = start
        return steps.enumerated().sorted {
            ($0.element.clock, $0.offset) < ($1.element.clock, $1.offset)
        }.map { _, step in
            var step = step
            time = max(time, step.time)
            step.time = time
            return step
        }
    }

    /// One step that several events tell of: with the earliest of their civil times.
    private static func step(
        _ change: Step.Change, _ twins: [StampedEvent], _ event: StampedEvent
    ) -> Step {
        Step(
            time: twins.map(\.time).min() ?? event.time, change: change,
            clock: twins.map(\.clock).min() ?? event.clock)
    }

    private var voiding: Step? {
        guard
            let last = events.last(where: {
                $0.event.what == .voided || $0.event.what == .restored
            }), last.event.what == .voided
        else { return nil }
        return Step(time: last.time, change: .void, clock: last.clock)
    }
}

// MARK: - Offices

extension LedgerWalk {
    /// The offices that had the dossier, in order, each with the step that led to it.
    private func officeChain() -> [(office: String?, step: Step?)] {
        let moves = events.filter { $0.event.what == .handedOver }
        let values = state[RecordSchema.officeField]
        let shown = state.shownValue(RecordSchema.officeField)?.text
        let stamp = newest(values, showing: shown)
        var chain: [(office: String?, step: Step?)] = []
        var current = shown
        var last: StampedEvent?
        if let stamp, shown != nil {
            last = lastMove(to: shown, moves, values, by: stamp)
            if last == nil, let from = formerOffice(moves, stamp) {
                chain.insert((shown, step(to: shown, stamp)), at: 0)
                current = from
                last = moves.last { $0.clock < stamp.clock && $0.event.to == from }
            }
        } else {
            // A copy of what has left: its office is not for this replica to know.
            last = moves.last
            current = last?.event.to
            if last == nil, let agency = agencyOfCode,
                let stamp = state.stamps.map(\.stamp).max(by: {
                    $0.clock < $1.clock
                })
            {
                return [
                    (agency, nil),
                    (
                        nil,
                        Step(
                            time: state.civilTime(of: stamp).milliseconds, change: .office(nil),
                            clock: stamp.clock)
                    ),
                ]
            }
        }
        while let move = last {
            let before = moves.last { $0 < move && $0.event.to == move.event.from }
            let twins = moves.filter { twin in
                twin.event.to == move.event.to && before.map { $0 < twin } ?? true && twin <= move
            }
            chain.insert((current, Self.step(.office(current), twins, move)), at: 0)
            current = move.event.from
            last = before
        }
        chain.insert((current, nil), at: 0)
        return chain
    }

    /// The move that led to the office that is shown; `nil` when no event tells of it.
    private func lastMove(
        to office: String?, _ moves: [StampedEvent], _ values: [FieldEntry], by stamp: Stamp
    ) -> StampedEvent? {
        guard !moves.isEmpty else { return nil }
        let dots = Set(values.map(\.dot))
        if let own = moves.last(where: { $0.event.to == office && dots.contains($0.dot) }) {
            return own
        }
        guard let move = moves.last(where: { $0.event.to == office && $0.clock <= stamp.clock })
        else { return nil }
        // An older program brought it back, and wrote no event of it.
        let hasLeft = moves.contains {
            $0 > move && $0.clock < stamp.clock && $0.event.from == office
        }
        return hasLeft ? nil : move
    }

    /// The office that had the dossier before an older program handed it over; `nil` when it was made with
    /// the office that it shows.
    private func formerOffice(_ moves: [StampedEvent], _ stamp: Stamp) -> String? {
        let shown = state.shownValue(RecordSchema.officeField)?.text
        if let last = moves.last(where: { $0.clock < stamp.clock }) {
            return last.event.to == shown ? nil : last.event.to
        }
        // Read last: most dossiers were made with their office and code by one change.
        guard moves.isEmpty,
            let made = newest(state["code"], showing: state.shownValue("code")?.text),
            made.clock < stamp.clock, let agency = agencyOfCode, agency != shown
        else { return nil }
        return agency
    }

    /// The office that gave the dossier its code.
    private var agencyOfCode: String? {
        state.shownValue("code")?.text.flatMap { DossierCode(parsing: $0)?.agency }
    }

    private func step(to office: String?, _ stamp: Stamp) -> Step {
        Step(
            time: state.civilTime(of: stamp).milliseconds, change: .office(office),
            clock: stamp.clock)
    }

    /// The latest stamp of the values that are shown.
    private func newest(_ values: [FieldEntry], showing text: String?) -> Stamp? {
        if values.count == 1, values[0].value.text == text { return state.stamp(of: values[0].dot) }
        return values.filter { $0.value.text == text }.compactMap { state.stamp(of: $0.dot) }
            .max { $0.clock < $1.clock }
    }
}

// MARK: - Phases

extension LedgerWalk {
    /// The ends of the dossier and what took it up again, in order.
    private func phaseChain() -> [Step] {
        let acts = events.filter { event in
            switch event.event.what {
            case .finished, .returned, .withdrawn, .notAccepted, .reopened: true
            default: false
            }
        }
        let values = state[RecordSchema.statusField]
        let shown = state.shownValue(RecordSchema.statusField)?.text
        let stamp = newest(values, showing: shown) ?? Stamp(clock: HybridTimestamp(rawValue: 0))
        let phase = Phase(of: state, shown)
        var steps: [Step] = []
        var next: StampedEvent?
        var last: StampedEvent?
        if phase == .open {
            last = acts.last { $0.event.what == .reopened && $0.clock <= stamp.clock }
        } else {
            last = lastEnd(shown, phase, acts, values, by: stamp)
            if last == nil {
                steps = [entered(phase, stamp)]
                last = acts.last { $0.event.what == .reopened && $0.clock <= stamp.clock }
            }
        }
        var isLast = steps.isEmpty && phase != .open
        while let act = last {
            if act.event.what == .reopened {
                steps.insert(
                    Step(time: act.time, change: .phase(.open), clock: act.clock), at: 0)
                let ended =
                    acts.last { $0 < act && $0.event.to == act.event.from }
                    ?? acts.last {
                        $0 < act && $0.event.what != .reopened
                            && Phase($0.event.to) == Phase(act.event.from)
                    }
                // Where what had ended was taken back, nothing was reopened.
                if ended == nil { steps.removeFirst() }
                (next, last) = (act, ended)
                continue
            }
            if Phase(act.event.from) != .open {
                // From one end to another, as when a result was handed out.
                last =
                    acts.last { $0 < act && $0.event.to == act.event.from }
                    ?? acts.last {
                        $0 < act && $0.event.what != .reopened
                            && Phase($0.event.to) == Phase(act.event.from)
                    }
                if last != nil, Phase(act.event.from) == Phase(act.event.to) { continue }
            } else {
                last = acts.last { $0 < act && $0.event.what == .reopened }
            }
            let end = Phase(act.event.to)
            let twins = acts.filter { twin in
                twin.event.what != .reopened && twin.event.what != .returned
                    && Phase(twin.event.to) == end && last.map { $0 < twin } ?? true
                    && next.map { twin < $0 } ?? true
            }
            var step = Self.step(.phase(end), twins, act)
            if isLast, end == .finished { step.time = finishedAt ?? step.time }
            isLast = false
            steps.insert(step, at: 0)
        }
        return steps
    }

    /// The event that led to the end that is shown; `nil` when none tells of it.
    private func lastEnd(
        _ shown: String?, _ phase: Phase, _ acts: [StampedEvent], _ values: [FieldEntry],
        by stamp: Stamp
    ) -> StampedEvent? {
        let dots = Set(values.map(\.dot))
        if let own = acts.last(where: {
            $0.event.what != .reopened && $0.event.to == shown && dots.contains($0.dot)
        }) {
            return own
        }
        let ends = acts.filter { $0.event.what != .reopened && $0.clock <= stamp.clock }
        let end = ends.last { $0.event.to == shown } ?? ends.last { Phase($0.event.to) == phase }
        guard let end else { return nil }
        let wentOn = acts.contains {
            $0.event.what == .reopened && $0 > end && $0.clock <= stamp.clock
        }
        return wentOn ? nil : end
    }

    /// An end of which no event tells: a day that is written down, or the stamp; what was entered when it had
    /// ended already ended as it came in.
    private func entered(_ phase: Phase, _ stamp: Stamp) -> Step {
        var step = Step(
            time: state.civilTime(of: stamp).milliseconds, change: .phase(phase),
            clock: stamp.clock)
        if phase == .finished, let finishedAt {
            step.time = finishedAt
        } else if isMadeSo(stamp) {
            step.time = received
            step.isUndated = true
        }
        return step
    }

    /// Whether the status came with the dossier.
    private func isMadeSo(_ stamp: Stamp) -> Bool {
        (["received_at", "code", "channel"] as [FieldName]).contains { name in
            state[name].contains { state.stamp(of: $0.dot)?.clock == stamp.clock }
        }
    }

    /// When the dossier was finished, as it is written down; of several days the earliest. A result that was
    /// handed out was finished by then.
    private var finishedAt: Int64? {
        let finished = state["finished_at"].compactMap(\.value.integer)
        if let earliest = finished.min() { return earliest }
        guard !events.contains(where: { $0.event.what == .finished }) else { return nil }
        return state["returned_at"].compactMap(\.value.integer).min()
    }
}
