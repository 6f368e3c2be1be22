/// How far a clock is from another one, in words.
public enum ClockSkew {
    /// `right`, `12 s ahead`, `3 s behind`; `?` when it is not known. Less than two seconds is the time
    /// that a message takes.
    public static func text(milliseconds: Int64?) -> String {
        guard let milliseconds else { return "?" }
        let seconds = (milliseconds / 1000).magnitude
        if seconds < 2 { return "right" }
        return "\(seconds) s \(milliseconds > 0 ? "ahead" : "behind")"
    }
}
