import Crypto
import SeededRandom
import TestSupport
import Testing
import Wire

@testable import CentralEngine
@testable import CounterEngine

@Suite("What an agent does next")
struct AgentMachineTests {
    private static let broken = SyncFailure.unreachable(reason: "cut")

    private func machine(
        _ schedule: AgentSchedule = AgentSchedule(), seed: UInt64 = 1
    ) -> AgentMachine {
        AgentMachine(schedule, random: SeededRandomSource(seed: seed))
    }

    /// How long an action waits, and whether at central; `nil` when it does something else.
    private func wait(_ action: AgentMachine.Action) -> (seconds: Double, atCentral: Bool)? {
        guard case .wait(let delay, let atCentral) = action else { return nil }
        return (delay / .seconds(1), atCentral)
    }

    @Test("after a sync it waits at central about as long as the schedule says, then syncs")
    func schedule() throws {
        var moments = Set<Double>()
        for seed in UInt64(1)...50 {
            var machine = machine(seed: seed)
            let wait = try #require(self.wait(machine.next(.synced, at: .zero)))
            #expect(wait.atCentral && (270...330).contains(wait.seconds))
            moments.insert(wait.seconds)
            #expect(machine.next(.timeReached, at: .seconds(300)) == .sync)
        }
        #expect(moments.count == 50, "agents do not keep step")
        var metered = machine(AgentSchedule(waitsForNews: false))
        #expect(try #require(wait(metered.next(.synced, at: .zero))).atCentral == false)
    }

    @Test("a change here, and news at central, start a sync at once; while it syncs nothing does")
    func triggers() {
        for event in [AgentMachine.Event.localChange, .newsOrBrokenLink, .timeReached] {
            var machine = machine()
            #expect(machine.next(event, at: .zero) == .goOn, "it is syncing")
            _ = machine.next(.synced, at: .zero)
            #expect(machine.next(event, at: .seconds(1)) == .sync)
            #expect(machine.next(event, at: .seconds(1)) == .goOn, "it is syncing")
        }
    }

    @Test("without a link it backs off to five minutes; the network's return ends that")
    func offline() throws {
        var machine = machine()
        var longest = 0.0
        for failures in 1...200 {
            let wait = try #require(self.wait(machine.next(.failed(Self.broken), at: .zero)))
            #expect(!wait.atCentral && wait.seconds <= 300)
            #expect(failures > 1 || wait.seconds <= 2)
            longest = max(longest, wait.seconds)
            #expect(machine.next(.timeReached, at: .zero) == .sync)
        }
        #expect(longest > 250)
        _ = machine.next(.failed(Self.broken), at: .seconds(1_000))
        #expect(machine.next(.networkChange, at: .seconds(1_001)) == .sync)
        _ = machine.next(.synced, at: .seconds(1_002))
        #expect(machine.next(.networkChange, at: .seconds(1_003)) == .goOn, "the link holds")
        // It begins anew after a sync.
        _ = machine.next(.timeReached, at: .seconds(1_300))
        #expect(
            try #require(self.wait(machine.next(.failed(Self.broken), at: .zero))).seconds <= 2)
    }

    @Test("a clerk's change is tried without a link too, but not every time")
    func localChangeOffline() {
        var machine = machine()
        for _ in 1...9 {
            _ = machine.next(.failed(Self.broken), at: .seconds(100))
            _ = machine.next(.timeReached, at: .seconds(100))
        }
        _ = machine.next(.failed(Self.broken), at: .seconds(100))
        #expect(machine.next(.localChange, at: .seconds(105)) == .goOn)
        #expect(machine.next(.localChange, at: .seconds(115)) == .sync)
    }

    @Test("what a person has to mend is tried seldom, and does not end it")
    func person() throws {
        for failure in [
            SyncFailure.revoked, .notEnrolled, .unsupportedVersion(counter: 2, central: 1),
        ] {
            var machine = machine()
            let wait = try #require(self.wait(machine.next(.failed(failure), at: .zero)))
            #expect((800...1_000).contains(wait.seconds), "\(failure)")
            #expect(machine.next(.timeReached, at: .seconds(900)) == .sync)
        }
    }

    @Test("a central that rings without end is answered ever more seldom, then as before")
    func promptNews() throws {
        var machine = machine()
        var pauses: [Double] = []
        for _ in 0..<12 {
            _ = machine.next(.synced, at: .zero)
            let pause = try #require(
                self.wait(machine.next(.newsOrBrokenLink, at: .milliseconds(10))))
            pauses.append(pause.seconds)
            #expect(machine.next(.timeReached, at: .milliseconds(600)) == .sync)
        }
        #expect(pauses.prefix(4) == [0.5, 1, 2, 4] && pauses.last == 300)
        _ = machine.next(.synced, at: .zero)
        #expect(machine.next(.newsOrBrokenLink, at: .seconds(30)) == .sync)
        _ = machine.next(.synced, at: .seconds(30))
        let again = try #require(self.wait(machine.next(.newsOrBrokenLink, at: .seconds(30))))
        #expect(again.seconds == 0.5)
    }

    @Test("another sync here is waited for, briefly at first")
    func hindered() throws {
        var machine = machine()
        var pauses: [Double] = []
        for _ in 0..<10 {
            pauses.append(try #require(self.wait(machine.next(.hindered, at: .zero))).seconds)
            _ = machine.next(.timeReached, at: .zero)
        }
        #expect(pauses.prefix(3) == [2, 4, 8] && pauses.last == 300)
    }
}
