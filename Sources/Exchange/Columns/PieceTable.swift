/// The distinct ones among pieces of a text, each with its number and how often it occurs: a hash
/// table with open addressing over ranges of the text, since it is asked for every word.
struct PieceTable {
    struct Piece {
        var start: Int
        var count: Int
        var uses: Int
    }

    /// Places that are looked at for one piece.
    static let looksMax = 64
    /// Odd, so that no two words of eight bytes have one hash.
    static let multiplier: UInt64 = 0x9FB2_1C65_1E98_DF25

    private(set) var pieces: [Piece] = []
    private var slots: [Int32]
    private let source: UnsafeRawBufferPointer

    init(of source: UnsafeRawBufferPointer) {
        self.source = source
        slots = [Int32](repeating: -1, count: 256)
    }

    func bytes(of piece: Piece) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: source[piece.start..<piece.start + piece.count])
    }

    /// Notes a piece; returns its number, in the order in which pieces came first. One whose place is
    /// crowded may be noted twice: who chooses words so that all meet in one place costs bytes, not time.
    mutating func add(start: Int, count: Int) -> Int {
        var slot = hash(start, count) & (slots.count - 1)
        var looks = 0
        while slots[slot] >= 0, looks < Self.looksMax {
            let number = Int(slots[slot])
            if isEqual(pieces[number], start, count) {
                pieces[number].uses += 1
                return number
            }
            slot = (slot + 1) & (slots.count - 1)
            looks += 1
        }
        if slots[slot] < 0 { slots[slot] = Int32(pieces.count) }
        pieces.append(Piece(start: start, count: count, uses: 1))
        if pieces.count * 2 > slots.count { grow() }
        return pieces.count - 1
    }

    private mutating func grow() {
        slots = [Int32](repeating: -1, count: slots.count * 4)
        for (number, piece) in pieces.enumerated() {
            var slot = hash(piece.start, piece.count) & (slots.count - 1)
            var looks = 0
            while slots[slot] >= 0, looks < Self.looksMax {
                slot = (slot + 1) & (slots.count - 1)
                looks += 1
            }
            if slots[slot] < 0 { slots[slot] = Int32(number) }
        }
    }

    private func isEqual(_ piece: Piece, _ start: Int, _ count: Int) -> Bool {
        guard piece.count == count else { return false }
        var step = 0
        while step + 8 <= count {
            guard word(piece.start + step) == word(start + step) else { return false }
            step += 8
        }
        while step < count {
            guard source[piece.start + step] == source[start + step] else { return false }
            step += 1
        }
        return true
    }

    /// Eight bytes at a time, the last ones by themselves.
    private func hash(_ start: Int, _ count: Int) -> Int {
        var hash = UInt64(truncatingIfNeeded: count)
        var place = start
        let end = start + count
        while place + 8 <= end {
            hash = mixed(hash, word(place))
            place += 8
        }
        var rest: UInt64 = 0
        while place < end {
            rest = rest << 8 | UInt64(source[place])
            place += 1
        }
        return Int(truncatingIfNeeded: mixed(hash, rest) >> 8)
    }

    private func word(_ place: Int) -> UInt64 {
        source.loadUnaligned(fromByteOffset: place, as: UInt64.self)
    }

    private func mixed(_ hash: UInt64, _ word: UInt64) -> UInt64 {
        let product = (hash ^ word) &* Self.multiplier
        return product ^ product >> 32
    }
}
