/// Numbers of bytes for people: `999 B`, `1.2 kB`, `16 MB`; steps of 1000 (SI, IEC 80000-13).
public enum ByteCount {
    private static let units = ["B", "kB", "MB", "GB", "TB", "PB", "EB"]

    /// One decimal below ten units, none above; half is rounded up.
    public static func string(_ bytes: Int) -> String {
        let sign = bytes < 0 ? "-" : ""
        let magnitude = bytes.magnitude
        guard magnitude >= 1000 else { return "\(bytes) B" }
        var unit: UInt = 1
        for name in units.dropFirst() {
            unit *= 1000
            let tenths = rounded(magnitude, to: unit / 10)
            if tenths < 100 { return "\(sign)\(tenths / 10).\(tenths % 10) \(name)" }
            let whole = rounded(magnitude, to: unit)
            if whole < 1000 || name == "EB" { return "\(sign)\(whole) \(name)" }
        }
        return "\(bytes) B"
    }

    /// The same as Vietnamese writes it: `1,2 kB`.
    public static func vietnamese(_ bytes: Int) -> String {
        string(bytes).replacing(".", with: ",")
    }

    private static func rounded(_ value: UInt, to unit: UInt) -> UInt {
        value / unit + (value % unit >= unit - unit / 2 ? 1 : 0)
    }
}

/// Whole numbers with groups of three digits, as in `16,983`.
public enum GroupedNumber {
    /// The number with commas.
    public static func string(_ number: Int) -> String { Language.english.number(number) }

    /// A number of things, whose word takes an `s` for more than one: `1 change`, `2,000 changes`.
    public static func counted(_ number: some BinaryInteger, _ noun: String) -> String {
        "\(string(Int(clamping: number))) \(noun)\(number == 1 ? "" : "s")"
    }
}
