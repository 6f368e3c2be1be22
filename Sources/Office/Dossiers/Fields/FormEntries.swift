// What the office's forms hold as entries: papers with their counts, extensions of the limit, steps inside the
// office. Each is a text that older programs show as it is.

public import Causality
public import Replication
internal import Text

/// One paper that was handed in: a line of an entry of `papers`.
///
///     CCCD | copies=2
///     Đơn đề nghị
///
/// A line without counts is one original. Words of a newer version, as a scan's hash, are kept.
public struct DossierPaper: Hashable, Sendable {
    /// In which forms a paper comes.
    public enum Form: String, CaseIterable, Sendable {
        /// As it was made.
        case originals
        /// Copies that an authority certified.
        case certified
        /// Plain copies.
        case copies
        /// Files.
        case electronic
    }

    /// What it is.
    public var name: String
    /// How many there are, by form; none is 0.
    public var counts: [Form: Int]
    /// A scan's `hash`, `size` and `type`, and words that only a newer version knows.
    public var others: [String: String] = [:]

    private static let mark = " | "
    private static let countMax = 9_999

    /// Reads a line.
    ///
    /// - Throws: `DossierError.malformed` when a count is no number.
    public init(parsing line: some StringProtocol) throws(DossierError) {
        let text = String(line)
        name = text
        counts = [.originals: 1]
        guard let range = text.ranges(of: Self.mark).last else { return }
        var (found, others): ([Form: Int], [String: String]) = ([:], [:])
        for word in text[range.upperBound...].split(separator: " ") {
            let parts = word.split(separator: "=", maxSplits: 1)
            // A name may have the mark in it.
            guard parts.count == 2 else { return }
            guard let form = Form(rawValue: String(parts[0])) else {
                others[String(parts[0])] = String(parts[1])
                continue
            }
            guard let count = Int(parts[1]), (0...Self.countMax).contains(count) else {
                throw .malformed("papers", reason: "has a count that is no number")
            }
            found[form] = count
        }
        guard !found.isEmpty || !others.isEmpty else { return }
        name = String(text[..<range.lowerBound])
        counts = found.isEmpty ? counts : found.filter { $0.value > 0 }
        self.others = others
    }

    /// A line as people write it, whose counts may stand in words behind the name: `CCCD (2 bản sao)`, `Đơn: 1 bản chính`.
    /// It comes back as it was where they do not.
    static func line(typed text: String) -> String {
        guard text.ranges(of: mark).isEmpty else { return text }
        let name: Substring
        let rest: Substring
        if text.hasSuffix(")"), let open = text.lastIndex(of: "(") {
            name = text[..<open]
            rest = text[text.index(after: open)...].dropLast()
        } else if let colon = text.lastIndex(of: ":") {
            name = text[..<colon]
            rest = text[text.index(after: colon)...]
        } else {
            return text
        }
        var counts: [Form: Int] = [:]
        for part in rest.split(whereSeparator: { ",;+".contains($0) }) {
            let words = Folding.words(String(part))
            guard words.count > 1, let count = Int(words[0]), (0...countMax).contains(count),
                let form = Form(named: words.dropFirst().joined(separator: " ")),
                counts.updateValue(count, forKey: form) == nil
            else { return text }
        }
        let title = Folding.trimmed(String(name))
        guard !counts.isEmpty, !title.isEmpty else { return text }
        if counts == [.originals: 1] { return title }
        let said = Form.allCases.compactMap { form in
            counts[form].map { "\(form.rawValue)=\($0)" }
        }
        return title + mark + said.joined(separator: " ")
    }

    /// The papers of an entry, one a line; those whose counts cannot be read count as one original.
    public static func papers(of entry: String) -> [DossierPaper] {
        entry.split(separator: "\n").compactMap { line in
            if let paper = try? DossierPaper(parsing: line) { return paper }
            return try? DossierPaper(parsing: line.replacing(Self.mark, with: " "))
        }
    }
}

extension DossierPaper.Form {
    /// The form of this name, folded, in either language.
    fileprivate init?(named name: String) {
        let found = Self.names.first { $0.value.contains(name) }?.key
        guard let found else { return nil }
        self = found
    }

    private static let names: [Self: Set<String>] = [
        .originals: ["original", "originals", "ban chinh", "ban goc", "chinh", "goc"],
        .certified: [
            "certified copy", "certified copies", "certified", "ban sao chung thuc", "sao y",
            "ban sao y", "ban chung thuc", "ban sao co chung thuc", "ban sao cong chung",
        ],
        .copies: [
            "copy", "copies", "ban chup", "ban sao", "ban photo", "photo", "ban photocopy",
            "ban pho to", "sao", "ban copy",
        ],
        .electronic: ["electronic", "ban dien tu", "file", "files", "tep", "ban scan"],
    ]
}

/// An extension of a dossier's limit; as text `TO FROM SIGNER`, times in milliseconds since the epoch, `-` for
/// none. Why stands in the note of the same change.
public struct LimitExtension: Hashable, Sendable {
    /// The new time at which it is due.
    public var to: Timestamp
    /// The time at which it was due before; `nil` when there was none.
    public var from: Timestamp?
    /// Who signed it.
    public var signer: String

    /// Makes an extension.
    public init(to: Timestamp, from: Timestamp?, signer: String) {
        (self.to, self.from, self.signer) = (to, from, signer)
    }

    /// Reads what `description` writes; `nil` for anything else.
    public init?(parsing text: String) {
        let words = text.split(separator: " ", maxSplits: 2)
        guard words.count >= 2, let to = Int64(words[0]), DossierLimits.instant.contains(to) else {
            return nil
        }
        self.to = Timestamp(milliseconds: to)
        if words[1] != "-" {
            guard let from = Int64(words[1]), DossierLimits.instant.contains(from) else {
                return nil
            }
            self.from = Timestamp(milliseconds: from)
        }
        signer = words.count > 2 ? String(words[2]) : ""
    }
}

extension LimitExtension: CustomStringConvertible {
    /// The text.
    public var description: String {
        "\(to.milliseconds) \(from.map { String($0.milliseconds) } ?? "-") \(signer)"
    }
}

/// A step of a dossier inside the office; as text lines of `key=value`.
public struct OfficeStep: Hashable, Sendable {
    /// The keys, in order: the unit that gave it, the one that took it, who there, and with what result.
    public enum Key: String, CaseIterable, Sendable {
        /// The unit that gave it.
        case from
        /// The unit that took it.
        case to
        /// Who took it.
        case person
        /// What came of it.
        case result
    }

    /// What is said of it; keys of a newer version stand behind, as they came.
    public var values: [Key: String] = [:]

    /// Makes a step.
    public init(_ values: [Key: String]) {
        self.values = values
    }

    /// Reads lines of `key=value`; `nil` for anything else. Keys that only a newer version knows are passed over.
    public init?(parsing text: String) {
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, !parts[0].isEmpty else { return nil }
            if let key = Key(rawValue: String(parts[0])) { values[key] = String(parts[1]) }
        }
        if values.isEmpty { return nil }
    }
}

extension OfficeStep: CustomStringConvertible {
    /// The text.
    public var description: String {
        Key.allCases.compactMap { key in
            values[key].map { "\(key.rawValue)=" + $0.replacing("\n", with: " ") }
        }.joined(separator: "\n")
    }
}

extension RecordState {
    /// The extension of the limit that counts: the latest by stamp; `nil` for none, and where a person has written
    /// `due_at` since.
    public var limitExtension: LimitExtension? {
        guard let shown = shown(RecordSchema.extensionsField, by: .entries),
            let entry = shown.entries.first, let text = entry.value.text,
            let clock = stamp(of: entry.dot)?.clock
        else { return nil }
        let agreed = self["due_at"].compactMap { stamp(of: $0.dot)?.clock }.max()
        if let agreed, agreed > clock { return nil }
        return LimitExtension(parsing: text)
    }
}
