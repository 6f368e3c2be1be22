internal import Dossiers
internal import Replication
internal import SQLite

extension ReplicaDatabase {
    /// The shards of the search index that do not have the terms of their records.
    func searchIndexFaults() throws -> [Verification.Fault] {
        var faults: [Verification.Fault] = []
        for (kind, name) in RecordKind.tableNames {
            let last = try table(of: kind)?.lastKey() ?? -1
            for terms in IndexedTerms.all(of: kind) {
                for shard in try searchIndex.shards(of: kind, terms)
                where try !hasTermsOfRecords(shard, last: last) {
                    faults.append(
                        .init(
                            subject: .index,
                            place: "\(name) \(max(1, shard.firstKey))-\(shard.lastKey)",
                            reason: "a search by it does not find these records, or finds others"))
                }
            }
        }
        return faults
    }

    /// Whether a shard has the terms of all its records up to its mark, and no others; those that are to be looked
    /// at again aside.
    private func hasTermsOfRecords(_ shard: SearchShard, last: Int64) throws -> Bool {
        let rules = try indexRules(of: shard.terms)
        guard let mark = try searchIndex.mark(of: shard, rules: rules) else {
            return try searchIndex.isOfOtherRules(shard, than: rules)
        }
        guard mark <= last else { return false }
        let stale = try searchIndex.stale(in: shard)
        var covered = ShardSet()
        covered.insert(shard.places(through: mark))
        covered.subtract(stale)
        var terms = try terms(of: covered, in: shard)
        var isSame = true
        try searchIndex.forEachTerm(of: shard) { term, found in
            var records = found
            records?.subtract(stale)
            if records != terms.removeValue(forKey: term) ?? ShardSet() { isSame = false }
        }
        return isSame && terms.isEmpty
    }
}
