public import CentralEngine

extension CentralLimits {
    /// The standard ones, but that a note waits so long for other work.
    public static func noting(after delay: Duration) -> CentralLimits {
        var limits = standard
        limits.noteDelay = delay
        return limits
    }
}
