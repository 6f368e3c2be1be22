import Causality
import SeededRandom
import Testing

@Suite("Hybrid logical clocks")
struct HybridClockTests {
    private func at(_ milliseconds: Int64, _ counter: UInt16 = 0) -> HybridTimestamp {
        HybridTimestamp(Timestamp(milliseconds: milliseconds), counter: counter)
    }

    private func time(_ milliseconds: Int64) -> Timestamp { Timestamp(milliseconds: milliseconds) }

    @Test("A reading is 48 bits of milliseconds above 16 bits of counter")
    func layout() {
        #expect(at(0x1234, 0x5678).rawValue == 0x1234_5678)
        #expect(at(0x1234, 0x5678).time == time(0x1234))
        #expect(at(2, 0) > at(1, .max))
    }

    @Test("Times before 1970 and beyond 48 bits are clamped")
    func clampedTimes() {
        #expect(at(-1).rawValue == 0)
        #expect(at(.min).rawValue == 0)
        #expect(at(.max, .max).rawValue == .max)
        #expect(at(1 << 48).time == time((1 << 48) - 1))
    }

    @Test("While the wall clock runs, a reading is the wall clock's time")
    func runningClock() {
        var clock = HybridClock()
        #expect(clock.tick(now: time(1_000)) == at(1_000))
        #expect(clock.tick(now: time(1_001)) == at(1_001))
    }

    @Test("While the wall clock stands or jumps back, the counter goes on")
    func standingClock() {
        var clock = HybridClock(latest: at(1_000))
        #expect(clock.tick(now: time(1_000)) == at(1_000, 1))
        #expect(clock.tick(now: time(-5)) == at(1_000, 2))
        #expect(clock.tick(now: time(999)) == at(1_000, 3))
    }

    @Test("A counter that overflows carries into the milliseconds")
    func overflowingCounter() {
        var clock = HybridClock(latest: at(1_000, .max))
        #expect(clock.tick(now: time(1_000)) == at(1_001, 0))
    }

    @Test("At the end of time the clock stands, and does not trap")
    func endOfTime() {
        var clock = HybridClock(latest: HybridTimestamp(rawValue: .max))
        #expect(clock.tick(now: time(.max)).rawValue == .max)
        #expect(clock.tick(now: time(0), after: HybridTimestamp(rawValue: .max)).rawValue == .max)
    }

    @Test("Its own past more than a day ahead is forgotten: the clock starts again from now")
    func pastAhead() {
        let day = HybridClock.driftMaxMilliseconds
        var clock = HybridClock()
        #expect(clock.tick(now: time(5_000 + day + 1)) == at(5_000 + day + 1))
        #expect(clock.tick(now: time(5_000)) == at(5_000), "set back by more than a day")
        #expect(clock.tick(now: time(5_001)) == at(5_001))
        clock = HybridClock(latest: at(5_000 + day, 3))
        #expect(clock.tick(now: time(5_000)) == at(5_000 + day, 4), "a day is borne")
        clock = HybridClock(latest: HybridTimestamp(rawValue: .max))
        clock.observe(at(6_000, 1), now: time(5_000))
        #expect(clock.tick(now: time(5_000)) == at(6_000, 2), "what a peer says counts again")
        #expect(clock.tick(now: time(.min)) == at(6_000, 3), "there is no time below 1970")
    }

    @Test("A change is later than what it had seen, however far ahead, and alone is moved by it")
    func seenAhead() {
        var clock = HybridClock()
        #expect(clock.tick(now: time(1_000), after: at(9_000_000_000, 7)) == at(9_000_000_000, 8))
        #expect(clock.tick(now: time(1_001), after: at(1_001)) == at(1_001, 1))
        #expect(clock.tick(now: time(1_002), after: at(1_001, 5)) == at(1_002))
    }

    @Test("A change is later than all that its writer had seen")
    func observedPeer() {
        var clock = HybridClock()
        clock.observe(at(5_000, 7), now: time(1_000))
        #expect(clock.tick(now: time(1_000)) == at(5_000, 8))
    }

    @Test("An earlier reading of a peer is no reason to go back")
    func earlierPeer() {
        var clock = HybridClock(latest: at(5_000))
        clock.observe(at(4_999, .max), now: time(6_000))
        #expect(clock.latest == at(5_000))
    }

    @Test("A peer one day ahead is believed; a millisecond more, and it is not")
    func driftBound() {
        let day = HybridClock.driftMaxMilliseconds
        #expect(day == 24 * 60 * 60 * 1_000)
        var clock = HybridClock()
        clock.observe(at(1_000 + day + 1), now: time(1_000))
        #expect(clock.latest == at(0))
        clock.observe(HybridTimestamp(rawValue: .max), now: time(1_000))
        #expect(clock.latest == at(0))
        clock.observe(at(1_000 + day, .max), now: time(1_000))
        #expect(clock.latest == at(1_000 + day, .max))
    }

    @Test("Whatever clocks and peers do, readings stay near the wall clock, and grow else")
    func neverFarAhead() {
        for seed in Seeds.all(100) {
            var random = SeededGenerator(seed: seed)
            var clock = HybridClock()
            for _ in 0..<50 {
                let wall = Int64.random(in: 0...10_000_000_000, using: &random)
                let before = clock.latest
                let day = HybridClock.driftMaxMilliseconds
                if Bool.random(using: &random) {
                    let peer = UInt64.random(in: 0...(20_000_000_000 << 16), using: &random)
                    clock.observe(HybridTimestamp(rawValue: peer), now: time(wall))
                } else {
                    #expect(clock.tick(now: time(wall)) == clock.latest, "seed \(seed)")
                    #expect(clock.latest != before, "seed \(seed)")
                }
                #expect(clock.latest.time.milliseconds - wall <= day + 1, "seed \(seed)")
                let wasFar = before.time.milliseconds - wall > day
                #expect(wasFar || clock.latest >= before, "seed \(seed)")
            }
        }
    }
}
