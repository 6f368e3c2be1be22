/// How far a clock is from another one, in words.
public enum ClockSkew {
    /// `right`, `12 seconds ahead`, `26 years behind`; `?` when it is not known. Less than two seconds is
    /// the time that a message takes.
    public static func words(milliseconds: Int64?) -> Message {
        guard let milliseconds else { return Message(verbatim: "?") }
        if milliseconds.magnitude < 2000 { return Message("right", vi: "đúng") }
        let span = Message.span(milliseconds: milliseconds.magnitude)
        return milliseconds > 0
            ? Message("\(span.english) ahead", vi: "nhanh \(span.vietnamese)")
            : Message("\(span.english) behind", vi: "chậm \(span.vietnamese)")
    }
}
