// What a search finds. A record is found when each term of the search stands in one of its texts, the
// terms in any order and in different texts. A term is one word, or what stands in quotation marks, or
// digits with the marks and blanks that people put between them. Words are compared without case and
// marks of any kind, so that it does not matter on which vowel a tone stands (`hòa`, `hoà`), and a word is
// found by its beginning. This is the definition: what an index keeps (`SearchText+Index.swift`) lets all of it
// through, and is of another number of rules once the definition changes.

public import Replication
internal import Text

/// A text that people search records for.
public struct SearchText: Sendable {
    static let fields: [FieldName] = [
        "code", "applicant_name", "applicant_id", "applicant_phone", "applicant_address", "topic",
        "caller_name", "caller_phone", "name", "notes", "papers", "returned_to", "tracking_number",
        "applicant_email", "agent_name", "agent_id", "agent_phone", "receipt_number", "serial",
        "dossier", "address", "phone",
    ]

    /// What has to be found.
    enum Term: Hashable, Sendable {
        /// Words that follow one another; of the last the beginning is enough, unless it is quoted.
        case words([String], isWhole: Bool)
        /// Digits, together as one number, or each piece between blanks for itself.
        case digits([[String]])
    }

    let terms: [Term]
    /// Whether all is found: nothing is sought.
    let isEmpty: Bool

    /// Prepares a search; blanks alone find all, and signs alone nothing.
    public init(_ text: String) {
        terms = Self.terms(of: text)
        isEmpty = text.allSatisfy(Self.isBlank)
    }

    /// Whether each term stands in one of the record's names, numbers, addresses or notes, in any of the
    /// values of a conflict.
    public func matches(_ record: RecordState) -> Bool {
        if terms.isEmpty { return isEmpty }
        let texts = Self.fields.flatMap { name in
            record[name].compactMap { $0.value.text.map { SearchedText($0) } }
        }
        return matches(texts)
    }

    /// Whether each term stands in a text.
    public func matches(_ text: String) -> Bool { matches([SearchedText(text)]) }

    private func matches(_ texts: [SearchedText]) -> Bool {
        terms.isEmpty
            ? isEmpty
            : terms.allSatisfy { term in
                texts.contains { $0.has(term) } || Self.isSpread(term, texts)
            }
    }

    /// Pieces of digits may stand in different texts, as words may.
    private static func isSpread(_ term: Term, _ texts: [SearchedText]) -> Bool {
        guard case .digits(let pieces) = term, pieces.count > 1 else { return false }
        return pieces.allSatisfy { piece in texts.contains { $0.has(.digits([piece])) } }
    }

    // MARK: Reading a search

    private static let quotes: [Character: Character] = [
        "\"": "\"", "“": "”", "„": "“", "«": "»", "‹": "›", "‘": "’", "'": "'", "”": "”", "＂": "＂",
    ]

    private static func terms(of text: String) -> [Term] {
        var terms: [Term] = []
        var plain: [Character] = []
        var rest = Array(text)[...]
        while let character = rest.popFirst() {
            if plain.last.map({ $0.isWhitespace }) ?? true, let closing = quotes[character],
                let end = rest.firstIndex(where: { $0 == closing || $0 == character })
            {
                terms += words(of: String(plain))
                plain = []
                let quoted = SearchedText.words(of: String(rest[..<end]))
                if !quoted.isEmpty { terms.append(.words(quoted, isWhole: true)) }
                rest = rest[rest.index(after: end)...]
            } else {
                plain.append(character)
            }
        }
        return terms + words(of: String(plain))
    }

    /// The terms of what stands in no quotation marks, cut at blanks.
    private static func words(of text: String) -> [Term] {
        var terms: [Term] = []
        var pieces: [[String]] = []
        func endPieces() {
            if !pieces.isEmpty { terms.append(.digits(pieces)) }
            pieces = []
        }
        for piece in text.split(whereSeparator: isBlank) {
            let words = SearchedText.words(of: String(piece))
            if words.isEmpty { continue }
            let isNumber = words.allSatisfy { $0.utf8.allSatisfy(isDigit) }
            // `12/5` and `0912.345.678` are numbers; a code that begins with digits is words.
            if isNumber {
                pieces.append(piece.first == "+" ? ["+" + words[0]] + words.dropFirst() : words)
            } else {
                endPieces()
                terms.append(.words(words, isWhole: false))
            }
        }
        endPieces()
        return terms
    }

    private static func isBlank(_ character: Character) -> Bool {
        character.isWhitespace || character.unicodeScalars.allSatisfy(Folding.isBlank)
    }

    static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}

/// A text in which is searched.
struct SearchedText {
    /// Its folded words, at each side of what is neither letter nor digit.
    let words: [String]
    /// All its digits, where it has any; a telephone's with its country's as at home.
    let digits: String

    init(_ text: String) {
        words = Self.words(of: text)
        digits = Self.number(words.joined(), isForeign: text.hasPrefix("+"))
    }

    func has(_ term: SearchText.Term) -> Bool {
        switch term {
        case .words(let wanted, let isWhole): has(wanted, isWhole: isWhole)
        case .digits(let pieces): has(pieces)
        }
    }

    /// The folded words of a text.
    static func words(of text: String) -> [String] {
        Folding.folded(text).split { !$0.isLetter && !$0.isNumber }.map(String.init)
    }

    private func has(_ wanted: [String], isWhole: Bool) -> Bool {
        guard wanted.count <= words.count, let last = wanted.last else { return false }
        return (0...words.count - wanted.count).contains { start in
            let end = start + wanted.count - 1
            return words[start..<end].elementsEqual(wanted.dropLast())
                && (isWhole ? words[end] == last : words[end].hasPrefix(last))
        }
    }

    private func has(_ pieces: [[String]]) -> Bool {
        if hasNumber(pieces.joined().joined()) { return true }
        return pieces.allSatisfy { piece in
            has(piece.map { $0.replacing("+", with: "") }, isWhole: false)
                || hasNumber(piece.joined())
        }
    }

    /// A few digits are the beginning of a word; more are part of a number, wherever they stand in it.
    private func hasNumber(_ text: String) -> Bool {
        let number = Self.number(text, isForeign: text.hasPrefix("+"))
        return number.count >= Self.partCharactersMin && digits.contains(number)
    }

    /// Digits that are sought within numbers, at least.
    static let partCharactersMin = 3

    /// The digits of a text; +84 and 84 before nine or ten of them are the 0 that is dialled at home.
    static func number(_ text: String, isForeign: Bool) -> String {
        let digits = digits(of: text)
        guard digits.hasPrefix("84"), isForeign || (11...12).contains(digits.count) else {
            return digits
        }
        return "0" + digits.dropFirst(2)
    }
    /// The digits of a text, in ASCII.
    static func digits(of text: String) -> String {
        String(decoding: text.utf8.filter(SearchText.isDigit), as: UTF8.self)
    }
}
