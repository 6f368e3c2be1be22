/// A language in which the programs speak to people.
public enum Language: String, CaseIterable, Sendable {
    /// English.
    case english = "en"
    /// Vietnamese.
    case vietnamese = "vi"

    /// The language that the environment asks for: the first of `LC_ALL`, `LC_MESSAGES` and `LANG` that
    /// is set (POSIX, Environment Variables); English when it is none of ours.
    public init(environment: [String: String]) {
        let names = ["LC_ALL", "LC_MESSAGES", "LANG"]
        let locale = names.lazy.compactMap { environment[$0] }.first { !$0.isEmpty } ?? ""
        self = Language(rawValue: String(locale.prefix { $0 != "_" && $0 != "." })) ?? .english
    }

    /// A whole number in groups of three digits: `16,983` or `16.983`.
    public func number(_ number: Int) -> String {
        let digits = String(number.magnitude)
        var text = ""
        for (place, digit) in digits.enumerated() {
            if place > 0, (digits.count - place) % 3 == 0 {
                text += self == .vietnamese ? "." : ","
            }
            text.append(digit)
        }
        return number < 0 ? "-" + text : text
    }

    /// A day: `2021-05-31`, or `31/05/2021` in Vietnamese.
    ///
    /// - Parameter day: `YYYY-MM-DD`, or `YYYY-MM` for a month; any other text comes back as it is.
    public func day(_ day: String) -> String {
        let parts = day.split(separator: "-", omittingEmptySubsequences: false)
        let sizes = parts.map(\.count)
        guard self == .vietnamese, sizes == [4, 2, 2] || sizes == [4, 2] else { return day }
        return parts.reversed().joined(separator: "/")
    }
}
