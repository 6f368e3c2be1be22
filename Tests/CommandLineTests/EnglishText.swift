public import Text

/// The sample tool speaks English: a literal is a message.
extension Message: ExpressibleByStringInterpolation {
    /// English in both languages.
    public init(stringLiteral text: String) {
        self.init(verbatim: text)
    }
}
