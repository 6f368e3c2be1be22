public import Text

/// What a transport says of a link, in both languages. Written as a literal it is for developers: of a
/// simulator, or a test.
public struct LinkReason: Hashable, Sendable, CustomStringConvertible,
    ExpressibleByStringInterpolation
{
    /// The words.
    public let message: Message

    /// Says something to a person.
    public init(_ message: Message) {
        self.message = message
    }

    /// Says something to a developer.
    public init(stringLiteral text: String) {
        message = Message(verbatim: text)
    }

    /// In English.
    public var description: String { message.english }
}
