// How much to send at once over a link, by what got through before. A chunk that takes long is halved,
// one that was cut is quartered, one that was quick is doubled: so a bad link wastes little, and a good
// one is soon full. What crosses in a moment is not made smaller by a cut: where replies are lost on a
// quick link, small chunks would only meet more losses. The zstd level goes by the measured rate.

internal import Store
internal import Wire

/// What is known of a link.
struct LinkPace: Sendable, Hashable {
    private let limits: CounterLimits.Pace
    /// Bytes of canonical changes, and of items wanted, in one exchange.
    private(set) var chunkBytes: Int
    /// Bytes a second that crossed the wire in the last exchange of some size; `nil` when unknown.
    private(set) var bytesPerSecond: Int?

    /// The newest dictionary that central reads, by its last word; 0 for none.
    var dictionary: UInt32 = 0
    /// The chunk that crossed last within a moment; less after each cut.
    private var promptChunkBytes = 0
    /// What passes everything on the way, as far as is known.
    private var chunkBytesMax: Int

    /// A link of which nothing is known, or what was known of it.
    init(_ measured: MeasuredLink? = nil, within limits: CounterLimits.Pace = CounterLimits.Pace())
    {
        self.limits = limits
        chunkBytes = limits.chunkBytesAtFirst
        chunkBytesMax = limits.chunkBytes.upperBound
        guard let measured else { return }
        setChunk(measured.chunkBytes)
        bytesPerSecond = measured.bytesPerSecond
        dictionary = measured.dictionary
    }

    /// What the replica keeps for the next sync.
    var measured: MeasuredLink {
        MeasuredLink(
            chunkBytes: chunkBytes, bytesPerSecond: bytesPerSecond, dictionary: dictionary)
    }

    /// The zstd level that suits the link.
    var compressionLevel: Int32 {
        (bytesPerSecond ?? .max) < limits.slowBytesPerSecond
            ? Compression.levelForSlowLinks : Compression.levelDefault
    }

    /// Notes an exchange that was answered.
    mutating func noteReply(_ traffic: Traffic, after elapsed: Duration) {
        let seconds = elapsed / .seconds(1)
        let bytes = traffic.bytesSent + traffic.bytesReceived
        if bytes >= limits.measuredBytesMin, seconds > 0 {
            bytesPerSecond = Int(min(Double(bytes) / seconds, 1e12))
        }
        if bytes >= limits.measuredBytesMin, seconds < limits.momentSeconds {
            promptChunkBytes = chunkBytes
        }
        if seconds < limits.quickSeconds {
            setChunk(chunkBytes * 2)
        } else if seconds > limits.slowSeconds {
            setChunk(chunkBytes / 2)
        }
    }

    /// Notes an exchange that was cut.
    mutating func noteCut() {
        setChunk(max(chunkBytes / 4, min(chunkBytes, promptChunkBytes)))
        // The link may have become another: each further cut in a row lets this count less.
        promptChunkBytes /= 4
    }

    /// Notes an exchange that was too large for something on the way; tells whether the next one can
    /// be smaller.
    mutating func noteTooLarge() -> Bool {
        let before = chunkBytes
        // Half of it may pass; it itself is not tried again.
        chunkBytesMax = max(before / 2, limits.chunkBytes.lowerBound)
        setChunk(before / 4)
        return chunkBytes < before
    }

    private mutating func setChunk(_ bytes: Int) {
        let range = limits.chunkBytes
        chunkBytes = min(max(bytes, range.lowerBound), range.upperBound, chunkBytesMax)
    }
}
