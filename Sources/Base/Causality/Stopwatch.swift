extension Clock where Duration == Swift.Duration {
    /// Begins to measure; what it returns says how long ago that was.
    package func stopwatch() -> @Sendable () -> Duration {
        let start = now
        return { start.duration(to: now) }
    }
}
