/// SplitMix64 (Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", 2014): the
/// same numbers for the same seed on every machine. Not for secrets.
///
/// Ranges and choices are drawn by its own methods: the standard library may change how it draws
/// from a generator, and what rests on it would change with it.
public struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// Starts the sequence of a seed.
    public init(seed: UInt64) {
        state = seed
    }

    /// The next 64 bits.
    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

extension SeededGenerator {
    /// A number from 0 to below `bound`, which is positive. Its bias is below `bound` / 2^64.
    public mutating func number(below bound: Int) -> Int {
        precondition(bound > 0, "there is a number to draw")
        return Int(next().multipliedFullWidth(by: UInt64(bound)).high)
    }

    /// A number of a range of fewer than 2^63 numbers.
    public mutating func number(in range: ClosedRange<Int>) -> Int {
        range.lowerBound + number(below: range.count)
    }

    /// True so many times in a thousand.
    public mutating func happens(perMille: Int) -> Bool {
        number(below: 1000) < perMille
    }

    /// One element of a list that has some.
    public mutating func element<Element>(of list: [Element]) -> Element {
        list[number(below: list.count)]
    }

    /// An index of a list of weights, by weight; one of them is positive and none negative.
    public mutating func index(byWeight weights: [Int]) -> Int {
        var rest = number(below: weights.reduce(0, +))
        for (index, weight) in weights.enumerated() {
            if rest < weight { return index }
            rest -= weight
        }
        return weights.count - 1
    }

    /// The digits of a number of this many digits; the first may be 0.
    public mutating func digits(_ count: Int) -> String {
        var text = ""
        for _ in 0..<count { text.append(String(number(below: 10))) }
        return text
    }

    /// The elements in another order (Fisher and Yates).
    public mutating func shuffled<Element>(_ list: [Element]) -> [Element] {
        var list = list
        for last in list.indices.dropFirst().reversed() {
            list.swapAt(last, number(below: last + 1))
        }
        return list
    }
}
