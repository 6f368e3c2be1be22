import Causality
import Testing

@Suite("A clock is judged by what its machine has seen")
struct ClockJudgementTests {
    private static let hour: Int64 = 3_600_000
    private static let day = 24 * hour
    private static let year = 365 * day
    /// 1 March 2021, 08:00 at the offices.
    private static let synced: Int64 = 1_614_560_400_000

    private static func time(_ milliseconds: Int64) -> Timestamp {
        Timestamp(milliseconds: milliseconds)
    }

    /// Central's time at the last sync, this machine's then, the last change; each from `synced`.
    private static func witness(_ central: Int64?, _ wall: Int64?, _ change: Int64?) -> ClockWitness
    {
        func at(_ span: Int64?) -> Timestamp? { span.map { time(synced + $0) } }
        return ClockWitness(central: at(central), wall: at(wall), lastChange: at(change))
    }

    private struct Case: Sendable {
        var words: String
        var now: Int64
        var witness: ClockWitness
        var reason: ClockFault.Reason?
        var off: Int64 = 0

        init(
            _ words: String, _ now: Int64, _ witness: ClockWitness,
            _ reason: ClockFault.Reason? = nil, _ off: Int64 = 0
        ) {
            (self.words, self.now, self.witness) = (words, now, witness)
            (self.reason, self.off) = (reason, off)
        }
    }

    private static let cases: [Case] = [
        Case("right after a sync", 1, witness(0, 0, nil)),
        Case("ten days after it", 10 * day, witness(0, 0, 9 * day)),
        Case("four minutes before the sync", -4 * hour / 60, witness(0, 0, nil)),
        Case("six minutes before it", -hour / 10, witness(0, 0, nil), .beforeSync, -hour / 10),
        Case(
            "2000, when the sync was in 2021", 946_688_400_000 - synced, witness(0, 0, day),
            .beforeSync, 946_688_400_000 - synced),
        Case("1970", -synced, witness(0, 0, nil), .beforeSync, -synced),
        Case(
            "as far behind as the sync found it", -2 * year + day, witness(0, -2 * year, nil),
            .beforeSync, -2 * year),
        Case(
            "started anew since, further behind than the sync found it", -2 * year - day,
            witness(0, -2 * year, nil), .beforeSync, -2 * year - day),
        Case("a day before the last change", day, witness(0, 0, 2 * day), .beforeChange, -day),
        Case(
            "before the last change, and never synced", -day, witness(nil, nil, 0), .beforeChange,
            -day),
        Case("seven hours ahead at the sync is near enough", 8 * hour, witness(0, 7 * hour, nil)),
        Case(
            "three days ahead at the sync, and goes on so", 3 * day + hour,
            witness(0, 3 * day, nil), .aheadOfCentral, 3 * day),
        Case("set right since: before what it was at the sync", hour, witness(0, 3 * day, nil)),
        Case("seen to be set right since", 4 * day, witness(0, nil, hour)),
        Case("a year of silence", 366 * day, witness(0, 0, nil)),
        Case("longer", 367 * day, witness(0, 0, nil), .farAhead, 367 * day),
        Case("a change counts against silence as a sync does", 367 * day, witness(0, 0, 2 * day)),
        Case("2100", 79 * year, witness(0, 0, day), .farAhead, 79 * year - day),
        Case("nothing known, and the program is new", 0, witness(nil, nil, nil)),
        Case(
            "nothing known, and before the program was made", 1_500_000_000_000 - synced,
            witness(nil, nil, nil), .beforeProgram, 1_500_000_000_000 - 1_577_836_800_000),
        Case(
            "nothing known, and 2100", 4_102_444_800_000 - synced, witness(nil, nil, nil),
            .farAhead),
    ]

    @Test("the table")
    func table() {
        for entry in Self.cases {
            let fault = ClockFault(of: Self.time(Self.synced + entry.now), entry.witness)
            #expect(fault?.reason == entry.reason, "\(entry.words)")
            #expect(fault?.offMilliseconds ?? 0 == entry.off, "\(entry.words)")
            if let fault {
                #expect(
                    fault.now.milliseconds - fault.known.milliseconds == fault.offMilliseconds,
                    "\(entry.words)")
            }
        }
    }

    @Test("no time overflows the judgement", arguments: [Int64.min, -1, 0, 1, .max])
    func extremes(now: Int64) {
        for other in [Int64.min, 0, .max] {
            for wall in [nil, Int64.min, .max] {
                let witness = ClockWitness(
                    central: Self.time(other), wall: wall.map(Self.time),
                    lastChange: Self.time(other))
                #expect(ClockFault(of: Self.time(now), witness) == nil || now != other)
            }
        }
    }

    @Test("what a clock that was ahead has written is no witness once central has told the time")
    func exchangeDropsFuture() {
        var witness = Self.witness(0, 0, 30 * Self.day)
        #expect(ClockFault(of: Self.time(Self.synced + Self.day), witness) != nil)
        witness.noteExchange(
            central: Self.time(Self.synced + Self.day), wall: Self.time(Self.synced + Self.day))
        #expect(witness.lastChange == nil)
        #expect(ClockFault(of: Self.time(Self.synced + Self.day + 1), witness) == nil)
    }

    @Test("what was written before central's time stays a witness after the exchange")
    func exchangeKeepsPast() {
        var witness = Self.witness(0, 0, Self.day)
        witness.noteExchange(
            central: Self.time(Self.synced + 2 * Self.day),
            wall: Self.time(Self.synced + 2 * Self.day))
        #expect(witness == Self.witness(2 * Self.day, 2 * Self.day, Self.day))
    }

    @Test("clocks that differ by minutes move the last change no way back, and nothing else")
    func changeIsLast() {
        var witness = Self.witness(0, 0, Self.hour)
        witness.noteChange(at: Self.time(Self.synced + Self.hour - 200_000))
        #expect(witness == Self.witness(0, 0, Self.hour))
        witness.noteChange(at: Self.time(Self.synced - 200_000))
        #expect(witness == Self.witness(0, 0, Self.hour))
    }

    @Test("a change before the clock of the sync shows that it was set right since")
    func changeShowsSettingRight() {
        var witness = Self.witness(0, 3 * Self.day, nil)
        witness.noteChange(at: Self.time(Self.synced + Self.hour))
        #expect(witness.wall == nil)
        #expect(ClockFault(of: Self.time(Self.synced + 4 * Self.day), witness) == nil)
    }

    @Test("a bundle tells that it is later, and nothing of this clock; an older one tells nothing")
    func bundle() {
        var witness = Self.witness(0, 0, nil)
        witness.noteBundle(central: Self.time(Self.synced - Self.day))
        #expect(witness == Self.witness(0, 0, nil))
        witness.noteBundle(central: Self.time(Self.synced + Self.day))
        #expect(witness == Self.witness(Self.day, nil, nil))
    }

    @Test("a person is asked again about another wrong clock, and not about the same one")
    func likeness() throws {
        let witness = Self.witness(0, 0, nil)
        let fault = try #require(
            ClockFault(of: Self.time(Self.synced - 20 * Self.year), witness))
        #expect(fault.isLike(offMilliseconds: -20 * Self.year - 3 * Self.day))
        #expect(!fault.isLike(offMilliseconds: -20 * Self.year - 40 * Self.day))
        #expect(!fault.isLike(offMilliseconds: 20 * Self.year))
        #expect(!fault.isLike(offMilliseconds: .max))
    }
}
