// Which steps a person may make with the dossiers of a procedure, when its decree says otherwise than
// the portal's general table: the catalog's field `transitions`, as in
//
//     new>accepted accepted>processing processing>finished finished>returned
//
// It belongs to an edition of the procedure, so that a decree changes it from its day on. It decides
// only what a person may set. What the merge takes for the later of two statuses is part of the protocol
// (`Protocol/merge-rules.md`): both ends must show the same.

/// The steps that a procedure allows.
public struct TransitionTable: Hashable, Sendable {
    private var next: [DossierStatus: [DossierStatus]] = [:]

    /// Reads the catalog's field; `nil` for anything but pairs of statuses.
    public init?(parsing text: String) {
        for word in text.split(whereSeparator: { $0 == " " || $0 == "\n" || $0 == ";" }) {
            let pair = word.split(separator: ">", omittingEmptySubsequences: false)
                .map { DossierStatus(rawValue: String($0)) }
            guard pair.count == 2, let from = pair[0], let to = pair[1], from != to else {
                return nil
            }
            next[from, default: []].append(to)
        }
        if next.isEmpty { return nil }
    }

    /// Whether a person may set `target` where `source` is shown. The same status is no step.
    public func allows(_ source: DossierStatus, _ target: DossierStatus) -> Bool {
        source == target || next[source]?.contains(target) == true
    }
}
