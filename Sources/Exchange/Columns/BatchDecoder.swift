// Rebuilds rows from columns. Columns are read through cursors, so memory is that of the batch and of
// what comes out; every row, field, dot and word of a text has bytes in what comes out, so no count in
// a batch can cost more than the budget allows: counts are taken from it before a column is begun.

internal import CBOR
internal import Causality
internal import Crypto
internal import Replication

struct BatchDecoder {
    /// A change of this batch, which later ones may name.
    struct Row {
        var record: RecordID
        var context: [Dot]
    }

    let areItems: Bool
    let budget: ColumnBudget
    var limit: Int { budget.bytesMax }
    /// Dots of contexts that may still be kept for later rows.
    var keptDotsLeft: Int
    var reader: ColumnReader
    var replicas: [UInt64]
    var rowCount = 0
    var shapes: [RowShape] = []
    var fieldNames: [[UInt8]] = []
    var rowShapes: NumberCursor
    var firstSeq: UInt64 = 1
    /// The push's chain, which is followed when some row asks for it.
    var chain: HashChain?
    /// The chains of replicas whose records' ids follow from them.
    var chains: [ReplicaID: HashChain] = [:]
    var followsChain = false
    var namesRows = false
    /// Whether dots and records are known from elsewhere.
    var isLog = false
    var rows: [Dot: Row] = [:]
    var out = CBORWriter()

    init(
        _ source: UnsafeRawBufferPointer, ofItems: Bool, replica: ReplicaID,
        within budget: ColumnBudget
    ) throws(ColumnError) {
        areItems = ofItems
        self.budget = budget
        keptDotsLeft = budget.partsMax
        replicas = [replica.rawValue]
        reader = ColumnReader(source)
        let form = try reader.byte()
        guard form == ColumnarBatch.form else { throw .unknownForm(form) }
        guard let rows = Int(exactly: try reader.number()), rows <= budget.elementsMax,
            rows <= budget.bytesMax
        else { throw .tooMany }
        rowCount = rows
        let others = try reader.count(max: reader.bytesLeft / 8)
        for _ in 0..<others {
            replicas.append(try reader.slice(8).reduce(0) { $0 << 8 | UInt64($1) })
        }
        var columns = FieldColumns()
        var parts = 0
        for _ in 0..<(try reader.count(max: reader.bytesLeft)) {
            let shape = try RowShape(from: &reader, ofItems: ofItems) { columns.number($0, $1) }
            parts += 1 + shape.writes.count + shape.additions.count
            guard parts <= budget.partsMax, columns.names.count <= budget.fieldColumnsMax else {
                throw .tooMany
            }
            shapes.append(shape)
        }
        fieldNames = columns.names
        rowShapes = try NumberCursor(count: rowCount, from: &reader)
    }

    mutating func expect(firstSeq: UInt64, hashBefore: Hash256) {
        self.firstSeq = firstSeq
        chain = HashChain(seq: firstSeq &- 1, hash: hashBefore)
    }

    /// The sequence.
    mutating func decoded(_ record: (Dot) throws -> RecordID?) throws -> [UInt8] {
        var columns = try makeColumns()
        for _ in 0..<rowCount {
            let shape = shapes[try rowShapes.nextCount(max: shapes.count - 1)]
            switch shape.sort {
            case .raw: try writeRaw(&columns)
            case .change: try writeChange(shape, &columns, record)
            case .void: try writeVoid(shape, &columns)
            case .state: try writeState(shape, &columns)
            }
            guard out.bytes.count <= limit else { throw ColumnError.tooLarge(limitBytes: limit) }
        }
        return out.bytes
    }
}
