public import Causality
internal import Dossiers
public import SQLiteStore
internal import Replication

extension CentralDatabase {
    /// Open dossiers that are past their time, by the code of the office. Reads every open dossier.
    ///
    /// - Throws: `StoreError`.
    public func overdueCounts(at now: Timestamp) throws -> [String: Int] {
        let book = try deadlineBook()
        var counts: [String: Int] = [:]
        for status in DossierStatus.allCases where !status.isEnd && status != .finished {
            var filter = RecordFilter()
            (filter.kind, filter.status, filter.isVoided) = (.dossier, status.rawValue, false)
            try forEachRecord(filter) { state in
                let times = DossierTimes(state)
                let standing = book.deadline(of: times)?
                    .standing(finished: times.finished, now: now.milliseconds)
                if standing == .overdue, let office = times.office {
                    counts[office, default: 0] += 1
                }
                return true
            }
        }
        return counts
    }
}
