public import Causality
internal import Dossiers
public import SQLiteStore
internal import Replication

extension CentralDatabase {
    /// Open dossiers that are past their time, by the code of the office. Reads those that may be, and what the
    /// index of days lacks.
    ///
    /// - Throws: `StoreError`.
    public func overdueCounts(at now: Timestamp) throws -> [String: Int] {
        let book = try deadlineBook()
        var counts: [String: Int] = [:]
        for status in DossierStatus.allCases where !status.isEnd && status != .finished {
            var filter = RecordFilter()
            (filter.kind, filter.status, filter.isVoided) = (.dossier, status.rawValue, false)
            filter.due = .min..<now.milliseconds
            try forEachRecord(filter) { state in
                let deadline = DueDay.running(state, by: book)
                if let due = deadline?.due, due < now.milliseconds,
                    let office = state.shownValue(RecordSchema.officeField)?.text
                {
                    counts[office, default: 0] += 1
                }
                return true
            }
        }
        return counts
    }
}
