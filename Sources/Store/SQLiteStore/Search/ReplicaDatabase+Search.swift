// Searching by the index, and following the records with it.

internal import Causality
internal import Crypto
internal import Dossiers
internal import Replication
internal import SQLite

/// What came of a step of the search index.
public enum SearchIndexing: Sendable {
    /// Some records were looked at; there may be more.
    case indexed
    /// Nothing is lacking.
    case complete
    /// Another program was writing: nothing was done.
    case gaveWay
}

extension ReplicaDatabase {
    /// Records that the index may lack before it is worth a step: a search reads them in a few milliseconds.
    private static let lackMax: Int64 = 256
    /// Records of a step, which holds the lock of those who write.
    private static let stepMax = 256

    /// Calls `body` with runs of keys in which all records lie that a filter may let through, the highest first,
    /// until it says `false`; with `nil`, all keys, for a filter that no index narrows.
    func forEachRun(
        of table: RecordTable, for sieves: [IndexedTerms: SearchSieve],
        _ body: (ClosedRange<Int64>?) throws -> Bool
    ) throws {
        guard !sieves.isEmpty else {
            _ = try body(nil)
            return
        }
        // The index and what it is of have to be of one moment.
        try connection.transaction(.deferred) {
            guard let last = try table.lastKey() else { return }
            let rules = try sieves.map { ($0.key, $0.value, try indexRules(of: $0.key)) }
            for shard in SearchShard.all(of: table.kind, through: last).reversed() {
                var found = ShardSet(all: true)
                for (terms, sieve, rules) in rules {
                    let shard = SearchShard(table.kind, terms, number: shard.number)
                    found.formIntersection(
                        try searchIndex.candidates(for: sieve, in: shard, rules: rules))
                }
                for run in found.runsDownward {
                    let first = shard.firstKey
                    let keys = first + Int64(run.lowerBound)...first + Int64(run.upperBound)
                    guard try body(keys) else { return }
                }
            }
        }
    }

    /// The shortest beginning of a span, by whole days, in which the index names so many dossiers that are due; the
    /// whole span when it names fewer. In milliseconds since the epoch.
    ///
    /// - Throws: `StoreError`.
    public func firstDueDays(
        of span: Range<Int64>, holding count: Int
    ) throws -> Range<Int64> {
        guard case .span(let terms) = DueDay.sieve(span),
            let last = try table(of: .dossier)?.lastKey()
        else { return span }
        let rules = try indexRules(of: .dueDays)
        var counts: [String: Int] = [:]
        for shard in SearchShard.all(of: .dossier, .dueDays, through: last)
        where try searchIndex.mark(of: shard, rules: rules) != nil {
            for (term, found) in try searchIndex.counts(of: terms, in: shard) {
                counts[term, default: 0] += found
            }
        }
        var found = 0
        for (term, more) in counts.sorted(by: { $0.key < $1.key }) {
            found += more
            guard found >= count, let end = DueDay.end(ofTerm: term) else { continue }
            return span.lowerBound..<min(span.upperBound, max(span.lowerBound, end))
        }
        return span
    }

    /// The number of the rules by which terms are made now. Days on which dossiers are due follow from the
    /// catalog, too: its digest is part of theirs.
    func indexRules(of terms: IndexedTerms) throws -> Int64 {
        switch terms {
        case .searched: return SearchText.indexRules
        case .dueDays:
            let catalog = try digests.digest(ofScopes: [Interning.catalogScope]).digest.hash
            return Int64(bitPattern: ShortHash(catalog).rawValue &+ UInt64(DueDay.rules))
        }
    }

    /// Whether the search index lacks so many records that steps are worth their while.
    ///
    /// - Throws: `StoreError`.
    public func isSearchIndexBehind() throws -> Bool {
        try read {
            // Keys begin at 1 and have no gaps, but for what a shard begins with.
            var lack = try searchIndex.staleCount()
            for (kind, _) in RecordKind.tableNames {
                guard let last = try table(of: kind)?.lastKey() else { continue }
                for terms in IndexedTerms.all(of: kind) {
                    lack += last + 1
                    lack -= try searchIndex.count(of: kind, terms, rules: indexRules(of: terms))
                }
            }
            return lack >= Self.lackMax
        }
    }

    /// Adds some of what the search index lacks, in one small transaction.
    ///
    /// - Throws: `StoreError`; `.displaced` as `write`.
    public func indexForSearch() throws -> SearchIndexing {
        do {
            return try connection.transaction(.immediateUnlessBusy) {
                guard let part = try nextPart() else { return .complete }
                try index(part)
                try checkPlace()
                return .indexed
            }
        } catch let error as SQLiteError where error.isBusy {
            return .gaveWay
        } catch {
            throw StoreError.wrapping(error)
        }
    }

    /// Brings the search index up to date as far as that takes no longer than `duration`, once it is behind. For a
    /// program that has done its work: where nothing can be written, or another writes, nothing is done.
    public func catchUpSearchIndex(
        for duration: Duration, timer: any Clock<Duration> = ContinuousClock()
    ) {
        let elapsed = timer.stopwatch()
        guard (try? isSearchIndexBehind()) == true else { return }
        while elapsed() < duration {
            guard case .indexed = try? indexForSearch() else { return }
        }
    }
}

extension ReplicaDatabase {
    /// Records of a shard that the index lacks.
    private struct Part {
        var shard: SearchShard
        /// Those to be looked at.
        var records: ShardSet
        /// Those that have terms already.
        var stale: ShardSet
        /// The last key that was looked at, then.
        var mark: Int64
        /// Whether the shard begins anew.
        var isFirst: Bool
        /// Of the rules by which the terms are made.
        var rules: Int64
    }

    private func nextPart() throws -> Part? {
        for (kind, _) in RecordKind.tableNames {
            guard let last = try table(of: kind)?.lastKey() else { continue }
            for terms in IndexedTerms.all(of: kind) {
                let rules = try indexRules(of: terms)
                for shard in SearchShard.all(of: kind, terms, through: last).reversed() {
                    if let part = try part(of: shard, last: min(last, shard.lastKey), rules) {
                        return part
                    }
                }
            }
        }
        return nil
    }

    /// Some of what the index lacks of a shard, whose last record is `last`; `nil` for nothing.
    private func part(of shard: SearchShard, last: Int64, _ rules: Int64) throws -> Part? {
        let known = try searchIndex.mark(of: shard, rules: rules)
        let mark = known ?? shard.firstKey - 1
        var stale = ShardSet()
        for place in try searchIndex.stale(in: shard).places.prefix(Self.stepMax)
        where shard.firstKey + Int64(place) <= mark {
            stale.insert(place)
        }
        var part = Part(
            shard: shard, records: stale, stale: stale, mark: mark, isFirst: known == nil,
            rules: rules)
        part.mark = min(last, mark + Int64(Self.stepMax - stale.places.count))
        if part.mark > mark {
            part.records.insert(shard.place(of: mark) + 1..<shard.place(of: part.mark) + 1)
        }
        return part.records.isEmpty ? nil : part
    }

    private func index(_ part: Part) throws {
        let shard = part.shard
        if part.isFirst { try searchIndex.clear(shard) }
        if !part.stale.isEmpty {
            guard try searchIndex.forget(part.stale, in: shard) else { return }
        }
        let terms = try terms(of: part.records, in: shard)
        try searchIndex.add(
            terms, of: part.records, through: part.mark, in: shard, rules: part.rules)
    }

    /// The terms of records as they are now.
    func terms(
        of records: ShardSet, in shard: SearchShard
    ) throws -> [String: ShardSet] {
        var terms: [String: ShardSet] = [:]
        let book = shard.terms == .dueDays ? try heldDeadlineBook() : nil
        for run in records.runsDownward {
            try table(of: shard.kind)?.forEach(
                where: "WHERE key BETWEEN ?1 AND ?2",
                bind: { statement in
                    try statement.bind(1, shard.firstKey + Int64(run.lowerBound))
                    try statement.bind(2, shard.firstKey + Int64(run.upperBound))
                },
                { stored in
                    let found =
                        if let book {
                            Set(DueDay.indexTerm(of: stored.state, by: book).map { [$0] } ?? [])
                        } else {
                            SearchText.indexTerms(of: stored.state)
                        }
                    for term in found {
                        terms[term, default: ShardSet()].insert(shard.place(of: stored.key))
                    }
                    return true
                })
        }
        return terms
    }

    /// What the catalog says about time, read once for each edition of the catalog.
    private func heldDeadlineBook() throws -> DeadlineBook {
        let edition = try indexRules(of: .dueDays)
        if let held = heldBook, held.edition == edition { return held.book }
        let book = try deadlineBook()
        heldBook = (edition, book)
        return book
    }
}

extension WriteTransaction {
    /// Has a search look at a record itself until the index has looked at it again.
    func noteSearched(
        _ after: RecordState, over before: RecordState, isNew: Bool, key: Int64
    ) throws {
        // The index comes by new ones by itself.
        guard !isNew else { return }
        let index = database.searchIndex
        if SearchText.tellsApart(after, before) {
            try index.noteStale(after.kind, .searched, key)
        }
        if after.kind == .dossier, DueDay.tellsApart(after, before),
            try index.hasLookedAt(key, of: after.kind, for: .dueDays)
        {
            try index.noteStale(after.kind, .dueDays, key)
        }
    }

    /// Takes a record's terms out of the search index, since values were erased from it.
    func eraseTerms(of kind: RecordKind, key: Int64) throws {
        for terms in IndexedTerms.all(of: kind) {
            let shard = SearchShard(kind, terms, holding: key)
            var record = ShardSet()
            record.insert(shard.place(of: key))
            try database.searchIndex.noteStale(kind, terms, key)
            _ = try database.searchIndex.forget(record, in: shard)
        }
    }
}
