internal import Dossiers
internal import Foundation
internal import JSON
internal import Replication
internal import Text
internal import Time

/// Reads a cell as people write it: dates of the country, numbers in groups, words for statuses.
enum CellReader {
    /// The value of a cell; `nil` for an empty one.
    ///
    /// - Throws: `DossierError`; holds nothing of the cell.
    static func value(
        _ text: String, for target: ImportMapping.Target
    ) throws(DossierError) -> FieldValue? {
        let text = trimmed(text)
        if text.isEmpty { return nil }
        let field = target.field
        let folded = SearchText.folded(text)
        if let meaning = target.values[folded] {
            return try FieldCodec.value(from: .string(meaning), for: field)
        }
        switch field.type {
        case .instant:
            return try FieldCodec.value(from: .string(try instant(text, field.name)), for: field)
        case .integer:
            guard let number = number(text) else {
                throw .wrongType(field.name, expected: "a whole number")
            }
            return try FieldCodec.value(from: .integer(number), for: field)
        case .status:
            let status = DossierStatus.allCases.first {
                [$0.title.english, $0.title.vietnamese, $0.rawValue]
                    .contains { SearchText.folded($0) == folded }
            }
            return try FieldCodec.value(from: .string(status?.rawValue ?? text), for: field)
        case .choice:
            return try FieldCodec.value(from: .string(words[folded] ?? text), for: field)
        default:
            return try FieldCodec.value(from: .string(text), for: field)
        }
    }

    /// Words of channels and ways of return, folded.
    private static let words = [
        "truc tuyen": "online", "online": "online", "truc tiep": "counter", "tai quay": "counter",
        "mot cua": "counter", "counter": "counter", "buu chinh": "post",
        "buu chinh cong ich": "post", "buu dien": "post", "post": "post",
    ]

    /// RFC 3339 text, or a day, from `31/05/2021`, `31-05-2021 08:30`, `2021-05-31` and the like.
    private static func instant(
        _ text: String, _ name: FieldName
    ) throws(DossierError) -> String {
        if RFC3339.millisecondsSinceEpoch(text) != nil { return text }
        let parts = text.split { $0 == " " || $0 == "T" }
        guard let first = parts.first, parts.count <= 2 else { throw wrongDay(name) }
        let numbers = first.split(omittingEmptySubsequences: false) { "/-.".contains($0) }
        guard numbers.count == 3, let day = day(numbers) else {
            throw Int(text) != nil
                ? .malformed(
                    name, reason: "is a bare number: let the spreadsheet write dates as 31/05/2021")
                : wrongDay(name)
        }
        guard parts.count == 2 else { return day.description }
        guard let minutes = minutes(parts[1]) else { throw wrongDay(name) }
        return "\(day)T\(DayTime.text(minutes: minutes)):00+07:00"
    }

    /// Minutes from midnight, from `08:30`, `8:30` or `8:30:15`; seconds are left out.
    private static func minutes(_ text: Substring) -> Int? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard (2...3).contains(parts.count), parts.count == 2 || Int(parts[2].prefix(2)) != nil
        else { return nil }
        let hour = parts[0].count == 1 ? "0" + parts[0] : String(parts[0])
        let minutes = DayTime.minutes(parsing: "\(hour):\(parts[1])")
        return minutes.flatMap { $0 < DayTime.minutesOfDay ? $0 : nil }
    }

    private static func wrongDay(_ name: FieldName) -> DossierError {
        .malformed(
            name, reason: "is no existing day such as 31/05/2021 or 2021-05-31, or time of it")
    }

    private static func day(_ numbers: [Substring]) -> CalendarDate? {
        let values = numbers.map { Int($0) }
        guard let a = values[0], let month = values[1], let b = values[2] else { return nil }
        // The year is the part of four digits.
        if numbers[0].count == 4 { return CalendarDate(year: a, month: month, day: b) }
        return numbers[2].count == 4 ? CalendarDate(year: b, month: month, day: a) : nil
    }

    /// A whole number, perhaps in groups of three (`1.000.000`, `1,000`), perhaps with `đ` or `VND`.
    private static func number(_ text: String) -> Int64? {
        var rest = SearchText.folded(text)
        for unit in ["vnd", "dong", "d"] where rest.hasSuffix(unit) {
            rest = String(rest.dropLast(unit.count))
            break
        }
        rest = trimmed(rest)
        if let number = Int64(rest) { return number }
        guard let separator = rest.first(where: { !$0.isNumber }), ".,".contains(separator) else {
            return nil
        }
        let groups = rest.split(separator: separator, omittingEmptySubsequences: false)
        guard (1...3).contains(groups[0].count), groups.dropFirst().allSatisfy({ $0.count == 3 })
        else { return nil }
        return Int64(groups.joined())
    }

    private static func trimmed(_ text: String) -> String {
        text.trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
