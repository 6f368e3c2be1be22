public import Causality
public import Dossiers
public import Replication
internal import Time

/// One edition of a procedure in the catalog.
public struct ProcedureEdition: Hashable, Sendable {
    /// The day from which it holds; empty for always.
    public var effectiveFrom: String
    /// The steps that it allows, as the catalog has them.
    public var transitions: String?

    /// An edition.
    public init(effectiveFrom: String, transitions: String?) {
        self.effectiveFrom = effectiveFrom
        self.transitions = transitions
    }
}

extension [ProcedureEdition] {
    /// The steps of the edition that holds on a dossier's day of receipt; of several of one day the last.
    ///
    /// - Parameter now: what counts for a dossier that does not say when it was received.
    public func transitions(of dossier: RecordState, now: Timestamp) -> TransitionTable? {
        let received = dossier.shownValue("received_at")?.integer
        let day = OfficeTime.day(ofMilliseconds: received ?? now.milliseconds).description
        var found: (from: String, table: TransitionTable?)?
        for edition in self {
            let from = edition.effectiveFrom
            guard from <= day, from >= found?.from ?? "" else { continue }
            found = (from, edition.transitions.flatMap(TransitionTable.init(parsing:)))
        }
        return found?.table
    }
}
