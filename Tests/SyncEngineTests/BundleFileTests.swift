import Glibc
import Testing

@testable import Bundles
@testable import CentralEngine
@testable import CounterEngine

@Suite("Files of bundles")
struct BundleFileTests {
    @Test("a file that takes nothing, and names no error, is one that failed")
    func nothingTaken() {
        var offsets: [Int] = []
        let short = File.wholeWrite(of: 10) { done in
            offsets.append(done)
            return 4 - min(done / 4, 2)
        }
        #expect(short == 0 && offsets == [0, 4, 7])
        var tries = 0
        let stuck = File.wholeWrite(of: 10) { _ in
            tries += 1
            return tries == 1 ? 3 : 0
        }
        #expect(stuck == EIO && tries == 2)
    }
}
