/// A set of at most 64 events of a history, by index; as bits, since the laws make many.
struct EventSet: Hashable {
    private var bits: UInt64 = 0

    init() {}

    init(_ indices: Range<Int>) {
        for index in indices { insert(index) }
    }

    var count: Int { bits.nonzeroBitCount }

    /// The indices in ascending order.
    var indices: [Int] {
        var indices: [Int] = []
        var rest = bits
        while rest != 0 {
            indices.append(rest.trailingZeroBitCount)
            rest &= rest - 1
        }
        return indices
    }

    func contains(_ index: Int) -> Bool { bits >> UInt64(index) & 1 == 1 }

    mutating func insert(_ index: Int) { bits |= 1 << UInt64(index) }

    mutating func remove(_ index: Int) { bits &= ~(1 << UInt64(index)) }

    mutating func formUnion(_ other: EventSet) { bits |= other.bits }

    func union(_ other: EventSet) -> EventSet {
        var result = self
        result.formUnion(other)
        return result
    }

    func inserting(_ index: Int) -> EventSet {
        var result = self
        result.insert(index)
        return result
    }

    func isSubset(of other: EventSet) -> Bool { bits & ~other.bits == 0 }

    func isDisjoint(with other: EventSet) -> Bool { bits & other.bits == 0 }
}
