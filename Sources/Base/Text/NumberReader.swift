/// Whole numbers and sums of money as people and spreadsheets write them.
public enum NumberReader {
    /// A whole number, perhaps in groups of three: `1.000.000`, `1,000`, `1 000`, `50.000,00`.
    ///
    /// - Throws: `Unread` with the place of what is left.
    public static func whole(_ text: String) throws(Unread) -> Int64 {
        var typed = TypedText(text)
        _ = typed.takeSign("'")
        let number = try takeNumber(&typed)
        guard typed.isAtEnd else { throw Unread(typed.place, .notANumber) }
        return number
    }

    /// An amount of đồng: a whole number with `đ`, `₫`, `đồng` or `VND` at one of its sides or
    /// without, in thousands (`50 nghìn`, `50k`) or not; `Miễn phí` and, as spreadsheets write
    /// nought, `-` are none.
    ///
    /// - Throws: `Unread` with the place of what is left.
    public static func money(_ text: String) throws(Unread) -> Int64 {
        var typed = TypedText(text)
        _ = typed.takeSign("'")
        if typed.rest == [.sign("-")] || free.contains(typed.rest.compactMap(\.word)),
            typed.rest.allSatisfy({ $0 == .sign("-") || $0.word != nil })
        {
            return 0
        }
        let hadUnit = takeUnit(&typed)
        var number = try takeNumber(&typed)
        if let word = typed.word(), let factor = multiples[word] {
            let (product, overflow) = number.multipliedReportingOverflow(by: factor)
            guard !overflow else { throw Unread(typed.place, .notANumber) }
            number = product
            typed.take()
        }
        if !hadUnit { _ = takeUnit(&typed) }
        guard typed.isAtEnd else { throw Unread(typed.place, .notANumber) }
        return number
    }

    private static let free: Set<[String]> = [
        ["mien", "phi"], ["mien"], ["khong"], ["khong", "co"], ["khong", "thu"],
        ["khong", "phi"], ["khong", "thu", "phi"], ["khong", "mat", "phi"], ["free"], ["none"],
    ]
    private static let multiples: [String: Int64] = [
        "k": 1000, "nghin": 1000, "ngan": 1000, "trieu": 1_000_000,
    ]

    private static func takeUnit(_ typed: inout TypedText) -> Bool {
        typed.takeSign("₫") || typed.takeWord(["vnd", "d", "dong"])
    }

    private static func takeNumber(_ typed: inout TypedText) throws(Unread) -> Int64 {
        let isNegative = typed.takeSign("-")
        guard var digits = typed.digits() else { throw Unread(typed.place, .notANumber) }
        typed.take()
        if digits.count <= 3 { digits += takeGroups(&typed) }
        // A fraction of noughts says nothing; any other makes the number no whole one.
        if let sign = typed.sign(), sign == "." || sign == ",", !typed.followsBlank(),
            let fraction = typed.digits(1), fraction.count <= 2,
            fraction.allSatisfy({ $0 == "0" }), !typed.followsBlank(1)
        {
            typed.take(2)
        }
        guard let number = Int64((isNegative ? "-" : "") + digits) else {
            throw Unread(1, .notANumber)
        }
        return number
    }

    /// Groups of three digits behind the same sign or blank.
    private static func takeGroups(_ typed: inout TypedText) -> String {
        var digits = ""
        if let sign = typed.sign(), ".,'’".contains(sign) {
            while typed.sign() == sign, !typed.followsBlank(), let group = typed.digits(1),
                group.count == 3, !typed.followsBlank(1)
            {
                digits += group
                typed.take(2)
            }
        } else {
            while let group = typed.digits(), group.count == 3, typed.followsBlank() {
                digits += group
                typed.take()
            }
        }
        return digits
    }
}

extension TypedText.Piece {
    fileprivate var word: String? {
        guard case .word(let word) = self else { return nil }
        return word
    }
}
