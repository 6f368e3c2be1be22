internal import Dispatch
internal import Glibc

/// The system's wish that this program end.
public enum Termination {
    /// Waits for SIGTERM or SIGINT, which no longer end the program by themselves.
    public static func wait() async {
        let signals = [SIGTERM, SIGINT]
        for signal in signals { Glibc.signal(signal, SIG_IGN) }
        let (stream, continuation) = AsyncStream<Void>.makeStream()
        let sources = signals.map { number in
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { continuation.yield() }
            source.resume()
            return source
        }
        for await _ in stream { break }
        for source in sources { source.cancel() }
    }
}
