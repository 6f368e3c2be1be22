import Crypto
import Replication
import Testing

@Suite("Hash chains")
struct HashChainTests {
    /// The values are those of Python's hashlib.blake2b, digest_size=32.
    @Test("The chain of three texts comes out as another implementation has it")
    func knownAnswers() {
        var chain = HashChain()
        #expect(chain.seq == 0)
        #expect(chain.hash == .zero)
        let expected = [
            "dc86703a608cb5c3cd1664ddad587c422229dedda45aeedbd8e16a0991cac4ab",
            "0f1e90fb5cdfd10c66faa167c42ccfa879037943e3a4cfdeb25a5c4b2654c941",
            "18e4f65ae407cd8025b47b2586c546f33fa52ccee59be541cdac397b27ed5234",
        ]
        for (index, text) in ["one", "two", "three"].enumerated() {
            chain.append(Array(text.utf8))
            #expect(chain.hash.description == expected[index])
            #expect(chain.seq == UInt64(index) + 1)
        }
    }

    @Test("An erased change leaves its inner hash, and the chain still verifies")
    func erasedChange() {
        var whole = HashChain()
        var erased = HashChain()
        for byte in UInt8(1)...3 {
            whole.append([byte])
            erased.append(innerHash: Hash256(hashing: [byte]))
        }
        #expect(whole == erased)
    }

    @Test("A chain goes on from where it was left, and from memory as from an array")
    func resumed() {
        var chain = HashChain()
        chain.append([1])
        var resumed = HashChain(seq: chain.seq, hash: chain.hash)
        chain.append([2, 3])
        [UInt8]([2, 3]).withUnsafeBytes { resumed.append($0) }
        #expect(resumed == chain)
    }

    @Test("Another content, another order or a missing change gives another chain")
    func differences() {
        func chain(_ changes: [[UInt8]]) -> HashChain {
            changes.reduce(into: HashChain()) { $0.append($1) }
        }
        let chains = [
            chain([[1], [2]]), chain([[2], [1]]), chain([[1], [3]]), chain([[1, 2]]), chain([[1]]),
            chain([[1], [2], []]),
        ]
        #expect(Set(chains.map(\.hash)).count == chains.count)
    }
}
