// Texts as pieces between separators: whole texts that come again, sentences of notes, parts of
// addresses, words of names. The encoder takes the separator with the least to say.
//
//     separator, an index of `separators` (0: texts are whole, one piece each)
//     unless 0: numbers: pieces of each text, less one
//     four lanes, for first, second, third and later pieces; each, if it has pieces:
//         count of words, numbers: of each word twice its bytes, or twice its number in
//             `KnownWords` and one; the bytes of all words
//         numbers: of each piece its word
//
// Words that are used more often come first, so that their numbers fit into one byte.

enum PieceColumn {
    static let separators: [[UInt8]] = [[], [0x20], [0x2C, 0x20], [0x2E, 0x20]]
    static let laneCount = 4
    /// Values that are looked at to choose the separator.
    private static let sampleMax = 256

    /// The pieces of some texts with one separator.
    struct Split {
        fileprivate let separator: Int
        fileprivate var counts: [UInt64] = []
        fileprivate var lanes: [Lane]

        fileprivate init(_ separator: Int, of source: UnsafeRawBufferPointer) {
            self.separator = separator
            lanes = Array(repeating: Lane(table: PieceTable(of: source)), count: laneCount)
        }

        /// Bits, about, when this is a sample of `share` times as many texts: zstd makes three of a
        /// byte of text. Words that occur once say how many new ones the rest will bring (Good,
        /// "The Population Frequencies of Species", 1953).
        fileprivate func cost(share: Int) -> Int {
            var common = 0
            var single = 0
            var places = NumberColumn.cost(of: counts)
            for lane in lanes where !lane.numbers.isEmpty {
                for piece in lane.table.pieces {
                    let word = 3 * piece.count + 4
                    if piece.uses == 1 { single += word } else { common += word }
                    let rarity = UInt64(lane.numbers.count / piece.uses).bitCount
                    places += piece.uses * rarity
                }
            }
            return common + (single + places) * share
        }
    }

    fileprivate struct Lane {
        var table: PieceTable
        var numbers: [Int] = []
    }

    /// The separator with which the texts take the fewest bits, and about how many.
    struct Choice {
        var separator: Int
        var cost: Int
        /// The texts taken apart, where all of them were looked at.
        fileprivate var split: Split?
    }

    /// - Parameter areWhole: whether texts are not to be taken apart.
    static func choice(
        for texts: [FoundValue], in source: UnsafeRawBufferPointer, areWhole: Bool
    ) -> Choice {
        guard texts.count > 2 else {
            return Choice(separator: 0, cost: texts.reduce(0) { $0 + 8 * $1.count })
        }
        let step = max(1, texts.count / sampleMax)
        let sample =
            step == 1
            ? texts : stride(from: 0, to: texts.count, by: step).map { texts[$0] }
        var best: Choice?
        for separator in areWhole ? [0] : found(in: sample, source) {
            let split = split(sample, by: separator, in: source)
            let cost = split.cost(share: step)
            if best.map({ cost < $0.cost }) ?? true {
                best = Choice(
                    separator: separator, cost: cost, split: step == 1 ? split : nil)
            }
        }
        return best ?? Choice(separator: 0, cost: 0)
    }

    /// None, and the separators that stand in the texts: another would leave them whole and cost more.
    private static func found(
        in texts: [FoundValue], _ source: UnsafeRawBufferPointer
    ) -> [Int] {
        var isFound = [Bool](repeating: false, count: separators.count)
        isFound[0] = true
        for text in texts {
            for place in text.start..<text.start + text.count where source[place] == 0x20 {
                isFound[1] = true
                guard place > text.start else { continue }
                if source[place - 1] == 0x2C { isFound[2] = true }
                if source[place - 1] == 0x2E { isFound[3] = true }
            }
        }
        return separators.indices.filter { isFound[$0] }
    }

    static func write(
        _ texts: [FoundValue], by choice: Choice, in source: UnsafeRawBufferPointer,
        to writer: inout ColumnWriter
    ) {
        let split = choice.split ?? split(texts, by: choice.separator, in: source)
        writer.byte(UInt8(split.separator))
        if split.separator > 0 { NumberColumn.write(split.counts, to: &writer) }
        for lane in split.lanes where !lane.numbers.isEmpty { write(lane, to: &writer) }
    }

    private static func write(_ lane: Lane, to writer: inout ColumnWriter) {
        let pieces = lane.table.pieces
        let order = pieces.indices.sorted { left, right in
            pieces[left].uses == pieces[right].uses
                ? left < right : pieces[left].uses > pieces[right].uses
        }
        var ranks = [UInt64](repeating: 0, count: pieces.count)
        var heads: [UInt64] = []
        var text: [UInt8] = []
        for (rank, number) in order.enumerated() {
            ranks[number] = UInt64(rank)
            let bytes = lane.table.bytes(of: pieces[number])
            if let known = KnownWords.number(of: bytes) {
                heads.append(UInt64(known) << 1 | 1)
            } else {
                heads.append(UInt64(bytes.count) << 1)
                text += bytes
            }
        }
        writer.count(pieces.count)
        NumberColumn.write(heads, to: &writer)
        writer.raw(text)
        NumberColumn.write(lane.numbers.map { ranks[$0] }, to: &writer)
    }

    private static func split(
        _ texts: [FoundValue], by separator: Int, in source: UnsafeRawBufferPointer
    ) -> Split {
        var split = Split(separator, of: source)
        let mark = separators[separator]
        for text in texts {
            var start = text.start
            let end = text.start + text.count
            var count = 0
            func add(_ last: Int) {
                let lane = min(count, laneCount - 1)
                split.lanes[lane].numbers.append(
                    split.lanes[lane].table.add(start: start, count: last - start))
                count += 1
            }
            if !mark.isEmpty {
                var place = start
                while place + mark.count <= end {
                    guard source[place] == mark[0],
                        mark.count == 1 || source[place + 1] == mark[1]
                    else {
                        place += 1
                        continue
                    }
                    add(place)
                    place += mark.count
                    start = place
                }
            }
            add(end)
            if separator > 0 { split.counts.append(UInt64(count - 1)) }
        }
        return split
    }
}

/// Rebuilds texts from their pieces.
struct PieceCursor {
    private struct Lane {
        var words: [UnsafeRawBufferPointer]
        var numbers: NumberCursor
    }

    private let separator: [UInt8]
    private var counts: NumberCursor
    private var lanes: [Lane] = []
    /// Whether every word is well-formed UTF-8, and so every text.
    private(set) var areValid = true

    /// - Parameter limit: bytes that may come out: more pieces than that there cannot be.
    init(count: Int, from reader: inout ColumnReader, limit: Int) throws(ColumnError) {
        let index = Int(try reader.byte())
        guard index < PieceColumn.separators.count else { throw .range }
        separator = PieceColumn.separators[index]
        var laneCounts = [Int](repeating: 0, count: PieceColumn.laneCount)
        if index == 0 {
            var none = ColumnReader(UnsafeRawBufferPointer(start: nil, count: 0))
            counts = try NumberCursor(count: 0, from: &none)
            laneCounts[0] = count
        } else {
            counts = try NumberCursor(count: count, from: &reader)
            var walk = counts
            for _ in 0..<count {
                let further = try walk.nextCount(max: limit)
                for lane in 0..<min(further + 1, PieceColumn.laneCount) { laneCounts[lane] += 1 }
                laneCounts[PieceColumn.laneCount - 1] += max(0, further + 1 - PieceColumn.laneCount)
                guard laneCounts[PieceColumn.laneCount - 1] <= limit else {
                    throw .tooLarge(limitBytes: limit)
                }
            }
        }
        for count in laneCounts where count > 0 {
            lanes.append(try Self.lane(count, from: &reader))
        }
        areValid = lanes.allSatisfy { $0.words.allSatisfy(\.isUTF8) }
    }

    private static func lane(
        _ count: Int, from reader: inout ColumnReader
    ) throws(ColumnError) -> Lane {
        // A word has a byte at least, but for the empty one and those that are known; and each is used.
        let wordCount = try reader.count(
            max: min(count, reader.bytesLeft + KnownWords.all.count + 1))
        var heads = try NumberCursor(count: wordCount, from: &reader)
        var words: [UnsafeRawBufferPointer] = []
        for _ in 0..<wordCount {
            let head = try heads.next()
            if head & 1 == 1 {
                guard let word = KnownWords.buffer(of: head >> 1) else { throw .range }
                words.append(word)
            } else {
                guard let length = Int(exactly: head >> 1) else { throw .truncated }
                words.append(try reader.slice(length))
            }
        }
        return Lane(words: words, numbers: try NumberCursor(count: count, from: &reader))
    }

    /// Passes over texts.
    mutating func pass(_ count: Int) throws(ColumnError) {
        var uses = [Int](repeating: 0, count: PieceColumn.laneCount)
        if separator.isEmpty {
            uses[0] = count
        } else {
            for _ in 0..<count {
                // How many there are was checked when the column was begun.
                let pieces = Int(truncatingIfNeeded: try counts.next()) + 1
                for lane in 0..<min(pieces, PieceColumn.laneCount) { uses[lane] += 1 }
                uses[PieceColumn.laneCount - 1] += max(0, pieces - PieceColumn.laneCount)
            }
        }
        for (lane, count) in uses.enumerated() where count > 0 {
            guard lane < lanes.count else { throw .range }
            try lanes[lane].numbers.pass(count)
        }
    }

    /// The next text where it is one valid word, else `nil`: then it was appended to `text`, which may hold
    /// `limit` bytes at most.
    mutating func next(
        into text: inout [UInt8], limit: Int
    ) throws(ColumnError) -> UnsafeRawBufferPointer? {
        let further = separator.isEmpty ? 0 : Int(truncatingIfNeeded: try counts.next())
        for place in 0...further {
            let lane = min(place, PieceColumn.laneCount - 1)
            guard lane < lanes.count else { throw .range }
            let number = try lanes[lane].numbers.next()
            guard number < UInt64(lanes[lane].words.count) else { throw .range }
            let word = lanes[lane].words[Int(number)]
            guard text.count + word.count + separator.count <= limit else {
                throw .tooLarge(limitBytes: limit)
            }
            if further == 0, areValid { return word }
            if place > 0 { text += separator }
            text += word
        }
        return nil
    }
}
