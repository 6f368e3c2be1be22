// By how much the clock was off under which a change was written, as the sync found that pushed it: the
// receipt of that sync holds both clocks. It is taken only where it can be true: the time that it gives lies
// between what central's clock had said at the sync before and what it said then. A clock that was set, or
// that started anew, between the change and the sync tells nothing.

internal import Causality
public import Dossiers
internal import SQLite

extension ReplicaDatabase {
    /// Milliseconds from the time of a marked change to the right one; `nil` where no sync has told.
    ///
    /// - Throws: `StoreError.sqlite`.
    public func knownShift(of mark: WrongClockMark) throws -> Int64? {
        let statement = try connection.statement(
            """
            SELECT central_time, skew_milliseconds, (
                SELECT max(earlier.central_time) FROM receipts AS earlier
                WHERE earlier.number < receipts.number)
            FROM receipts
            WHERE replica = ?1 AND durable >= ?2 AND central_time IS NOT NULL
                AND skew_milliseconds IS NOT NULL
            ORDER BY number LIMIT 1
            """)
        try statement.bind(1, Int64(bitPattern: mark.dot.replica.rawValue))
        try statement.bind(2, Int64(clamping: mark.dot.seq))
        defer { statement.reset() }
        guard try statement.step() else { return nil }
        let (central, skew, before) = (
            statement.int64(0), statement.int64(1), statement.int64OrNil(2) ?? .min
        )
        let (right, overflow) = mark.act.time.milliseconds.subtractingReportingOverflow(skew)
        let tolerance = ClockFault.toleranceMilliseconds
        guard !overflow, skew != .min, skew.magnitude > UInt64(tolerance),
            right <= central.addingClamped(tolerance), right >= before.addingClamped(-tolerance)
        else { return nil }
        return -skew
    }
}

extension Int64 {
    fileprivate func addingClamped(_ other: Int64) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? (other < 0 ? .min : .max) : sum
    }
}
