// A segment that is being read: its rows, and as much of its content as was asked for. They are kept for the
// length of a transaction, so that a page decodes each once; then they are let go, since another program
// may erase from them.

internal import Crypto

final class OpenSegment {
    /// The position of its first row, by which it is named.
    let first: Int64
    /// Its rows, with such bytes and hashes as were asked for.
    var rows: [LogRow]
    /// Its columns, once they were asked for.
    var batch: [UInt8]?

    init(first: Int64, rows: [LogRow]) {
        self.first = first
        self.rows = rows
    }

    var last: Int64 { rows.last?.position ?? first }

    /// The place of the row at a position.
    func place(of position: Int64) -> Int? {
        var (low, high) = (0, rows.count)
        while low < high {
            let middle = (low + high) / 2
            if rows[middle].position < position { low = middle + 1 } else { high = middle }
        }
        return low < rows.count && rows[low].position == position ? low : nil
    }

    /// The place of a replica's change.
    func place(replicaKey: Int64, seq: UInt64) -> Int? {
        rows.firstIndex { $0.seq == seq && $0.replica == replicaKey }
    }

    func forgetContent() {
        batch = nil
        for place in rows.indices { rows[place].bytes = nil }
    }
}

/// The segments that a transaction has read, the newest last.
struct OpenSegments {
    /// Segments whose rows are kept, and such whose contents are.
    static let rowsMax = 64
    static let contentsMax = 4

    private var segments: [Int64: OpenSegment] = [:]
    private var order: [Int64] = []
    private var contents: [Int64] = []

    func segment(_ first: Int64) -> OpenSegment? { segments[first] }

    /// A segment that has a position among those that are kept.
    func segment(holding position: Int64) -> (OpenSegment, Int)? {
        for segment in segments.values where segment.first <= position && position <= segment.last {
            if let place = segment.place(of: position) { return (segment, place) }
        }
        return nil
    }

    mutating func keep(_ segment: OpenSegment) {
        segments[segment.first] = segment
        order.append(segment.first)
        if order.count > Self.rowsMax { forget(order[0]) }
    }

    /// Notes that a segment's content was read.
    mutating func noteContent(of segment: OpenSegment) {
        guard !contents.contains(segment.first) else { return }
        contents.append(segment.first)
        if contents.count > Self.contentsMax {
            segments[contents.removeFirst()]?.forgetContent()
        }
    }

    mutating func forget(_ first: Int64) {
        segments[first] = nil
        order.removeAll { $0 == first }
        contents.removeAll { $0 == first }
    }

    mutating func forgetAll() {
        guard !segments.isEmpty else { return }
        self = OpenSegments()
    }
}
