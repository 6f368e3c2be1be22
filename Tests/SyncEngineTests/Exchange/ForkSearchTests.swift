import Testing

@testable import CentralEngine
@testable import CounterEngine

@Suite("The search for the place where two chains part")
struct ForkSearchTests {
    @Test(
        "finds every place, in three requests at most among 260,000 changes",
        arguments: [0, 1, 2, 63, 64, 65, 4_000, 260_000] as [UInt64])
    func finds(seq: UInt64) {
        for shared in Set([0, 1, 2, seq / 3, seq / 2, seq - min(seq, 1), seq]) where shared <= seq {
            var search = ForkSearch(seq: seq)
            var requests = 0
            while !search.isOver, requests < 10 {
                requests += 1
                let isPossible = search.take(
                    confirmed: search.probes.last { $0 <= shared } ?? 0)
                #expect(isPossible)
            }
            #expect(search.confirmedSeq == shared)
            #expect(requests <= 3)
        }
    }

    @Test("an answer that was not asked for is not believed")
    func impossible() {
        func isPossible(_ seq: UInt64) -> Bool {
            var search = ForkSearch(seq: 1_000)
            return search.take(confirmed: seq)
        }
        #expect(!isPossible(1))
        #expect(!isPossible(1_001))
        #expect(!isPossible(.max))
        #expect(isPossible(0))
        #expect(isPossible(ForkSearch(seq: 1_000).probes[3]))
    }
}
