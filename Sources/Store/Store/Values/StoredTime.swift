public import Causality
internal import Dossiers

extension Timestamp {
    /// The time itself, or the edge of what records can hold when a clock is beyond it.
    public var storable: Timestamp {
        let instants = DossierLimits.instant
        return Timestamp(
            milliseconds: min(max(milliseconds, instants.lowerBound), instants.upperBound))
    }
}
