/// How the log is folded into segments.
public struct SegmentLimits: Hashable, Sendable {
    /// Changes in a segment at most: what has to be read at once for one of them.
    public var rowsMax: Int
    /// Bytes of the changes in a segment at most, as they stand one by one.
    public var bytesMax: Int
    /// Changes that wait before they are folded: those that come one by one.
    public var waitingMax: Int
    /// Changes that a single commit brings, or that are found waiting at its end, for which a smaller segment is
    /// worth its row.
    public var bulkMin: Int
    /// Segments that one commit makes at most, so that it does not take long.
    public var segmentsMax: Int

    /// Those of the programs.
    public static let standard = SegmentLimits(
        rowsMax: 1_000, bytesMax: 2 << 20, waitingMax: 1_000, bulkMin: 250, segmentsMax: 16)

    /// Limits in proportion to a segment's rows, for files of rigs: so small that every history meets them.
    public static func small(rowsMax: Int) -> SegmentLimits {
        let rows = min(max(rowsMax, 1), standard.rowsMax)
        return SegmentLimits(
            rowsMax: rows, bytesMax: 4 << 10, waitingMax: max(1, rows * 3 / 5),
            bulkMin: max(1, rows * 2 / 5), segmentsMax: 3)
    }
}

/// What a segment's bytes may cost their reader, whatever they say of themselves.
enum SegmentBudget {
    /// Rows: more than any limit with which one was written.
    static let rowsMax = 4_096
    /// Bytes that may come out: `SegmentLimits.bytesMax`, a change beyond it, and what columns take
    /// besides.
    static let bytesMax = 8 << 20
}
