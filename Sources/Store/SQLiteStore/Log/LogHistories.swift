// The histories of many records, one after the other: the log is asked for those of a range of keys at
// once, since what asks goes through a table in the order of its keys.

internal import Replication

final class LogHistories {
    /// Keys whose rows are kept at once: some tens of megabytes where each record has several changes.
    static let keysMax: Int64 = 8_192

    private let log: ChangeLog
    private var kind: RecordKind?
    private var keys: ClosedRange<Int64> = 0...0
    private var rows: [Int64: [LogRow]] = [:]

    init(_ log: ChangeLog) {
        self.log = log
    }

    /// The rows of a record, in order of arrival, with their bytes.
    func rows(of place: LogPlace) throws -> [LogRow] {
        if kind != place.kind || !keys.contains(place.record) {
            let first = place.record - place.record % Self.keysMax
            keys = first...(first + Self.keysMax - 1)
            kind = place.kind
            rows = [:]
            rows = try log.rows(of: place.kind, keys: keys, .bytes)
        }
        return rows[place.record] ?? []
    }
}
