// What is verified of central's file alone: the feed's chain, and that issued reports are what central signed.

internal import Crypto
internal import SQLite
internal import Store

extension CentralDatabase {
    /// Each commit's hash follows from the rows that it brought.
    func feedFaults() throws -> [Verification.Fault] {
        let commits = try connection.statement("SELECT last, hash FROM commits ORDER BY last")
        defer { commits.reset() }
        var faults: [Verification.Fault] = []
        var (position, hash) = (Int64(0), Hash256.zero)
        while try commits.step() {
            let last = commits.int64(0)
            try changeLog.forEachRow(after: position, through: last, .hash) {
                hash = hash.chained(with: $0.hash ?? .zero)
                return true
            }
            let kept = Hash256(bytes: commits.bytes(1))
            if kept != hash {
                faults.append(
                    .init(
                        subject: .feed, place: "position \(last)",
                        reason: "its hash does not follow from the changes"))
                hash = kept ?? .zero
            }
            position = last
        }
        return faults
    }

    /// Issued reports that central has not signed so.
    func reportFaults() throws -> [Verification.Fault] {
        try issuedReports().filter { try !isSignedHere($0) }.map {
            .init(
                subject: .record, place: "report \($0.number)",
                reason: "it is not what central signed")
        }
    }
}
