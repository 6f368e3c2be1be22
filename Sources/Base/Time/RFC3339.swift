/// Instants as text in the form of RFC 3339, without Foundation's formatters.
public enum RFC3339 {
    private static let minuteMilliseconds: Int64 = 60_000
    private static let dayMilliseconds: Int64 = 86_400_000

    /// Parses an instant such as `2026-03-02T08:30:00.250+07:00`, or returns nil.
    ///
    /// `T` may be `t` or one space, `Z` may be `z`. The fraction has 1 to 9 digits and is cut off
    /// after the millisecond. The years are 0001...9999; second 60 is refused, because POSIX time
    /// cannot say it.
    /// - Returns: Milliseconds since 1970-01-01T00:00:00Z, and minutes east of UTC as written.
    public static func millisecondsSinceEpoch(
        _ text: some StringProtocol
    ) -> (milliseconds: Int64, offsetMinutes: Int)? {
        var text = String(text)
        return text.withUTF8 { parse($0) }
    }

    private static func parse(
        _ text: UnsafeBufferPointer<UInt8>
    ) -> (milliseconds: Int64, offsetMinutes: Int)? {
        var cursor = DigitCursor(text)
        guard let date = cursor.takeDate(), cursor.take("T", or: "t", or: " "),
            let hour = cursor.takeNumber(2, max: 23), cursor.take(":"),
            let minute = cursor.takeNumber(2, max: 59), cursor.take(":"),
            let second = cursor.takeNumber(2, max: 59),
            let fraction = cursor.takeFractionMilliseconds(),
            let offset = cursor.takeOffsetMinutes(), cursor.isAtEnd
        else { return nil }
        let minutes = hour * 60 + minute - offset
        let milliseconds =
            Int64(date.daysSinceEpoch) * dayMilliseconds
            + Int64(minutes) * minuteMilliseconds + Int64(second * 1000 + fraction)
        return (milliseconds, offset)
    }

    /// Writes an instant; the fraction is shown when it is not zero, and offset 0 as `Z`.
    ///
    /// Every input has a text: years outside 0...9999 get a sign (ISO 8601's expanded form, which
    /// RFC 3339 and `millisecondsSinceEpoch(_:)` do not know).
    /// - Parameters:
    ///   - milliseconds: Milliseconds since 1970-01-01T00:00:00Z.
    ///   - offsetMinutes: Minutes east of UTC, -1439...1439; others cannot be written, so the
    ///     instant is then shown in UTC.
    public static func string(milliseconds: Int64, offsetMinutes: Int) -> String {
        let offset = (-1439...1439).contains(offsetMinutes) ? offsetMinutes : 0
        // The day is split off before the offset is added: no sum can overflow.
        let (utcDays, utcRest) = floorDivide(milliseconds, dayMilliseconds)
        let shifted = utcRest + Int64(offset) * minuteMilliseconds
        let (extraDays, rest) = floorDivide(shifted, dayMilliseconds)
        let date = CalendarDate(daysSinceEpoch: Int(utcDays + extraDays))
        let (seconds, fraction) = Int(rest).quotientAndRemainder(dividingBy: 1000)
        let clock = [seconds / 3600, seconds / 60 % 60, seconds % 60].map { padded($0, 2) }
        let fractionText = fraction == 0 ? "" : "." + padded(fraction, 3)
        return "\(date)T\(clock.joined(separator: ":"))\(fractionText)\(offsetText(offset))"
    }

    private static func offsetText(_ minutes: Int) -> String {
        guard minutes != 0 else { return "Z" }
        let (hour, minute) = abs(minutes).quotientAndRemainder(dividingBy: 60)
        return "\(minutes < 0 ? "-" : "+")\(padded(hour, 2)):\(padded(minute, 2))"
    }
}

/// The pieces of RFC 3339's grammar; each takes what it read from the front of the text.
struct DigitCursor {
    private let text: UnsafeBufferPointer<UInt8>
    private var index = 0

    init(_ text: UnsafeBufferPointer<UInt8>) {
        self.text = text
    }

    var isAtEnd: Bool { index == text.count }

    /// `YYYY-MM-DD`, if there is such a day.
    mutating func takeDate() -> CalendarDate? {
        guard let year = takeNumber(4, max: 9999), take("-"),
            let month = takeNumber(2, max: 12), take("-"),
            let day = takeNumber(2, max: 31)
        else { return nil }
        return CalendarDate(year: year, month: month, day: day)
    }

    /// Exactly `count` digits, whose value is at most `max`.
    mutating func takeNumber(_ count: Int, max: Int) -> Int? {
        var value = 0
        for _ in 0..<count {
            guard let digit = takeDigit() else { return nil }
            value = value * 10 + digit
        }
        return value <= max ? value : nil
    }

    /// Milliseconds of an optional fraction of 1 to 9 digits; 0 if there is none.
    mutating func takeFractionMilliseconds() -> Int? {
        guard take(".") else { return 0 }
        var milliseconds = 0
        var count = 0
        while let digit = takeDigit() {
            if count < 3 { milliseconds = milliseconds * 10 + digit }
            count += 1
        }
        guard (1...9).contains(count) else { return nil }
        for _ in count..<max(count, 3) { milliseconds *= 10 }
        return milliseconds
    }

    /// `Z` or `±hh:mm`, in minutes east of UTC.
    mutating func takeOffsetMinutes() -> Int? {
        if take("Z", or: "z") { return 0 }
        let isWest = take("-")
        guard isWest || take("+"), let hours = takeNumber(2, max: 23), take(":"),
            let minutes = takeNumber(2, max: 59)
        else { return nil }
        return (isWest ? -1 : 1) * (hours * 60 + minutes)
    }

    /// Whether the text goes on with one of these ASCII characters, which is then taken.
    mutating func take(
        _ first: Unicode.Scalar, or second: Unicode.Scalar? = nil, or third: Unicode.Scalar? = nil
    ) -> Bool {
        guard index < text.count else { return false }
        let scalar = Unicode.Scalar(text[index])
        guard scalar == first || scalar == second || scalar == third else { return false }
        index += 1
        return true
    }

    private mutating func takeDigit() -> Int? {
        guard index < text.count, (0x30...0x39).contains(text[index]) else { return nil }
        defer { index += 1 }
        return Int(text[index] - 0x30)
    }
}
