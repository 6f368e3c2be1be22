public import Text

/// This program is for developers, and speaks English only: a literal is a message.
extension Message: ExpressibleByStringInterpolation {
    /// English in both languages.
    public init(stringLiteral text: String) {
        self.init(verbatim: text)
    }
}
