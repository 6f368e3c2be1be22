// Merge rules say what to show for a field with several values. They are computed when the record
// is read; merging itself never consults them and never writes a change (no ping-pong).

internal import Causality

/// The legal moves of a workflow field, as the merge needs them.
public protocol Workflow: Sendable {
    /// Whether `target` can be reached from `source` by one or more legal transitions.
    func isReachable(_ target: String, from source: String) -> Bool
}

/// What to show for a field, and whether a person has to decide.
public enum MergeRule: Sendable {
    /// The value with the latest hybrid clock, then the highest dot.
    case register
    /// The later stage settles it when it alone is reachable from all others; else as `register`.
    case workflow(any Workflow)
    /// All values are kept, in order of clock, then dot.
    case entries
}

/// A field as it is shown.
public struct ShownField: Hashable, Sendable {
    /// The value to show; for `entries` the latest.
    public var value: FieldValue
    /// The entries behind it, latest first; more than one distinct value is a matter for a person.
    public var entries: [FieldEntry]
    /// Whether a person has to choose between the values.
    public var isConflict: Bool
}

extension RecordState {
    /// What a rule shows for a field; `nil` when the field has no value.
    public func shown(_ name: FieldName, by rule: MergeRule) -> ShownField? {
        let entries = self[name]
        guard let only = entries.first else { return nil }
        if entries.count == 1 {
            return ShownField(value: only.value, entries: entries, isConflict: false)
        }
        let latestFirst = onceEach(entries.sorted { isLater($0, than: $1) })
        let distinct = Set(entries.map(\.value))
        switch rule {
        case .entries:
            return ShownField(
                value: latestFirst[0].value, entries: latestFirst, isConflict: false)
        case .register:
            return ShownField(
                value: latestFirst[0].value, entries: latestFirst, isConflict: distinct.count > 1)
        case .workflow(let workflow):
            if let settled = Self.settled(distinct, by: workflow) {
                return ShownField(value: settled, entries: latestFirst, isConflict: false)
            }
            return ShownField(
                value: latestFirst[0].value, entries: latestFirst, isConflict: distinct.count > 1)
        }
    }

    /// Each write once: a change that was issued again under a new identity may have come back under
    /// its old dot too, and its clock and author tell that it is the same. O(n log n).
    private func onceEach(_ entries: [FieldEntry]) -> [FieldEntry] {
        var seen = Set<Writing>()
        return entries.filter { entry in
            guard let stamp = stamp(of: entry.dot) else { return true }
            return seen.insert(Writing(value: entry.value, stamp: stamp)).inserted
        }
    }

    /// What tells one write from another, whatever dot it has.
    private struct Writing: Hashable {
        var value: FieldValue
        var stamp: Stamp
    }

    private func isLater(_ left: FieldEntry, than right: FieldEntry) -> Bool {
        let clocks = (stamp(of: left.dot)?.clock, stamp(of: right.dot)?.clock)
        if let a = clocks.0, let b = clocks.1, a != b { return a > b }
        return left.dot > right.dot
    }

    /// The one value that is reachable from every other and from which no other is.
    private static func settled(
        _ values: Set<FieldValue>, by workflow: any Workflow
    ) -> FieldValue? {
        values.first { candidate in
            guard let target = candidate.text else { return false }
            return values.allSatisfy { other in
                if other == candidate { return true }
                guard let source = other.text else { return false }
                return workflow.isReachable(target, from: source)
                    && !workflow.isReachable(source, from: target)
            }
        }
    }
}
