import Causality
import Testing

@Suite("Dots")
struct DotTests {
    @Test("Dots are ordered by replica, then seq, as unsigned numbers")
    func storageOrder() {
        let sorted = [
            Dot(ReplicaID(1), 2), Dot(ReplicaID(1), .max), Dot(ReplicaID(2), 1),
            Dot(ReplicaID(.max), 1),
        ]
        #expect(sorted.reversed().sorted() == sorted)
    }

    @Test("A dot is shown as replica and seq")
    func shownText() {
        #expect("\(Dot(ReplicaID(0xabc), 17))" == "0000000000000abc:17")
    }
}
