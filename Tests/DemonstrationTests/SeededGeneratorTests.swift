import Demonstration
import SeededRandom
import Testing

@Suite("The seeded generator")
struct SeededGeneratorTests {
    @Test("it is SplitMix64: the reference implementation's first numbers for seed 1234567")
    func referenceNumbers() {
        var generator = SeededGenerator(seed: 1_234_567)
        let expected: [UInt64] = [
            6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
        ]
        #expect(expected.map { _ in generator.next() } == expected)
    }

    @Test("numbers stay in their range and reach all of it")
    func rangesAreCovered() {
        var generator = SeededGenerator(seed: 3)
        let drawn = Set((0..<500).map { _ in generator.number(in: -2...4) })
        #expect(drawn == Set(-2...4))
    }

    @Test("weights of zero are never drawn, others by their share")
    func weightsDecide() {
        var generator = SeededGenerator(seed: 4)
        var counts = [0, 0, 0]
        for _ in 0..<4_000 { counts[generator.index(byWeight: [1, 0, 3])] += 1 }
        #expect(counts[1] == 0)
        #expect((800...1_200).contains(counts[0]))
    }

    @Test("shuffling keeps the elements")
    func shuffleIsAPermutation() {
        var generator = SeededGenerator(seed: 5)
        let shuffled = generator.shuffled(Array(0..<100))
        #expect(shuffled.sorted() == Array(0..<100))
        #expect(shuffled != Array(0..<100))
    }
}
