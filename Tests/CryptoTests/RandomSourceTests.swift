import Crypto
import Synchronization
import Testing

/// Gives the bytes that it was told to.
private final class ScriptedSource: RandomSource {
    private let script: Mutex<[[UInt8]]>

    init(_ script: [[UInt8]]) {
        self.script = Mutex(script)
    }

    func bytes(_ count: Int) -> [UInt8] {
        script.withLock { $0.removeFirst() }
    }
}

@Suite("Random sources")
struct RandomSourceTests {
    @Test("The system gives as many bytes as asked for, and others each time")
    func systemBytes() {
        let source = SystemRandomSource()
        #expect(source.bytes(0).isEmpty)
        #expect(source.bytes(33).count == 33)
        #expect(source.bytes(32) != source.bytes(32))
    }

    @Test("A number is never 0, and its first byte is the most significant")
    func numbers() {
        let source = ScriptedSource([[0, 0, 0, 0, 0, 0, 0, 0], [1, 2, 3, 4, 5, 6, 7, 8]])
        #expect(source.number() == 0x0102_0304_0506_0708)
    }
}
