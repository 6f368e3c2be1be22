// What people type, cut into pieces by what the signs are and not by where the blanks stand, so that
// `8:30`, `8 : 30` and `08h30` can be told by the same few steps. Every piece knows its place: what a
// reader does not take is named by it, and half a value is never taken for a whole one.

/// A text as a person typed it, in pieces that are taken from the front.
public struct TypedText: Sendable {
    /// A piece.
    public enum Piece: Hashable, Sendable {
        /// A run of decimal digits of any script, as those of ASCII.
        case digits(String)
        /// A run of letters, without case and marks.
        case word(String)
        /// A single sign; every dash is `-`.
        case sign(Character)
    }

    private struct Token: Sendable {
        var piece: Piece
        var place: Int
        var followsBlank: Bool
    }

    private let tokens: [Token]
    private let endPlace: Int
    private var position = 0

    /// Cuts a text into pieces; blanks and invisible marks stand between them.
    public init(_ text: String) {
        var tokens: [Token] = []
        var followsBlank = false
        var place = 0
        for character in text {
            place += 1
            guard let piece = Self.piece(character) else {
                followsBlank = true
                continue
            }
            if !followsBlank, let last = tokens.last,
                let joined = Self.joined(last.piece, piece)
            {
                tokens[tokens.count - 1].piece = joined
            } else {
                tokens.append(Token(piece: piece, place: place, followsBlank: followsBlank))
            }
            followsBlank = false
        }
        self.tokens = tokens
        endPlace = place + 1
    }

    /// Whether all was taken.
    public var isAtEnd: Bool { position == tokens.count }

    /// The pieces that were not taken yet.
    public var rest: [Piece] { tokens[position...].map(\.piece) }

    /// The place of the next piece in the text, in characters, beginning with 1; behind the last
    /// character at the end.
    public var place: Int { isAtEnd ? endPlace : tokens[position].place }

    /// The piece so many behind the next one.
    public func peek(_ offset: Int = 0) -> Piece? {
        let index = position + offset
        return tokens.indices.contains(index) ? tokens[index].piece : nil
    }

    /// Whether a blank stands before the piece so many behind the next one.
    public func followsBlank(_ offset: Int = 0) -> Bool {
        let index = position + offset
        return tokens.indices.contains(index) && tokens[index].followsBlank
    }

    /// The digits so many pieces behind the next one.
    public func digits(_ offset: Int = 0) -> String? {
        guard case .digits(let digits)? = peek(offset) else { return nil }
        return digits
    }

    /// The word so many pieces behind the next one.
    public func word(_ offset: Int = 0) -> String? {
        guard case .word(let word)? = peek(offset) else { return nil }
        return word
    }

    /// The sign so many pieces behind the next one.
    public func sign(_ offset: Int = 0) -> Character? {
        guard case .sign(let sign)? = peek(offset) else { return nil }
        return sign
    }

    /// Takes so many pieces.
    public mutating func take(_ count: Int = 1) { position = min(position + count, tokens.count) }

    /// Takes this sign, if it is the next piece.
    public mutating func takeSign(_ wanted: Character) -> Bool {
        guard sign() == wanted else { return false }
        take()
        return true
    }

    /// Takes one of these words, if it is the next piece.
    public mutating func takeWord(_ wanted: Set<String>) -> Bool {
        guard let word = word(), wanted.contains(word) else { return false }
        take()
        return true
    }

    /// `nil` for a blank and for what nobody sees.
    private static func piece(_ character: Character) -> Piece? {
        guard let scalar = character.unicodeScalars.first else { return nil }
        switch scalar.properties.generalCategory {
        case .decimalNumber:
            return character.wholeNumberValue.map { .digits(String($0)) } ?? .sign(character)
        case .spaceSeparator, .lineSeparator, .paragraphSeparator, .format: return nil
        case .dashPunctuation: return .sign("-")
        default: break
        }
        if scalar == "\t" || scalar == "\n" || scalar == "\r" { return nil }
        if scalar == "\u{2212}" { return .sign("-") }
        let folded = Folding.folded(String(character))
        if character.isLetter { return .word(folded) }
        return .sign(folded.count == 1 ? folded.first ?? character : character)
    }

    private static func joined(_ left: Piece, _ right: Piece) -> Piece? {
        switch (left, right) {
        case (.digits(let left), .digits(let right)): .digits(left + right)
        case (.word(let left), .word(let right)): .word(left + right)
        default: nil
        }
    }
}
