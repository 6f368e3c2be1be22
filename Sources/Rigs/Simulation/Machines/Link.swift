// The link between a device and central. A session's requests come to the world, which decides what
// becomes of each; the bytes are those of the wire.

internal import CounterEngine
internal import Demonstration
internal import MemoryStore
internal import SeededRandom
internal import Wire

/// Carries a session's requests into the world.
final class Link: Transport {
    private let world: World

    init(_ world: World) {
        self.world = world
    }

    func exchange(
        _ request: SyncRequest, token: String
    ) async throws(SyncFailure) -> SyncReply {
        try SyncReply(encoded: try await world.carry(request, token: token).get())
    }

    func replaceToken(
        _ replacement: TokenReplacement
    ) async throws(SyncFailure) -> TokenReceipt {
        try await world.carry(replacement)
    }

    var traffic: Traffic { Traffic() }
}

/// What becomes of one exchange.
enum Fate: String, CaseIterable, Codable {
    /// The request never arrives.
    case requestLost
    /// Central does its work, and the reply is lost.
    case replyLost
    /// Central gets the request twice; the reply is the second one's.
    case requestRepeated
    /// As a good one, but the request arrives once more later, after others.
    case requestEchoed
    /// The device waits in vain, and the request arrives later, after others.
    case requestDelayed
    /// The request arrives cut short.
    case requestTruncated
    /// The reply arrives cut short.
    case replyTruncated
}

/// The sync that is under way.
struct ExchangeInProgress {
    var slot: Int
    var label: String
    var token: String
    var generator: SeededGenerator
    var isGood: Bool
    /// What happens to it; written down meanwhile when it is drawn.
    var script = ScriptedSync()
    /// Whether all that happens to it is drawn.
    var isDrawn = false
    /// Exchanges until the link goes down.
    var exchangesLeft: Int
    /// Exchanges of a sync at most: one that takes more turns in a circle, and its link goes down, which
    /// a good one must not.
    static let exchangesMax = 5_000
    /// The exchange in which the machine dies while it waits.
    var dyingExchange: Int?
    var death: Death<MemoryCounterState>?
    var exchangeCount = 0
    var editCount = 0
    var tokenCount = 0
    /// Whether bytes were cut short, so that one side may have called them malformed.
    var isDamaged = false
    /// Whether central's process died, so that the device may have found it gone.
    var hasCentralDied = false

    /// Begins a sync over a good link.
    init(quiet slot: Int, token: String) {
        self.init(
            slot: slot, label: "quiet", token: token, generator: SeededGenerator(seed: 0),
            isGood: true, exchangesLeft: Self.exchangesMax)
    }

    init(
        slot: Int, label: String, token: String, generator: SeededGenerator, isGood: Bool,
        exchangesLeft: Int
    ) {
        self.slot = slot
        self.label = label
        self.token = token
        self.generator = generator
        self.isGood = isGood
        self.exchangesLeft = exchangesLeft
    }
}
