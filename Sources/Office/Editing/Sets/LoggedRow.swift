// How central's feed follows from what is written: which offices read a row. The same function makes
// the rows of what devices push, on values, and of what central writes itself.

internal import Causality
internal import Crypto
internal import Dossiers
public import Replication

/// Whose feed a row stands in.
public enum FeedScope: Hashable, Sendable {
    /// Every office's.
    case catalog
    /// One office's, by its code.
    case office(String)

    /// Whose feed tells of a record in this state, and whose digest counts it.
    public static func scopes(of state: RecordState) -> [FeedScope] {
        // A record that was refused before it began, or has yet to begin, is in nobody's digest.
        guard !state.fields.isEmpty else { return [] }
        return switch DossierRules.scope(of: state) {
        case .catalog: [.catalog]
        case .offices(let codes): codes.map(FeedScope.office)
        case .none: []
        }
    }

    /// The office's code; `nil` for the catalog.
    public var office: String? {
        if case .office(let code) = self { code } else { nil }
    }
}

/// A row of central's log, and who reads it.
public struct LoggedRow: Hashable, Sendable {
    /// What is logged.
    public var entry: LogEntry
    /// The kind of its record.
    public var kind: RecordKind
    /// Its record; `nil` for what belongs to none.
    public var record: RecordID?
    /// Whether its hash stands in the feed's chain. What central only keeps is in no chain.
    public var isChained = true
    /// Who reads it.
    public var readers: [FeedScope] = []
    /// Where the record is from now on, and the offices that had read it before.
    public var move: Move?

    /// That a record has moved.
    public struct Move: Hashable, Sendable {
        /// The office that has it.
        public var office: String
        /// Those that hear where it is.
        public var former: [String]
    }

    /// Makes a row.
    public init(_ entry: LogEntry, _ kind: RecordKind, _ record: RecordID?) {
        self.entry = entry
        self.kind = kind
        self.record = record
    }
}

extension LoggedRow {
    /// The rows that follow from a record's new state and the entry that says why.
    ///
    /// - Parameters:
    ///   - exists: whether the record had a row before.
    ///   - office: an office that reads the entry besides those of the record.
    ///   - everRead: the offices that read the record at any time before.
    /// - Throws: `FormatError` when the entry's bytes are none; what `everRead` throws.
    public static func rows(
        for entry: LogEntry, of after: RecordState, over before: RecordState, exists: Bool,
        alsoFor office: String? = nil, everRead: () throws -> [String]
    ) throws -> [LoggedRow] {
        var entry = entry
        let kept = after.keptFields
        if kept != nil { entry = try entry.erased(from: after) }
        if entry.form == .state, entry.hash == nil {
            entry.hash = Hash256(hashing: after.canonicalBytes)
        }
        let (earlier, present) = (FeedScope.scopes(of: before), FeedScope.scopes(of: after))
        let isWhole = !exists || entry.form == .state
        // An office that the record is new to needs its state; the change alone would be a gap.
        let newcomers = isWhole ? [] : present.filter { !earlier.contains($0) }
        var row = LoggedRow(entry, after.kind, after.id)
        row.readers = isWhole ? present : earlier
        if let office, !row.readers.contains(.office(office)) {
            row.readers.append(.office(office))
        }
        if exists, present != earlier, present.count == 1,
            let office = after[RecordSchema.officeField].first?.value.text
        {
            let all = try Set(everRead()).union(row.readers.compactMap(\.office))
            let former = all.subtracting(present.compactMap(\.office))
            row.move = Move(office: office, former: former.sorted())
        }
        var rows = [row]
        if !newcomers.isEmpty {
            let state = LogEntry(form: .state, hash: Hash256(hashing: after.canonicalBytes))
            var second = LoggedRow(state, after.kind, after.id)
            second.readers = newcomers
            rows.append(second)
        }
        if kept != nil, kept != before.keptFields {
            let former = try everRead().map(FeedScope.office)
                .filter { !row.readers.contains($0) && !newcomers.contains($0) }
            rows += told(after.erasureNotice, to: former)
        }
        return rows
    }

    /// The row that tells offices of a record by a state that is not the record's own; none for nobody.
    public static func told(_ state: RecordState, to readers: [FeedScope]) -> [LoggedRow] {
        guard !readers.isEmpty else { return [] }
        let bytes = state.canonicalBytes
        let entry = LogEntry(form: .state, hash: Hash256(hashing: bytes), bytes: bytes)
        var row = LoggedRow(entry, state.kind, state.id)
        row.readers = readers
        return [row]
    }
}
