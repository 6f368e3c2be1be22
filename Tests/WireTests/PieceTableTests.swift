import Testing

@testable import Columns

@Suite("Words of a column")
struct PieceTableTests {
    private func numbers(
        of words: [[UInt8]], _ check: ([Int], PieceTable) throws -> Void
    ) rethrows {
        let text = words.flatMap { $0 }
        try text.withUnsafeBytes { source in
            var table = PieceTable(of: source)
            var start = 0
            let numbers = words.map { word in
                defer { start += word.count }
                return table.add(start: start, count: word.count)
            }
            try check(numbers, table)
        }
    }

    @Test("a word has one number, by the order in which words came first, however long it is")
    func numbersOfWords() {
        let distinct = (0..<40).map { Array("nguyễn thị bích ngọc 0123456789 abc".utf8.prefix($0)) }
        numbers(of: distinct + distinct.reversed() + [distinct[7]]) { numbers, table in
            #expect(numbers == Array(0..<40) + (0..<40).reversed() + [7])
            #expect(table.pieces.map(\.uses) == (0..<40).map { $0 == 7 ? 3 : 2 })
            #expect(table.pieces.map { Array(table.bytes(of: $0)) } == distinct)
        }
        let many = (0..<5_000).map { Array("\($0)".utf8) }
        numbers(of: many + many) { numbers, _ in
            #expect(numbers == Array(0..<5_000) + Array(0..<5_000))
        }
    }

    @Test("words chosen to meet in one place cost bytes, not time: few are looked at for each")
    func crowdedPlace() {
        // The hash of eight bytes, backwards.
        var inverse = PieceTable.multiplier
        for _ in 0..<5 { inverse = inverse &* (2 &- PieceTable.multiplier &* inverse) }
        func before(_ hash: UInt64) -> UInt64 { (hash ^ hash >> 32) &* inverse }
        let words = (0..<UInt64(200)).map { number in
            let word = before(before(number << 32 | 0x5EED)) ^ 8
            return withUnsafeBytes(of: word) { Array($0) }
        }
        numbers(of: words + words) { _, table in
            #expect(table.pieces.count == 2 * words.count - PieceTable.looksMax)
        }
    }
}
