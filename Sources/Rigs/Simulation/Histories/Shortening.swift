// How a history that breaks a rule is made shorter: ever smaller runs of its events are dropped while
// it still breaks the rule in the same way (delta debugging; Zeller and Hildebrandt 2002), then what
// remains of each event is made simpler. It works on the recorded events, so that what is left stays
// what it was.

internal import Dossiers
internal import Replication

extension Simulation {
    /// Looks for a shorter history that breaks the same rule in the same way.
    ///
    /// - Parameter runsMax: histories to try at most.
    /// - Returns: the shortest that was found; the result itself when its record does not break it.
    public static func shortened(
        _ result: SimulationResult, runsMax: Int = 400
    ) async -> SimulationResult {
        await shortened(result, runsMax: runsMax, tampering: nil)
    }

    static func shortened(
        _ result: SimulationResult, runsMax: Int, tampering: Tampering?
    ) async -> SimulationResult {
        guard let kind = result.violation?.kind else { return result }
        var search = Search(best: result, kind: kind, runsLeft: runsMax, tampering: tampering)
        guard await search.tries(result.recorded.events) else { return result }
        var count = 0
        repeat {
            count = search.best.plan.events.count
            await search.dropEvents()
            await search.simplify()
        } while search.best.plan.events.count < count && search.runsLeft > 0
        return search.best
    }
}

/// A search for a shorter history.
private struct Search {
    var best: SimulationResult
    let kind: String
    var runsLeft: Int
    let tampering: Simulation.Tampering?

    /// Whether these events break the rule too; the best are they then.
    mutating func tries(_ events: [Event]) async -> Bool {
        guard runsLeft > 0 else { return false }
        runsLeft -= 1
        let shorter = await Simulation.run(
            best.recorded.with(events: events), tampering: tampering)
        guard shorter.violation?.kind == kind else { return false }
        best = shorter
        return true
    }

    /// Drops runs of events, half of all at first, single ones at last. From the end: what happens
    /// late depends on what was before.
    mutating func dropEvents() async {
        var size = max(1, best.plan.events.count / 2)
        while runsLeft > 0 {
            var hasDropped = false
            var end = best.plan.events.count
            while end > 0, runsLeft > 0 {
                var events = best.plan.events
                let start = max(0, end - size)
                events.removeSubrange(start..<end)
                if await tries(events) { hasDropped = true }
                end = start
            }
            if size == 1, !hasDropped { return }
            size = max(1, size / 2)
        }
    }

    /// Makes each event simpler in itself.
    mutating func simplify() async {
        for place in best.plan.events.indices {
            var rest = best.plan.events[place].simpler().makeIterator()
            while let simpler = rest.next(), runsLeft > 0 {
                var events = best.plan.events
                events[place] = simpler
                if await tries(events) { rest = simpler.simpler().makeIterator() }
            }
        }
    }
}

extension Event {
    /// The same event with one thing less in it.
    fileprivate func simpler() -> [Event] {
        guard let details else { return [] }
        var all: [Details] = []
        func add(_ change: (inout Details) -> Void) {
            var simpler = details
            change(&simpler)
            if simpler != details { all.append(simpler) }
        }
        if details.milliseconds != nil { add { $0.milliseconds = 0 } }
        add { $0.sync?.death = nil }
        add { $0.sync?.takesNewToken = false }
        if details.sync?.exchangesLeft != nil { add { $0.sync?.exchangesLeft = 1_000 } }
        add {
            $0.sync?.pushBytes = nil
            $0.sync?.pullBytes = nil
        }
        for place in (details.sync?.exchanges ?? []).indices {
            add { $0.sync?.exchanges.remove(at: place) }
            add { $0.sync?.exchanges[place].before = nil }
            add { $0.sync?.exchanges[place].after = nil }
            add { $0.sync?.exchanges[place].fate = nil }
            add { $0.sync?.exchanges[place].centralDeath = nil }
        }
        for (place, edit) in (details.edits ?? []).enumerated() {
            add { $0.edits?.remove(at: place) }
            add { $0.edits?[place].codeDay = nil }
            add { $0.edits?[place].at = nil }
            for number in edit.additions.indices {
                add { $0.edits?[place].additions.remove(at: number) }
            }
            // What a new record must have is made up where it is missing, and the model does not know.
            let isNeeded = { (name: FieldName) in
                edit.does == .make
                    && [RecordSchema.officeField, RecordSchema.statusField].contains(name)
            }
            for number in edit.writes.indices where !isNeeded(edit.writes[number].write.name) {
                add { $0.edits?[place].writes.remove(at: number) }
            }
        }
        return all.map {
            var event = self
            event.details = $0
            return event
        }
    }
}
