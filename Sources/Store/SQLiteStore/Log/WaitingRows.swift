// Rows that a transaction has appended to the log and that stand in no table yet. Their positions ascend, and after
// some went into segments there may be gaps.

internal import Replication

struct WaitingRows {
    private struct Key: Hashable {
        var replica: Int64
        var seq: UInt64
    }

    private var rows: [LogRow] = []
    private var positions: [Key: Int64] = [:]

    var isEmpty: Bool { rows.isEmpty }
    var first: LogRow? { rows.first }
    var last: LogRow? { rows.last }

    mutating func append(_ row: LogRow) {
        rows.append(row)
        if row.isChange { positions[Key(replica: row.replica, seq: row.seq)] = row.position }
    }

    /// A replica's change.
    func row(replicaKey: Int64, seq: UInt64) -> LogRow? {
        guard !rows.isEmpty else { return nil }
        return positions[Key(replica: replicaKey, seq: seq)].flatMap { row(at: $0) }
    }

    func row(at position: Int64) -> LogRow? {
        let place = place(of: position)
        return place < rows.count && rows[place].position == position ? rows[place] : nil
    }

    /// The position of a replica's first change after a seq.
    func firstPosition(replicaKey: Int64, after seq: UInt64) -> Int64? {
        rows.first { $0.isChange && $0.replica == replicaKey && $0.seq > seq }?.position
    }

    func rows(after position: Int64, through last: Int64) -> ArraySlice<LogRow> {
        let start = place(of: position + 1)
        return rows[start..<max(start, place(of: last + 1))]
    }

    /// Takes out rows that ascend, and are here.
    mutating func remove(_ removed: some Collection<LogRow>) {
        guard let first = removed.first else { return }
        for row in removed { positions[Key(replica: row.replica, seq: row.seq)] = nil }
        let start = place(of: first.position)
        var gone = removed.makeIterator()
        var next = gone.next()
        let kept = rows[start...].filter { row in
            guard row.position == next?.position else { return true }
            next = gone.next()
            return false
        }
        rows.replaceSubrange(start..., with: kept)
    }

    /// Takes out all.
    mutating func takeAll() -> [LogRow] {
        defer { self = WaitingRows() }
        return rows
    }

    /// Where a position stands, or would stand.
    private func place(of position: Int64) -> Int {
        var (low, high) = (0, rows.count)
        while low < high {
            let middle = (low + high) / 2
            if rows[middle].position < position { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
