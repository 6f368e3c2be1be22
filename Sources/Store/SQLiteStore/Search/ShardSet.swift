/// A set of the records of one shard of the search index: of a run of keys in a table of records, by their
/// places in it.
struct ShardSet: Equatable {
    /// Keys of a shard.
    static let count = 8_192

    private var words: [UInt64]

    /// A set without records, or with all.
    init(all: Bool = false) {
        words = Array(repeating: all ? .max : 0, count: Self.count / UInt64.bitWidth)
    }

    var isEmpty: Bool { words.allSatisfy { $0 == 0 } }

    /// How many it has.
    var placeCount: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }

    func contains(_ place: Int) -> Bool { words[place >> 6] & 1 << UInt64(place & 63) != 0 }

    mutating func insert(_ place: Int) { words[place >> 6] |= 1 << UInt64(place & 63) }

    mutating func insert(_ places: Range<Int>) {
        for place in places { insert(place) }
    }

    mutating func formUnion(_ other: ShardSet) {
        for index in words.indices { words[index] |= other.words[index] }
    }

    mutating func formIntersection(_ other: ShardSet) {
        for index in words.indices { words[index] &= other.words[index] }
    }

    mutating func subtract(_ other: ShardSet) {
        for index in words.indices { words[index] &= ~other.words[index] }
    }

    /// The places, the lowest first.
    var places: [Int] {
        var places: [Int] = []
        for (index, word) in words.enumerated() {
            var rest = word
            while rest != 0 {
                places.append(index << 6 + rest.trailingZeroBitCount)
                rest &= rest - 1
            }
        }
        return places
    }

    /// Places that follow one another, as few runs as there are, the highest first.
    var runsDownward: [ClosedRange<Int>] {
        var runs: [ClosedRange<Int>] = []
        for place in places.reversed() {
            if let last = runs.last, last.lowerBound == place + 1 {
                runs[runs.count - 1] = place...last.upperBound
            } else {
                runs.append(place...place)
            }
        }
        return runs
    }
}

// How a set is stored: the steps from place to place, each in one byte or two, or a bit for each place where that
// is shorter. A blob of the bits' length is bits.
extension ShardSet {
    private static let bitsByteCount = count / 8

    /// The set that `packed` gave; `nil` for bytes that it never gives.
    init?(packed: UnsafeRawBufferPointer) {
        self.init()
        if packed.count == Self.bitsByteCount {
            for index in words.indices {
                words[index] = UInt64(
                    littleEndian: packed.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self))
            }
            return
        }
        var place = -1
        var step = 0
        for byte in packed {
            if byte >= 0x80 {
                guard step == 0, byte > 0x80 else { return nil }
                step = Int(byte & 0x7F) << 7
                continue
            }
            step += Int(byte)
            place += step
            guard step > 0, place < Self.count else { return nil }
            insert(place)
            step = 0
        }
        if step != 0 { return nil }
    }

    var packed: [UInt8] {
        var bytes: [UInt8] = []
        var last = -1
        for place in places {
            let step = place - last
            if step > 0x7F { bytes.append(UInt8(0x80 | step >> 7)) }
            bytes.append(UInt8(step & 0x7F))
            last = place
        }
        if bytes.count < Self.bitsByteCount { return bytes }
        return words.flatMap { word in withUnsafeBytes(of: word.littleEndian) { Array($0) } }
    }
}
