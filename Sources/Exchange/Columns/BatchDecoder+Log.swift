internal import CBOR
internal import Causality
internal import Crypto
internal import Replication

extension BatchDecoder {
    /// The rows of a log at these places, which ascend; all when `nil`. Others are passed over column by
    /// column: that costs a tenth of what a row costs.
    mutating func decodedLog(
        _ wanted: [Int]?, dot: (Int) -> Dot, record: (Int) throws -> RecordID?
    ) throws -> [[UInt8]] {
        isLog = true
        var columns = try makeColumns()
        var rows: [[UInt8]] = []
        var passed = [Int](repeating: 0, count: shapes.count)
        var bytesLeft = budget.bytesMax
        let places = wanted ?? Array(0..<rowCount)
        guard places.last.map({ $0 < rowCount }) ?? true else { throw ColumnError.range }
        var place = 0
        for next in places {
            while place <= next {
                let number = try rowShapes.nextCount(max: shapes.count - 1)
                if place == next {
                    try pass(&passed, &columns)
                    out = CBORWriter(capacity: 640)
                    let dot = dot(place)
                    try write(shapes[number], dot, &columns) { try record(place) }
                    bytesLeft -= out.bytes.count
                    guard bytesLeft >= 0 else { throw ColumnError.tooLarge(limitBytes: limit) }
                    rows.append(out.bytes)
                } else {
                    passed[number] += 1
                    try passWhole(shapes[number], &columns)
                }
                place += 1
            }
        }
        return rows
    }

    private mutating func write(
        _ shape: RowShape, _ dot: Dot, _ columns: inout BatchColumns,
        _ record: () throws -> RecordID?
    ) throws {
        switch shape.sort {
        case .raw: out.writeRaw(try raw(&columns))
        case .change:
            guard shape.context != .following else { throw ColumnError.range }
            let context = try context(shape, dot, &columns).context
            var id: RecordID?
            switch shape.naming {
            case .given: id = try recordID(from: &columns.ids)
            case .byContext:
                id = try record()
                guard id != nil else { throw ColumnError.unknownChange(dot) }
            case .made, .derived: break
            }
            try writeMembers(shape, dot, id, context, &columns)
        case .void, .state: throw ColumnError.range
        }
    }

    private func raw(_ columns: inout BatchColumns) throws(ColumnError) -> UnsafeRawBufferPointer {
        let count = try columns.rawCounts.nextCount(max: limit)
        guard count > 0 else { throw .range }
        return try columns.raws.slice(count)
    }

    /// Passes over what of a row is read row by row.
    private mutating func passWhole(
        _ shape: RowShape, _ columns: inout BatchColumns
    ) throws(ColumnError) {
        switch shape.sort {
        case .raw: _ = try raw(&columns)
        case .change:
            var dots = 0
            switch shape.context {
            case .none: break
            case .single: dots = 1
            case .listed: dots = try columns.contextCounts.nextCount(max: budget.contextDotsMax)
            case .following: throw .range
            }
            try columns.contextReplicas.pass(dots)
            try columns.contextSeqs.pass(dots)
            if shape.naming == .given { _ = try columns.ids.slice(RecordID.byteCount) }
            _ = try columns.clocks.next()
        case .void, .state: throw .range
        }
    }

    /// Passes over the values of rows, by how many there were of each shape.
    private mutating func pass(
        _ passed: inout [Int], _ columns: inout BatchColumns
    ) throws(ColumnError) {
        var uses = [Int](repeating: 0, count: columns.values.count)
        for (number, count) in passed.enumerated() where count > 0 {
            passed[number] = 0
            let shape = shapes[number]
            guard shape.sort == .change else { continue }
            for field in shape.writes { uses[field.column] += count }
            for field in shape.additions { uses[field.column] += count }
            if shape.flags & RowShape.hasAt != 0 { try columns.ats.pass(count) }
            if shape.flags & RowShape.hasBy != 0 {
                try columns.authors.pass(count)
            }
        }
        for (column, count) in uses.enumerated() where count > 0 {
            try columns.values[column].pass(count)
        }
    }
}
