internal import Dispatch
internal import Glibc

/// SIGHUP, as long as this lives: the operator's wish that a service read its files again.
public final class HangUpSignal {
    /// One element for each wish; those that come while one is being met are one.
    public let wishes: AsyncStream<Void>
    private let source: any DispatchSourceSignal

    /// From now on the signal no longer ends the program.
    public init() {
        Glibc.signal(SIGHUP, SIG_IGN)
        source = DispatchSource.makeSignalSource(signal: SIGHUP, queue: .global())
        let (wishes, continuation) = AsyncStream<Void>.makeStream(
            bufferingPolicy: .bufferingNewest(1))
        self.wishes = wishes
        source.setEventHandler { continuation.yield() }
        source.resume()
    }

    deinit {
        source.cancel()
    }
}
