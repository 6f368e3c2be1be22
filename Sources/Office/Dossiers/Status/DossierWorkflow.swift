public import Replication

/// The legal moves of a dossier's status, as the merge needs them.
public struct DossierWorkflow: Workflow, Hashable {
    /// Makes the workflow.
    public init() {}

    /// Whether `target` can be reached from `source`; false when this version knows one not.
    public func isReachable(_ target: String, from source: String) -> Bool {
        guard let target = DossierStatus(rawValue: target),
            let source = DossierStatus(rawValue: source)
        else { return false }
        return target.isReachable(from: source)
    }
}

/// What the merge shows for two statuses that were set concurrently.
public enum ConcurrentStatuses: Hashable, Sendable {
    /// Both desks set the same status.
    case same
    /// One is a later stage of the other; it is shown, and nobody is asked.
    case settled(DossierStatus)
    /// Neither is later than the other, or each may follow the other; a person decides.
    case conflict

    /// What the merge shows for this pair, in either order.
    public init(_ left: DossierStatus, _ right: DossierStatus) {
        if left == right {
            self = .same
        } else {
            self =
                switch (right.isReachable(from: left), left.isReachable(from: right)) {
                case (true, false): .settled(right)
                case (false, true): .settled(left)
                case (true, true), (false, false): .conflict
                }
        }
    }
}

extension DossierStatus {
    /// The Markdown table of all ordered pairs that stands in `Protocol/merge-rules.md`.
    public static var pairTableMarkdown: String {
        var lines = [
            "| from | to | may a person set it? | both set concurrently |",
            "|---|---|---|---|",
        ]
        for from in allCases {
            for to in allCases {
                let isLegal = from == to ? "stays" : from.canTransition(to: to) ? "yes" : "no"
                let shown =
                    switch ConcurrentStatuses(from, to) {
                    case .same: "same"
                    case .settled(let later): "`\(later.rawValue)`"
                    case .conflict: "conflict"
                    }
                lines.append("| `\(from.rawValue)` | `\(to.rawValue)` | \(isLegal) | \(shown) |")
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
