import Crypto
import Testing
import Wire

@testable import Bundles
@testable import CentralEngine
@testable import CounterEngine

@Suite("Where a reply stands to a replica that may have gone on")
struct BundleOrderTests {
    private func at(_ position: UInt64, _ hash: UInt8 = 0) -> PullPlace {
        PullPlace(
            cursor: Cursor(position: position, hash: Hash256(hashing: [hash])), mark: nil)
    }

    private let nowhere = PullPlace(cursor: nil, mark: nil)
    private func mark(_ byte: UInt8) -> PullPlace { PullPlace(cursor: nil, mark: [byte]) }

    @Test("in the feed, positions decide")
    func feed() {
        #expect(BundleOrder(from: at(5), to: at(9), at: at(5)) == .next)
        #expect(BundleOrder(from: at(5), to: at(5), at: at(5)) == .next)
        #expect(BundleOrder(from: at(5), to: at(9), at: at(9)) == .behind)
        #expect(BundleOrder(from: at(5), to: at(9), at: at(12)) == .behind)
        #expect(BundleOrder(from: at(5), to: at(9), at: at(7)) == .next)
        #expect(BundleOrder(from: at(5), to: at(9), at: at(4)) == .ahead)
        #expect(BundleOrder(from: at(5), to: at(9), at: nowhere) == .ahead)
    }

    @Test("states go on only from where they were asked for; after them all of them is behind")
    func states() {
        #expect(BundleOrder(from: nowhere, to: mark(1), at: nowhere) == .next)
        #expect(BundleOrder(from: mark(1), to: at(9), at: mark(1)) == .next)
        #expect(BundleOrder(from: nowhere, to: mark(1), at: mark(1)) == .elsewhere)
        #expect(BundleOrder(from: mark(1), to: at(9), at: mark(2)) == .elsewhere)
        #expect(BundleOrder(from: mark(1), to: at(9), at: at(9)) == .behind)
        #expect(BundleOrder(from: mark(1), to: at(9), at: at(8)) == .elsewhere)
        #expect(BundleOrder(from: nowhere, to: mark(1), at: at(8)) == .elsewhere)
    }
}
