// What an index keeps of records so that a search need not read every one. The index names records that may
// match, and `SearchText.matches` decides: so a sieve has to let through whatever `matches` finds, and
// may let through more. It is a superset by these rules:
// - A word is kept by its first letters as they stand in ASCII, which all Vietnamese words do once they are folded. A
//   word that goes on in other letters is kept by what stands before them, and the record as one with such words.
// - Digits are sought within numbers, too: a text is kept by each three digits that follow one another in it.
//   A word of digits alone is therefore kept by its first two only, for searches that are shorter than three.

public import Replication
internal import Text

/// What the terms of a record have to be for a search to find it, perhaps.
public indirect enum SearchSieve: Hashable, Sendable {
    /// It has this term.
    case term(String)
    /// It has a term that begins with this.
    case beginning(String)
    /// It has a term of this span, in the order of bytes.
    case span(ClosedRange<String>)
    /// It passes each of these; all records pass none.
    case all([SearchSieve])
    /// It passes one of these; no record passes none.
    case any([SearchSieve])
}

extension SearchText {
    /// The number of the rules that make terms of a record, the list of searched fields among them: to be
    /// raised with every change of either, so that indexes are made anew.
    public static let indexRules: Int64 = 1

    /// The terms of a record, in ASCII: small letters, digits, and the marks of `SearchedText`.
    public static func indexTerms(of record: RecordState) -> Set<String> {
        var terms: Set<String> = []
        for name in fields {
            for entry in record[name] {
                if let text = entry.value.text { SearchedText(text).addIndexTerms(to: &terms) }
            }
        }
        return terms
    }

    /// Whether a search may find one of two states of a record and not the other. It is asked at each write: the fields,
    /// which are in order, are gone through once, and most entries are the same in memory.
    public static func tellsApart(_ one: RecordState, _ other: RecordState) -> Bool {
        func isSearched(_ field: FieldState) -> Bool { fields.contains(field.name) }
        var rest = other.fields[...]
        for field in one.fields {
            while let next = rest.first, next.name < field.name {
                if isSearched(next) { return true }
                rest.removeFirst()
            }
            if let next = rest.first, next.name == field.name {
                rest.removeFirst()
                if next.entries == field.entries { continue }
            }
            if isSearched(field) { return true }
        }
        return rest.contains(where: isSearched)
    }

    /// What a record has to have that this finds; `nil` when it finds all.
    public var sieve: SearchSieve? {
        if terms.isEmpty { return isEmpty ? nil : .any([]) }
        return .all(terms.map(Self.sieve))
    }

    private static func sieve(of term: Term) -> SearchSieve {
        switch term {
        case .words(let words, let isWhole):
            return .all(
                words.indices.map { index in
                    SearchedText.sieve(
                        ofWord: words[index], isWhole: isWhole || index < words.count - 1)
                })
        case .digits(let pieces):
            let each = pieces.map { piece in
                SearchSieve.any([
                    sieve(of: .words(piece.map { $0.replacing("+", with: "") }, isWhole: false)),
                    SearchedText.sieve(ofNumber: piece.joined()),
                ])
            }
            return .any([SearchedText.sieve(ofNumber: pieces.joined().joined()), .all(each)])
        }
    }
}

extension SearchedText {
    /// Before three digits.
    private static let digitsMark = "#"
    /// The term of records with words that ASCII does not hold.
    private static let otherLetters = "~"
    /// Characters of a word that are kept.
    private static let lettersMax = 12
    /// Characters of a word of digits that are kept.
    private static let digitsKeptMax = partCharactersMin - 1

    fileprivate func addIndexTerms(to terms: inout Set<String>) {
        for word in words {
            if word.utf8.allSatisfy(SearchText.isDigit) {
                terms.insert(String(word.prefix(Self.digitsKeptMax)))
                continue
            }
            let letters = Folding.asciiStart(of: word)
            if letters.utf8.count < word.utf8.count { terms.insert(Self.otherLetters) }
            if !letters.isEmpty { terms.insert(String(letters.prefix(Self.lettersMax))) }
        }
        let written = Self.digits(of: words.joined())
        terms.formUnion(Self.threes(of: written))
        if digits != written { terms.formUnion(Self.threes(of: digits)) }
    }

    fileprivate static func sieve(ofWord word: String, isWhole: Bool) -> SearchSieve {
        if word.utf8.allSatisfy(SearchText.isDigit) {
            if word.utf8.count > digitsKeptMax { return .all(threes(of: word).map { .term($0) }) }
            return isWhole ? .term(word) : .beginning(word)
        }
        let letters = Folding.asciiStart(of: word)
        guard letters.utf8.count == word.utf8.count else {
            return .all([.term(otherLetters)] + (letters.isEmpty ? [] : [.beginning(letters)]))
        }
        let kept = String(letters.prefix(lettersMax))
        return isWhole || kept.utf8.count == lettersMax ? .term(kept) : .beginning(kept)
    }

    /// What has a number within it, as `hasNumber` finds it.
    fileprivate static func sieve(ofNumber text: String) -> SearchSieve {
        let number = number(text, isForeign: text.hasPrefix("+"))
        guard number.utf8.count >= partCharactersMin else { return .any([]) }
        return .all(threes(of: number).map { .term($0) })
    }

    private static func threes(of digits: String) -> [String] {
        let digits = Array(digits.utf8)
        guard digits.count >= partCharactersMin else { return [] }
        return (0...digits.count - partCharactersMin).map { start in
            digitsMark
                + String(decoding: digits[start..<start + partCharactersMin], as: UTF8.self)
        }
    }
}
