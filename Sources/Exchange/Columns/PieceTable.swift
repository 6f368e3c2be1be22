/// The distinct ones among pieces of a text, each with its number and how often it occurs: a hash
/// table with open addressing over ranges of the text, since it is asked for every word.
struct PieceTable {
    struct Piece {
        var start: Int
        var count: Int
        var uses: Int
    }

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

    /// Notes a piece; returns its number, in the order in which pieces came first.
    mutating func add(start: Int, count: Int) -> Int {
        var slot = hash(start, count) & (slots.count - 1)
        while slots[slot] >= 0 {
            let number = Int(slots[slot])
            if isEqual(pieces[number], start, count) {
                pieces[number].uses += 1
                return number
            }
            slot = (slot + 1) & (slots.count - 1)
        }
        slots[slot] = Int32(pieces.count)
        pieces.append(Piece(start: start, count: count, uses: 1))
        if pieces.count * 2 > slots.count { grow() }
        return pieces.count - 1
    }

    private mutating func grow() {
        slots = [Int32](repeating: -1, count: slots.count * 4)
        for (number, piece) in pieces.enumerated() {
            var slot = hash(piece.start, piece.count) & (slots.count - 1)
            while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = Int32(number)
        }
    }

    private func isEqual(_ piece: Piece, _ start: Int, _ count: Int) -> Bool {
        guard piece.count == count else { return false }
        for step in 0..<count where source[piece.start + step] != source[start + step] {
            return false
        }
        return true
    }

    private func hash(_ start: Int, _ count: Int) -> Int {
        var hash: UInt64 = 0x9E37_79B9_7F4A_7C15
        for place in start..<start + count {
            hash = (hash ^ UInt64(source[place])) &* 0x0000_0100_0000_01B3
        }
        return Int(truncatingIfNeeded: (hash ^ hash >> 29) >> 3)
    }
}
