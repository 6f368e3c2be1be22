extension Duration {
    /// Whole milliseconds, rounded up so that a short duration never becomes "none".
    package var wholeMilliseconds: Int {
        let (seconds, attoseconds) = components
        let limit = Int64(Int32.max)
        if seconds >= limit / 1_000 { return Int(limit) }
        if seconds < 0 || attoseconds < 0 { return 0 }
        let thousandth: Int64 = 1_000_000_000_000_000
        return Int(seconds * 1_000 + (attoseconds + thousandth - 1) / thousandth)
    }

    /// Whole seconds, rounded up.
    package var wholeSeconds: Int { (wholeMilliseconds + 999) / 1_000 }
}
