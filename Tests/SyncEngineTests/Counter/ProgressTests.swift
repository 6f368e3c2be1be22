// Promise 4, counted: what crosses a link that is cut, in both directions, and how often.

import Causality
import CentralEngine
import CounterEngine
import Dossiers
import SQLiteStore
import Replication
import SeededRandom
import Synchronization
import TestSupport
import Testing
import Wire

@Suite("At most one chunk is ever sent twice")
struct ProgressTests {
    /// The same work over a link without cuts.
    private static let clean = Task { try await Course(cuts: []) }

    @Test(
        "one cut, at every place in turn: nothing but what was cut crosses again",
        arguments: [Cut.request, .reply])
    func oneCut(cut: Cut) async throws {
        let clean = try await Self.clean.value
        #expect(clean.syncs == 1 && clean.pushedTwice == 0 && clean.pulledTwice == 0)
        #expect(clean.exchanges >= 8, "the chunks are small")
        for place in 0..<clean.exchanges {
            let course = try await Course(cuts: Array(repeating: nil, count: place) + [cut])
            #expect(course.faults.isEmpty, "place \(place): \(course.faults)")
            #expect(course.syncs == 2)
            #expect(course.exchanges <= clean.exchanges + 1, "place \(place)")
            #expect(course.pushedTwice <= course.largestPush, "place \(place)")
            #expect(course.pulledTwice <= course.largestPull, "place \(place)")
        }
    }

    @Test(
        "one chunk between cuts: the sync ends, and no change crosses more than twice",
        arguments: [Cut.request, .reply])
    func oneChunkBetweenCuts(cut: Cut) async throws {
        let clean = try await Self.clean.value
        let cuts = (0..<4 * clean.exchanges).map { $0 % 2 == 1 ? cut : nil }
        let course = try await Course(cuts: cuts)
        #expect(course.faults.isEmpty, "\(course.faults)")
        #expect(course.syncs > 4)
        #expect(course.exchanges <= 2 * clean.exchanges)
        #expect(course.crossingsMax == 2)
    }

    @Test("cuts at random: only what the cut before took crosses again", arguments: Seeds.all(12))
    func randomCuts(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        let cuts = (0..<60).map { _ -> Cut? in
            Bool.random(using: &random) ? [Cut.request, .reply].randomElement(using: &random) : nil
        }
        let clean = try await Self.clean.value
        let course = try await Course(cuts: cuts)
        #expect(course.faults.isEmpty, "seed \(seed): \(course.faults)")
        #expect(course.exchanges - course.cutCount <= clean.exchanges, "seed \(seed)")
    }
}

/// What a cut takes.
enum Cut: Sendable {
    case request
    case reply
}

/// What one direction of a link has carried. Only what the exchange before lost may come again.
private struct Carried<Element: Hashable> {
    private(set) var crossings: [Element: Int] = [:]
    private(set) var largestChunk = 0
    private var lost: Set<Element> = []

    /// How many more than once.
    var twiceCount: Int { crossings.values.count { $0 > 1 } }

    /// Counts a chunk; those of it that crossed again without need.
    mutating func note(_ chunk: [Element], isCut: Bool) -> [Element] {
        let needless = chunk.filter { crossings[$0] != nil && !lost.contains($0) }
        for element in chunk { crossings[element, default: 0] += 1 }
        largestChunk = max(largestChunk, chunk.count)
        // What was lost and did not come again at once may still come: until it arrives.
        lost = isCut ? lost.union(chunk) : lost.subtracting(chunk)
        return needless
    }
}

/// A counter with things to send and to get, over a link with cuts, until all is synced.
private struct Course: Sendable {
    var syncs = 0
    var exchanges = 0
    var cutCount = 0
    var faults: [String] = []
    var pushedTwice = 0
    var pulledTwice = 0
    var largestPush = 0
    var largestPull = 0
    var crossingsMax = 0

    private struct Link {
        var exchanges = 0
        var reader = ReplicaID(0)
        var cutCount = 0
        var faults: [String] = []
        var pushed = Carried<UInt64>()
        var pulled = Carried<FeedItem>()
    }

    /// - Parameter cuts: what befalls the exchanges, one each; those after them are good.
    init(cuts: [Cut?]) async throws {
        let fleet = try Fleet(random: SeededRandomSource(seed: 4))
        let (counter, other) = (try await fleet.enrol("A"), try await fleet.enrol("A"))
        try await settle([counter, other])
        for desk in [counter, other] {
            try desk.edit { edit in
                for number in Int64(0)..<16 {
                    _ = try edit.make(.dossier, writes: [FieldWrite("fee_vnd", .integer(number))])
                }
            }
        }
        try await settle([other])
        let link = try Self.watch(counter.transport, cuts)
        var options = SyncOptions()
        options.pushBytes = 150
        options.pullBytes = 150
        while true {
            syncs += 1
            let outcome = try await counter.sync(options).outcome
            if outcome == .synced { break }
            #expect(outcome == .interrupted)
            try #require(syncs <= cuts.count + 1, "the sync does not end")
        }
        take(link.state.withLock { $0 })
        counter.transport.onRequest(nil)
        counter.transport.onReply(nil)
        try await settle([counter, other])
        try expectConverged(fleet, [counter, other])
    }

    private mutating func take(_ link: Link) {
        exchanges = link.exchanges
        cutCount = link.cutCount
        faults = link.faults
        pushedTwice = link.pushed.twiceCount
        pulledTwice = link.pulled.twiceCount
        largestPush = link.pushed.largestChunk
        largestPull = link.pulled.largestChunk
        let crossings = Array(link.pushed.crossings.values) + link.pulled.crossings.values
        crossingsMax = crossings.max() ?? 0
    }

    private final class Watch: Sendable {
        let state = Mutex(Link())
    }

    private static func watch(_ transport: DirectTransport, _ cuts: [Cut?]) throws -> Watch {
        let watch = Watch()
        @Sendable func cut(_ link: borrowing Link) -> Cut? {
            link.exchanges <= cuts.count ? cuts[link.exchanges - 1] : nil
        }
        transport.onRequest { request in
            try watch.state.withLock { link in
                link.exchanges += 1
                link.reader = request.replica
                let cut = cut(link)
                if cut != nil { link.cutCount += 1 }
                if let push = request.push {
                    let last = request.chain.seq - request.pendingCount
                    let needless = link.pushed.note(Array(push.firstSeq...last), isCut: cut != nil)
                    if !needless.isEmpty {
                        link.faults.append("exchange \(link.exchanges) pushed \(needless) again")
                    }
                }
                if cut == .request { throw SyncFailure.interrupted(reason: "the request is cut") }
            }
        }
        transport.onReply { reply in
            try watch.state.withLock { link in
                let cut = cut(link)
                let needless = link.pulled.note(
                    try reply.decodedItems(for: link.reader), isCut: cut != nil)
                if !needless.isEmpty {
                    link.faults.append("exchange \(link.exchanges) brought \(needless) again")
                }
                if cut == .reply { throw SyncFailure.interrupted(reason: "the reply is cut") }
            }
        }
        return watch
    }
}
