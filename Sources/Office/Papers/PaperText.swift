internal import Foundation
internal import Text
internal import Time

/// Text as it stands on a paper.
public enum PaperText {
    /// Whether there are characters that no page shows: control characters, and those that turn the order of a
    /// line round. A line feed is one that every page shows.
    public static func hasControls(_ text: String) -> Bool {
        text.unicodeScalars.contains { $0 != "\n" && isControl($0) }
    }

    /// The text in composed letters, with plain blanks and hyphens, without what no page shows.
    public static func clean(_ text: String) -> String {
        if text.utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) { return text }
        var kept = String.UnicodeScalarView()
        for scalar in text.precomposedStringWithCanonicalMapping.unicodeScalars {
            switch scalar.value {
            case 0x0A: kept.append(scalar)
            case 0x09, 0x0D, 0x2028, 0x2029: kept.append(" ")
            case 0x2010, 0x2011, 0x2012: kept.append("-")
            default:
                if isControl(scalar) { continue }
                kept.append(scalar.properties.generalCategory == .spaceSeparator ? " " : scalar)
            }
        }
        return Folding.squeezed(String(kept))
    }

    /// The lines of a text, without empty ones.
    static func lines(_ text: String) -> [String] {
        clean(text).split(separator: "\n").map(String.init)
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate,
            .unassigned:
            true
        default: false
        }
    }

    /// Whether a Code 128 of the page's width holds the text.
    static func fitsCode128(_ text: String) -> Bool {
        (1...PaperLimits.code128CharactersMax).contains(text.utf8.count)
            && text.utf8.allSatisfy { (0x21..<0x7F).contains($0) }
    }

    /// Whether a QR code of the page holds the text.
    static func fitsQR(_ text: String) -> Bool {
        (1...PaperLimits.qrBytesMax).contains(text.utf8.count) && !hasControls(text)
    }

    /// `30/11/2026`
    static func day(_ day: CalendarDate) -> String {
        "\(padded(day.day))/\(padded(day.month))/\(day.year)"
    }

    /// `09:00 30/11/2026`; the day alone for an instant that stands for a day.
    static func moment(_ milliseconds: Int64, isEnd: Bool = false) -> String {
        let day = OfficeTime.day(ofMilliseconds: milliseconds)
        let start = OfficeTime.startOfDay(day)
        if milliseconds == (isEnd ? OfficeTime.endOfDay(day) : start) { return self.day(day) }
        let minutes = Int((milliseconds - start) / 60_000)
        return "\(padded(minutes / 60)):\(padded(minutes % 60)) \(self.day(day))"
    }

    /// `Thanh Hóa, ngày 30 tháng 11 năm 2026`
    static func placeAndDay(_ place: String?, _ milliseconds: Int64) -> String {
        let day = OfficeTime.day(ofMilliseconds: milliseconds)
        // As the rules on official papers write it: a nought before a day below 10, and before January and February.
        let month = day.month < 3 ? padded(day.month) : String(day.month)
        return
            "\(place.map(clean) ?? "…………"), ngày \(padded(day.day)) tháng \(month) năm \(day.year)"
    }

    /// `50.000 đồng`
    static func money(_ amount: Int64) -> String {
        Language.vietnamese.number(Int(amount)) + " đồng"
    }

    private static func padded(_ number: Int) -> String {
        number < 10 ? "0\(number)" : String(number)
    }
}
