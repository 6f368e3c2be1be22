import SQLiteStore
import Testing
import Wire

@testable import CentralEngine
@testable import CounterEngine

@Suite("The pace of a link")
struct LinkPaceTests {
    /// A chunk's worth of bytes on the wire.
    private static let chunk = Traffic(bytesSent: 30_000)

    private func pace(_ kibibytes: Int) -> LinkPace {
        LinkPace(
            MeasuredLink(chunkBytes: kibibytes << 10, bytesPerSecond: nil, dictionary: 0))
    }

    @Test("one of two replies lost on a quick link does not end with the least chunk")
    func cutsOnAQuickLink() {
        var link = pace(256)
        for _ in 0..<20 {
            link.noteReply(Self.chunk, after: .milliseconds(300))
            #expect(link.chunkBytes == 512 << 10)
            link.noteCut()
            #expect(link.chunkBytes == 256 << 10)
        }
    }

    @Test("cuts in a row end with the least chunk, however quick the link was")
    func cutsInARow() {
        var link = pace(1_024)
        link.noteReply(Self.chunk, after: .milliseconds(300))
        for _ in 0..<8 { link.noteCut() }
        #expect(link.chunkBytes == CounterLimits.standard.pace.chunkBytes.lowerBound)
    }

    @Test("what was quick before a cut does not outlive syncs that each meet one")
    func cutsOverManySyncs() {
        var link = pace(1_024)
        link.noteReply(Self.chunk, after: .milliseconds(300))
        link.noteCut()
        #expect(link.chunkBytes == 1_024 << 10)
        for _ in 0..<4 {
            link = LinkPace(link.measured)
            link.noteCut()
        }
        #expect(link.chunkBytes == CounterLimits.standard.pace.chunkBytes.lowerBound)
    }

    @Test("where a chunk takes longer, and where little crossed, a cut quarters it")
    func cutOnASlowLink() {
        var link = pace(32)
        link.noteReply(Self.chunk, after: .seconds(1))
        link.noteReply(Traffic(bytesSent: 500), after: .milliseconds(10))
        #expect(link.chunkBytes == 128 << 10)
        link.noteCut()
        #expect(link.chunkBytes == 32 << 10)
    }

    @Test("what a proxy refused is not tried again, its half is")
    func tooLarge() {
        var link = pace(512)
        func refuse(then expected: Int) {
            let isSmaller = link.noteTooLarge()
            #expect(isSmaller && link.chunkBytes == expected << 10)
        }
        refuse(then: 128)
        for _ in 0..<5 { link.noteReply(Traffic(), after: .zero) }
        #expect(link.chunkBytes == 256 << 10)
        refuse(then: 64)
        for _ in 0..<5 { link.noteReply(Traffic(), after: .zero) }
        #expect(link.chunkBytes == 128 << 10)
        refuse(then: 32)
        refuse(then: 8)
        refuse(then: 4)
        let isSmaller = link.noteTooLarge()
        #expect(!isSmaller, "the least chunk cannot be made smaller")
    }
}
