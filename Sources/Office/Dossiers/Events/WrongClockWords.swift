public import Text

/// What is said of records that were written under a wrong clock.
public enum WrongClockWords {
    /// How many there are, and what sets them right; `nil` for none.
    public static func status(_ count: Int, program: String) -> Message? {
        guard count > 0 else { return nil }
        let (are, number) = (count == 1 ? "record was" : "records were", count)
        return Message(
            "\(Language.english.number(number)) \(are) written under a wrong clock and not set right "
                + "yet: \(program) correct-times",
            vi: "\(Language.vietnamese.number(number)) bản ghi được ghi khi đồng hồ sai, chưa sửa: "
                + "\(program) correct-times")
    }

    /// By how much the clock was off when a record was written.
    public static func record(_ mark: WrongClockMark) -> Message {
        let span = Message.span(milliseconds: mark.offMilliseconds.magnitude)
        return mark.offMilliseconds < 0
            ? Message(
                "written under a clock that was \(span.english) behind, at least, and not set right yet",
                vi: "ghi khi đồng hồ chậm ít nhất \(span.vietnamese), chưa sửa")
            : Message(
                "written under a clock that was \(span.english) ahead, at least, and not set right yet",
                vi: "ghi khi đồng hồ nhanh ít nhất \(span.vietnamese), chưa sửa")
    }
}
