internal import Dispatch
internal import Glibc

/// Signals of the system, as long as this lives: from now on they do not end the program.
///
/// Each signal does what it did before until the watch is in place, and is seen from then on: none
/// falls between the two, as it would if the signal were ignored first.
public final class SignalWatch {
    /// One element for each signal; those that come while one is being answered are one.
    public let arrivals: AsyncStream<Void>
    private let sources: [any DispatchSourceSignal]

    /// Returns when the signals are watched.
    public init(_ signals: [Int32]) async {
        let (arrivals, continuation) = AsyncStream<Void>.makeStream(
            bufferingPolicy: .bufferingNewest(1))
        self.arrivals = arrivals
        sources = signals.map { number in
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { continuation.yield() }
            return source
        }
        for source in sources {
            await withCheckedContinuation { isInPlace in
                source.setRegistrationHandler { isInPlace.resume() }
                source.resume()
            }
        }
    }

    deinit {
        for source in sources { source.cancel() }
    }

    /// SIGHUP: the operator's wish that a service read its files again.
    public static func hangUp() async -> SignalWatch { await SignalWatch([SIGHUP]) }

    /// SIGTERM and SIGINT: the system's wish that this program end.
    public static func termination() async -> SignalWatch { await SignalWatch([SIGTERM, SIGINT]) }

    /// Waits for a signal.
    public func wait() async {
        for await _ in arrivals { break }
    }
}
