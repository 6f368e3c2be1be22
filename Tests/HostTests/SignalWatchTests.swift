import Glibc
import Host
import Testing

@Suite("Signals")
struct SignalWatchTests {
    @Test("a signal that comes as soon as it is watched is seen, however often one watches anew")
    func atOnce() async {
        for _ in 0..<200 {
            let watch = await SignalWatch([SIGUSR2])
            kill(getpid(), SIGUSR2)
            await watch.wait()
        }
    }
}
