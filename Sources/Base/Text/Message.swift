/// What a program says to a person, in each language.
///
/// Both stand at the place where it is said, so that the compiler asks for both.
public struct Message: Hashable, Sendable {
    /// In English.
    public let english: String
    /// In Vietnamese.
    public let vietnamese: String

    /// Makes a message.
    public init(_ english: String, vi vietnamese: String) {
        self.english = english
        self.vietnamese = vietnamese
    }

    /// Text that is the same in every language: names, numbers, examples, and what is meant for
    /// developers only.
    public init(verbatim text: String) {
        self.init(text, vi: text)
    }

    /// The text in a language.
    public func text(in language: Language) -> String {
        switch language {
        case .english: english
        case .vietnamese: vietnamese
        }
    }

    /// Whether there is nothing to say.
    public var isEmpty: Bool { english.isEmpty }

    /// One message after the other.
    public static func + (left: Message, right: Message) -> Message {
        Message(left.english + right.english, vi: left.vietnamese + right.vietnamese)
    }

    /// The messages with something between them.
    public static func joined(_ messages: [Message], separator: String) -> Message {
        Message(
            messages.map(\.english).joined(separator: separator),
            vi: messages.map(\.vietnamese).joined(separator: separator))
    }
}
