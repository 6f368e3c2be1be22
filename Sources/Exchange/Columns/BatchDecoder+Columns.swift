// Where the columns of a batch stand: how many of each its shapes ask for, and a cursor on each.

internal import CBOR
internal import Causality
internal import Crypto
internal import Replication

/// All columns but that of shapes.
struct BatchColumns {
    var dots: DotCursor
    var clocks: ClockCursor
    var contextCounts: NumberCursor
    var contextReplicas: NumberCursor
    var contextSeqs: NumberCursor
    var vectorReplicas: NumberCursor
    var vectorSeqs: NumberCursor
    var ids: ColumnReader
    var hashes: ColumnReader
    var ats: NumberCursor
    var authors: ValueCursor
    var stampNumbers: NumberCursor
    var values: [ValueCursor]
    var rawCounts: NumberCursor
    var raws: ColumnReader
}

/// How many parts the rows of a batch have.
struct BatchTotals {
    var dots = 0
    var clocks = 0
    var singles = 0
    var listed = 0
    var vectors = 0
    var ids = 0
    var ats = 0
    var authors = 0
    var stampNumbers = 0
    var raws = 0
    var values: [Int]

    mutating func add(_ shape: RowShape, times count: Int, areItems: Bool) {
        func when(_ condition: Bool) -> Int { condition ? count : 0 }
        switch shape.sort {
        case .raw: raws += count
        case .void:
            dots += count
            ids += count
        case .change:
            dots += count
            clocks += count
            singles += when(shape.context == .single || shape.context == .following)
            listed += when(shape.context == .listed)
            ids += when(shape.naming == .given || areItems && shape.naming == .made)
            ats += when(shape.flags & RowShape.hasAt != 0)
            authors += when(shape.flags & RowShape.hasBy != 0)
            for field in shape.writes { values[field.column] += count }
            for field in shape.additions { values[field.column] += count }
        case .state:
            ids += count
            dots += count * shape.stampFlags.count
            clocks += count * shape.stampFlags.count
            vectors += count * shape.vectorCount
            for flags in shape.stampFlags {
                ats += when(flags & RowShape.hasAt != 0)
                authors += when(flags & RowShape.hasBy != 0)
            }
            for field in shape.writes {
                values[field.column] += count * field.entryCount
                stampNumbers += count * field.entryCount
            }
        }
    }

    /// All together. A row has no more than some thousands, so that no sum overflows.
    var sum: Int {
        dots + clocks + singles + listed + vectors + ids + ats + authors + stampNumbers + raws
            + values.reduce(0, +)
    }
}

extension BatchDecoder {
    private mutating func makeTotals() throws(ColumnError) -> BatchTotals {
        var uses = [Int](repeating: 0, count: shapes.count)
        var walk = rowShapes
        for _ in 0..<rowCount { uses[try walk.nextCount(max: shapes.count - 1)] += 1 }
        var totals = BatchTotals(values: Array(repeating: 0, count: fieldNames.count))
        for (shape, count) in zip(shapes, uses) {
            totals.add(shape, times: count, areItems: areItems)
            guard shape.sort == .change, count > 0, !isLog else { continue }
            namesRows =
                namesRows || shape.naming == .byContext || shape.context == .following
            followsChain = followsChain || namesRows || shape.naming == .derived
        }
        if isLog { totals.dots = 0 }
        guard totals.sum <= budget.elementsMax else { throw .tooMany }
        return totals
    }

    mutating func makeColumns() throws(ColumnError) -> BatchColumns {
        let totals = try makeTotals()
        let dots = try DotCursor(
            count: totals.dots, replicas: replicas, firstSeq: firstSeq, from: &reader)
        let clocks = try ClockCursor(count: totals.clocks, from: &reader)
        let counts = try NumberCursor(count: totals.listed, from: &reader)
        let contextCount = totals.singles + (try sum(of: counts, budget.elementsMax))
        let contextReplicas = try NumberCursor(count: contextCount, from: &reader)
        let contextSeqs = try NumberCursor(count: contextCount, from: &reader)
        let vectorReplicas = try NumberCursor(count: totals.vectors, from: &reader)
        let vectorSeqs = try NumberCursor(count: totals.vectors, from: &reader)
        guard totals.ids <= reader.bytesLeft / RecordID.byteCount else { throw .truncated }
        let ids = ColumnReader(try reader.slice(totals.ids * RecordID.byteCount))
        var hashCount = 0
        if areItems {
            hashCount = try reader.count(max: reader.bytesLeft / Hash256.byteCount)
        }
        let hashes = ColumnReader(try reader.slice(hashCount * Hash256.byteCount))
        let ats = try NumberCursor(count: totals.ats, from: &reader)
        let authors = try ValueCursor(count: totals.authors, from: &reader, limit: limit)
        let stampNumbers = try NumberCursor(count: totals.stampNumbers, from: &reader)
        var values: [ValueCursor] = []
        for count in totals.values {
            values.append(try ValueCursor(count: count, from: &reader, limit: limit))
        }
        let rawCounts = try NumberCursor(count: totals.raws, from: &reader)
        let raws = ColumnReader(try reader.slice(try sum(of: rawCounts, limit)))
        guard reader.bytesLeft == 0 else { throw .trailingBytes }
        return BatchColumns(
            dots: dots, clocks: clocks, contextCounts: counts, contextReplicas: contextReplicas,
            contextSeqs: contextSeqs, vectorReplicas: vectorReplicas, vectorSeqs: vectorSeqs,
            ids: ids, hashes: hashes, ats: ats, authors: authors, stampNumbers: stampNumbers,
            values: values, rawCounts: rawCounts, raws: raws)
    }

    private func sum(of numbers: NumberCursor, _ most: Int) throws(ColumnError) -> Int {
        var walk = numbers
        var sum = 0
        while walk.left > 0 {
            sum += try walk.nextCount(max: most)
            guard sum <= most else { throw .tooMany }
        }
        return sum
    }
}
