public import Time

/// A dossier's code as the national system writes it: `000.17.22.H56-210531-0001`, that is the
/// receiving agency, the day as `yymmdd` (2000 to 2099), and a number of at least 4 digits.
public struct DossierCode: Hashable, Sendable {
    /// Digits of a number at least; shorter ones get leading zeros.
    public static let numberDigitsMin = 4
    /// The greatest number: 12 digits, which leaves room for every agency in the field's limit.
    public static let numberMax: Int64 = 999_999_999_999

    /// The agency's code: letters, digits and dots.
    public let agency: String
    /// The day of receipt at the offices' time.
    public let day: CalendarDate
    /// The number within the agency's day, from 0.
    public let number: Int64

    /// Makes a code; `nil` for an agency, year or number that the form has no place for.
    public init?(agency: String, day: CalendarDate, number: Int64) {
        guard Self.isAgency(agency), (2000...2099).contains(day.year),
            (0...Self.numberMax).contains(number)
        else { return nil }
        self.agency = agency
        self.day = day
        self.number = number
    }

    /// Reads what `description` writes; `nil` for anything else. Codes of other forms exist, and
    /// are taken as they are: this is no test of validity.
    public init?(parsing text: some StringProtocol) {
        var text = String(text)
        guard let code = text.withUTF8({ Self.parsed($0[...]) }) else { return nil }
        self = code
    }

    /// By bytes: all that a code holds is ASCII.
    private static func parsed(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> Self? {
        let dash = UInt8(ascii: "-")
        guard let first = bytes.firstIndex(of: dash) else { return nil }
        let rest = bytes[(first + 1)...]
        guard let second = rest.firstIndex(of: dash), let day = day(rest[..<second]),
            let number = number(rest[(second + 1)...])
        else { return nil }
        return Self(
            agency: String(decoding: bytes[..<first], as: UTF8.self), day: day, number: number)
    }

    private static func isAgency(_ text: String) -> Bool {
        (1...DossierLimits.codeCharactersMax - 20).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."):
                    true
                default: false
                }
            }
    }

    private static func day(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> CalendarDate? {
        guard text.count == 6, let digits = digits(text) else { return nil }
        return CalendarDate(
            year: 2000 + Int(digits / 10_000), month: Int(digits / 100 % 100),
            day: Int(digits % 100))
    }

    private static func number(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> Int64? {
        guard (numberDigitsMin...12).contains(text.count), let number = digits(text),
            text.count == numberDigitsMin || text.first != UInt8(ascii: "0")
        else { return nil }
        return number
    }

    /// The number that digits write, 12 at most; `nil` where another byte stands.
    private static func digits(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> Int64? {
        var number: Int64 = 0
        for byte in text {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            number = number * 10 + Int64(byte - UInt8(ascii: "0"))
        }
        return number
    }
}

extension DossierCode: CustomStringConvertible {
    /// The code's text.
    public var description: String {
        let day = (day.year % 100 * 100 + day.month) * 100 + day.day
        return "\(agency)-\(Self.padded(Int64(day), 6))"
            + "-\(Self.padded(number, Self.numberDigitsMin))"
    }

    private static func padded(_ number: Int64, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}
