// The search index: which records have which terms (`SearchText.indexTerms`), and on which days dossiers are
// due (`DueDay`), in shards of 8,192 keys of a table of records. It follows the records behind those who write them. What it lacks is known at any moment: in a
// shard the keys after `through`, and the records that are listed as stale, whose searched texts were
// changed after they were looked at. A search reads those records themselves, so that it never finds less. Of all
// other records the index has the terms exactly: `verify` compares them.

internal import Dossiers
internal import Replication
internal import SQLite

enum SearchIndexSchema {
    /// The same at a counter and at central. `kind` is that of `SearchShard.column`, `records` a `ShardSet`;
    /// `rules` the number of the rules that made the terms of the shard, `through` the last key that it has,
    /// `stale` what is to be looked at again.
    static let both = """
        CREATE TABLE search_terms(
            kind INTEGER NOT NULL, shard INTEGER NOT NULL, term TEXT NOT NULL,
            records BLOB NOT NULL, PRIMARY KEY (kind, shard, term)) STRICT, WITHOUT ROWID;
        CREATE TABLE search_shards(
            kind INTEGER NOT NULL, shard INTEGER NOT NULL, through INTEGER NOT NULL,
            rules INTEGER NOT NULL, PRIMARY KEY (kind, shard)) STRICT, WITHOUT ROWID;
        CREATE TABLE search_stale(
            kind INTEGER NOT NULL, record INTEGER NOT NULL,
            PRIMARY KEY (kind, record)) STRICT, WITHOUT ROWID;
        """
}

/// What an index has of records.
enum IndexedTerms: Int64 {
    /// What a search finds them by.
    case searched = 0
    /// The days on which open dossiers are due (`DueDay`).
    case dueDays = 1

    /// The indexes of a kind of records.
    static func all(of kind: RecordKind) -> [IndexedTerms] {
        kind == .dossier ? [.searched, .dueDays] : [.searched]
    }
}

/// A run of keys in a table of records, and what is indexed of it.
struct SearchShard: Hashable {
    var kind: RecordKind
    var terms = IndexedTerms.searched
    /// The first one of a table is 0.
    var number: Int64

    init(_ kind: RecordKind, _ terms: IndexedTerms = .searched, number: Int64) {
        self.kind = kind
        self.terms = terms
        self.number = number
    }

    /// The shard of a record.
    init(_ kind: RecordKind, _ terms: IndexedTerms = .searched, holding key: Int64) {
        self.init(kind, terms, number: key / Int64(ShardSet.count))
    }

    /// The shards of a table whose last key is `last`.
    static func all(
        of kind: RecordKind, _ terms: IndexedTerms = .searched, through last: Int64
    ) -> [SearchShard] {
        (0...last / Int64(ShardSet.count)).map { SearchShard(kind, terms, number: $0) }
    }

    /// What the tables call the kind, and what is indexed of it.
    static func column(_ kind: RecordKind, _ terms: IndexedTerms) -> Int64 {
        terms.rawValue << 8 | Int64(kind.rawValue)
    }

    fileprivate var column: Int64 { Self.column(kind, terms) }

    var firstKey: Int64 { number * Int64(ShardSet.count) }
    var lastKey: Int64 { firstKey + Int64(ShardSet.count) - 1 }

    /// The place of a key in it.
    func place(of key: Int64) -> Int { Int(key - firstKey) }

    /// The places of its keys up to one, or from one on.
    func places(through key: Int64) -> Range<Int> { 0..<place(of: key) + 1 }
    func places(after key: Int64) -> Range<Int> { place(of: key) + 1..<ShardSet.count }

    fileprivate func bind(_ statement: Statement) throws {
        try statement.bind(1, column)
        try statement.bind(2, number)
    }
}

/// The tables of the index.
final class SearchIndex {
    private let connection: Connection
    private let selectionOfMark = HeldStatement(
        "SELECT through FROM search_shards WHERE kind = ?1 AND shard = ?2 AND rules = ?3")
    private let selectionOfAnyMark = HeldStatement(
        "SELECT through FROM search_shards WHERE kind = ?1 AND shard = ?2")
    private let selectionOfStale = HeldStatement(
        "SELECT record FROM search_stale WHERE kind = ?1 AND record BETWEEN ?2 AND ?3")
    private let selectionOfTerm = HeldStatement(
        "SELECT records FROM search_terms WHERE kind = ?1 AND shard = ?2 AND term = ?3")
    private let selectionOfTerms = HeldStatement(
        """
        SELECT records FROM search_terms
        WHERE kind = ?1 AND shard = ?2 AND term >= ?3 AND term <= ?4
        """)
    private let writing = HeldStatement(
        """
        INSERT OR REPLACE INTO search_terms(kind, shard, term, records) VALUES (?1, ?2, ?3, ?4)
        """)
    private let removal = HeldStatement(
        "DELETE FROM search_terms WHERE kind = ?1 AND shard = ?2 AND term = ?3")
    private let staleness = HeldStatement(
        "INSERT OR IGNORE INTO search_stale(kind, record) VALUES (?1, ?2)")

    init(_ connection: Connection) {
        self.connection = connection
    }
}

// MARK: - Reading

extension SearchIndex {
    /// The last key of a shard that was looked at; `nil` when none was, or by other rules.
    func mark(of shard: SearchShard, rules: Int64) throws -> Int64? {
        let statement = try selectionOfMark.prepared(on: connection)
        try shard.bind(statement)
        try statement.bind(3, rules)
        defer { statement.reset() }
        return try statement.step() ? statement.int64(0) : nil
    }

    /// Whether other rules made the terms of a shard: nobody asks them, and they are made anew.
    func isOfOtherRules(_ shard: SearchShard, than rules: Int64) throws -> Bool {
        let statement = try connection.statement(
            "SELECT 1 FROM search_shards WHERE kind = ?1 AND shard = ?2 AND rules <> ?3")
        try shard.bind(statement)
        try statement.bind(3, rules)
        defer { statement.reset() }
        return try statement.step()
    }

    /// Whether a record has been looked at, by whatever rules.
    func hasLookedAt(_ key: Int64, of kind: RecordKind, for terms: IndexedTerms) throws -> Bool {
        let shard = SearchShard(kind, terms, holding: key)
        let statement = try selectionOfAnyMark.prepared(on: connection)
        try shard.bind(statement)
        defer { statement.reset() }
        return try statement.step() && statement.int64(0) >= key
    }

    /// How many keys of a table were looked at, by these rules.
    func count(of kind: RecordKind, _ terms: IndexedTerms, rules: Int64) throws -> Int64 {
        let statement = try connection.statement(
            """
            SELECT coalesce(sum(through - shard * \(ShardSet.count) + 1), 0)
            FROM search_shards WHERE kind = ?1 AND rules = ?2
            """)
        try statement.bind(1, SearchShard.column(kind, terms))
        try statement.bind(2, rules)
        defer { statement.reset() }
        return try statement.step() ? statement.int64(0) : 0
    }

    /// How many records were changed since they were looked at.
    func staleCount() throws -> Int64 {
        let statement = try connection.statement("SELECT count(*) FROM search_stale")
        defer { statement.reset() }
        return try statement.step() ? statement.int64(0) : 0
    }

    /// The shards of a table that have terms, or a mark. O(terms).
    func shards(of kind: RecordKind, _ terms: IndexedTerms) throws -> [SearchShard] {
        let statement = try connection.statement(
            """
            SELECT shard FROM search_shards WHERE kind = ?1
            UNION SELECT shard FROM search_terms WHERE kind = ?1
            """)
        try statement.bind(1, SearchShard.column(kind, terms))
        defer { statement.reset() }
        var shards: [SearchShard] = []
        while try statement.step() {
            shards.append(SearchShard(kind, terms, number: statement.int64(0)))
        }
        return shards
    }

    /// The records of a shard that were changed since they were looked at, or were not looked at yet.
    func stale(in shard: SearchShard) throws -> ShardSet {
        let statement = try selectionOfStale.prepared(on: connection)
        try statement.bind(1, shard.column)
        try statement.bind(2, shard.firstKey)
        try statement.bind(3, shard.lastKey)
        defer { statement.reset() }
        var stale = ShardSet()
        while try statement.step() { stale.insert(shard.place(of: statement.int64(0))) }
        return stale
    }

    /// The records of a shard that a search may find: those that the index names, and those that it lacks. All,
    /// when it cannot be read.
    func candidates(
        for sieve: SearchSieve, in shard: SearchShard, rules: Int64
    ) throws -> ShardSet {
        guard let mark = try mark(of: shard, rules: rules),
            var found = try records(passing: sieve, in: shard)
        else { return ShardSet(all: true) }
        found.formUnion(try stale(in: shard))
        found.insert(shard.places(after: mark))
        return found
    }

    /// What passes a sieve; `nil` when a row of the index is damaged.
    private func records(passing sieve: SearchSieve, in shard: SearchShard) throws -> ShardSet? {
        switch sieve {
        case .term(let term):
            let statement = try selectionOfTerm.prepared(on: connection)
            try statement.bind(3, term)
            return try union(of: statement, in: shard)
        case .beginning(let start):
            // Behind all that begin so: terms are in ASCII.
            return try records(passing: .span(start...start + "\u{7F}"), in: shard)
        case .span(let terms):
            let statement = try selectionOfTerms.prepared(on: connection)
            try statement.bind(3, terms.lowerBound)
            try statement.bind(4, terms.upperBound)
            return try union(of: statement, in: shard)
        case .all(let parts):
            var passing = ShardSet(all: true)
            for part in parts {
                guard let records = try records(passing: part, in: shard) else { return nil }
                passing.formIntersection(records)
                if passing.isEmpty { break }
            }
            return passing
        case .any(let parts):
            var passing = ShardSet()
            for part in parts {
                guard let records = try records(passing: part, in: shard) else { return nil }
                passing.formUnion(records)
            }
            return passing
        }
    }

    private func union(of statement: Statement, in shard: SearchShard) throws -> ShardSet? {
        try shard.bind(statement)
        defer { statement.reset() }
        var union = ShardSet()
        while try statement.step() {
            guard let records = statement.withBytes(0, { ShardSet(packed: $0) }) else { return nil }
            union.formUnion(records)
        }
        return union
    }

    /// How many records of a shard have each term of a span; damaged rows count for nothing.
    func counts(
        of terms: ClosedRange<String>, in shard: SearchShard
    ) throws -> [(term: String, count: Int)] {
        let statement = try connection.statement(
            """
            SELECT term, records FROM search_terms
            WHERE kind = ?1 AND shard = ?2 AND term BETWEEN ?3 AND ?4 ORDER BY term
            """)
        try shard.bind(statement)
        try statement.bind(3, terms.lowerBound)
        try statement.bind(4, terms.upperBound)
        defer { statement.reset() }
        var counts: [(String, Int)] = []
        while try statement.step() {
            let records = statement.withBytes(1) { ShardSet(packed: $0) }
            counts.append((statement.text(0), records?.placeCount ?? 0))
        }
        return counts
    }

    /// Calls `body` with each term of a shard and its records; `nil` for a damaged row.
    func forEachTerm(of shard: SearchShard, _ body: (String, ShardSet?) throws -> Void) throws {
        let statement = try connection.statement(
            "SELECT term, records FROM search_terms WHERE kind = ?1 AND shard = ?2 ORDER BY term")
        try shard.bind(statement)
        defer { statement.reset() }
        while try statement.step() {
            try body(statement.text(0), statement.withBytes(1) { ShardSet(packed: $0) })
        }
    }
}

// MARK: - Writing

extension SearchIndex {
    /// Lists a record as changed since it was looked at.
    func noteStale(_ kind: RecordKind, _ terms: IndexedTerms, _ key: Int64) throws {
        let statement = try staleness.prepared(on: connection)
        try statement.bind(1, SearchShard.column(kind, terms))
        try statement.bind(2, key)
        try statement.run()
    }

    /// Takes records out of all terms of their shard; terms that nobody else has go with them.
    ///
    /// - Returns: `false` when a row was damaged: then the whole shard is gone, to be made anew.
    func forget(_ records: ShardSet, in shard: SearchShard) throws -> Bool {
        var left: [(term: String, records: ShardSet)] = []
        var isDamaged = false
        try forEachTerm(of: shard) { term, found in
            guard var rest = found else {
                isDamaged = true
                return
            }
            rest.subtract(records)
            if rest != found { left.append((term, rest)) }
        }
        if isDamaged {
            try clear(shard)
        } else {
            for (term, records) in left { try write(records, of: term, in: shard) }
        }
        return !isDamaged
    }

    /// Adds records to terms of their shard, and has them looked at. A damaged shard goes whole.
    func add(
        _ terms: [String: ShardSet], of records: ShardSet, through mark: Int64,
        in shard: SearchShard, rules: Int64
    ) throws {
        for (term, added) in terms.sorted(by: { $0.key < $1.key }) {
            guard var records = try self.records(passing: .term(term), in: shard) else {
                return try clear(shard)
            }
            records.formUnion(added)
            try write(records, of: term, in: shard)
        }
        let marking = try connection.statement(
            """
            INSERT OR REPLACE INTO search_shards(kind, shard, through, rules)
            VALUES (?1, ?2, ?3, ?4)
            """)
        try shard.bind(marking)
        try marking.bind(3, mark)
        try marking.bind(4, rules)
        try marking.run()
        let freshening = try connection.statement(
            "DELETE FROM search_stale WHERE kind = ?1 AND record BETWEEN ?2 AND ?3")
        for run in records.runsDownward {
            try freshening.bind(1, shard.column)
            try freshening.bind(2, shard.firstKey + Int64(run.lowerBound))
            try freshening.bind(3, shard.firstKey + Int64(run.upperBound))
            try freshening.run()
        }
    }

    /// Removes all terms of a shard.
    func clear(_ shard: SearchShard) throws {
        for table in ["search_terms", "search_shards"] {
            let statement = try connection.statement(
                "DELETE FROM \(table) WHERE kind = ?1 AND shard = ?2")
            try shard.bind(statement)
            try statement.run()
        }
    }

    private func write(_ records: ShardSet, of term: String, in shard: SearchShard) throws {
        let statement = try (records.isEmpty ? removal : writing).prepared(on: connection)
        try shard.bind(statement)
        try statement.bind(3, term)
        if !records.isEmpty { try statement.bind(4, records.packed) }
        try statement.run()
    }
}
