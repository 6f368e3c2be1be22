internal import Administration
internal import Dispatch

/// Keeps the file in which a serving central says how it stands.
///
/// `@unchecked Sendable`: the timer is only told to begin and to end, which Dispatch allows from anywhere.
final class ServingStatusKeeper: @unchecked Sendable {
    private let queue = DispatchQueue(label: "central.serving-status")
    private let timer: any DispatchSourceTimer
    private let databasePath: String

    /// Says how it stands now, and again whenever that has changed.
    init(
        besides databasePath: String, every interval: Duration,
        _ status: @escaping @Sendable () -> ServingStatus
    ) {
        self.databasePath = databasePath
        timer = DispatchSource.makeTimerSource(queue: queue)
        let first = status()
        first.save(besides: databasePath)
        var said = first
        timer.setEventHandler {
            let present = status()
            guard present != said else { return }
            present.save(besides: databasePath)
            said = present
        }
        let seconds = interval / .seconds(1)
        timer.schedule(deadline: .now() + seconds, repeating: seconds)
        timer.resume()
    }

    /// Takes the file away.
    func end() async {
        timer.cancel()
        await withCheckedContinuation { continuation in
            queue.async { [databasePath] in
                ServingStatus.remove(besides: databasePath)
                continuation.resume()
            }
        }
    }
}
