import Causality
import Testing

@Suite("Replica identifiers")
struct ReplicaIDTests {
    @Test("What is shown is read back, from 0 to the largest")
    func roundTrip() {
        for value in [0, 1, 0xabc, 0x8000_0000_0000_0000, UInt64.max] {
            let id = ReplicaID(value)
            #expect(id.description.utf8.count == 16)
            #expect(ReplicaID(hexadecimal: id.description) == id)
        }
        #expect("\(ReplicaID(.max))" == "ffffffffffffffff")
    }

    @Test("Digits of either case are read")
    func upperCase() {
        #expect(ReplicaID(hexadecimal: "00000000DEADbeef") == ReplicaID(0xdead_beef))
    }

    @Test(
        "Anything but sixteen hexadecimal digits is refused",
        arguments: [
            "", "0", "00000000000000001", "000000000000000", "000000000000000g",
            "+000000000000001", "-000000000000001", "0x00000000000001", " 00000000000000a",
            "00000000000000é",
        ])
    func otherTexts(text: String) {
        #expect(ReplicaID(hexadecimal: text) == nil)
    }

    @Test("The order is that of unsigned numbers")
    func unsignedOrder() {
        #expect(ReplicaID(1) < ReplicaID(2))
        #expect(ReplicaID(2) < ReplicaID(0x8000_0000_0000_0000))
    }
}
