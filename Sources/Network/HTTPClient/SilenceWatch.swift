import Glibc
internal import HTTP

/// Notices that nothing moves on a transfer any more. Bytes that leave the kernel's send buffer move,
/// though libcurl has long handed them over: on a slow link that takes a while. libcurl's own low-speed
/// limit looks at neither, and is up to six seconds late.
struct SilenceWatch {
    private let silenceMax: Duration?
    private var seen = (crossed: -1, waiting: Int32(0))
    private var lastMove = ContinuousClock.now

    /// - Parameter silenceMax: `nil` bears with any silence.
    init(silenceMax: Duration?) {
        self.silenceMax = silenceMax
    }

    /// How long to wait for the network at most before looking again, in milliseconds.
    func waitMilliseconds(atMost limit: Int) -> Int32 {
        guard let silenceMax else { return Int32(limit) }
        let rest = (lastMove + silenceMax - .now).wholeMilliseconds + 1
        return Int32(min(max(rest, 1), limit))
    }

    /// Whether the transfer, of which so many bytes have crossed, has been silent for too long.
    mutating func isOver(crossedBytes: Int, socket: Int32) -> Bool {
        guard let silenceMax else { return false }
        var waiting: Int32 = 0
        // A socket that cannot be asked tells nothing, and the bytes that crossed decide.
        if socket >= 0, ioctl(socket, UInt(TIOCOUTQ), &waiting) != 0 { waiting = 0 }
        if seen != (crossedBytes, waiting) {
            seen = (crossedBytes, waiting)
            lastMove = .now
        }
        return lastMove.duration(to: .now) >= silenceMax
    }
}
