// A literal as a message in English only. Transitional: when the last such text has its Vietnamese,
// this file goes, and the compiler keeps it so.

extension Message: ExpressibleByStringInterpolation {
    /// English in both languages.
    public init(stringLiteral text: String) {
        self.init(verbatim: text)
    }
}

extension Message {
    /// English in both languages.
    public init(untranslated text: String) {
        self.init(verbatim: text)
    }
}
