import CBOR
import Causality
import JSON
import Replication
import Testing

@testable import Dossiers

@Suite("Times that were entered under a wrong clock")
struct TimesFixTests {
    private static let hour: Int64 = 3_600_000
    /// What the clock said at 08:30 on 31 May 2021: 21 years earlier.
    private static let wrong: Int64 = morning - 21 * 31_557_600_000

    /// A dossier that was received, paused and resumed under a clock 21 years behind.
    private func spoilt() -> RecordState {
        var state = makeState(.dossier)
        let off = FieldValue.integer(Self.wrong - morning)
        let steps: [([FieldName: FieldValue], [FieldName: FieldValue])] = [
            (
                [
                    "received_at": .integer(Self.wrong), "status": .text("processing"),
                    "due_at": .integer(morning + 72 * Self.hour), "office": .text("A"),
                ], [:]
            ),
            (["status": .text("stopped")], ["pauses": .text("stopped")]),
            (["status": .text("processing")], ["pauses": .text("processing")]),
        ]
        for (number, step) in steps.enumerated() {
            state.take(
                replica: 1, seq: UInt64(number) + 1, clock: morning + Int64(number),
                seen: state.vv, writes: step.0,
                additions: step.1.merging(["clock_off": off]) { $1 },
                at: Self.wrong + Int64(number) * Self.hour)
        }
        return state
    }

    private func correct(
        _ state: inout RecordState, by replica: UInt64 = 2, later: Int64? = nil,
        _ correction: TimesCorrection
    ) {
        state.take(
            replica: replica, clock: morning + (later ?? 1000 * Int64(replica)), seen: state.vv,
            writes: Dictionary(
                uniqueKeysWithValues: correction.writes.map { ($0.name, $0.value) }),
            additions: [correction.addition.name: correction.addition.value])
    }

    @Test("the text says what it was made of, and nothing else is read")
    func text() {
        let act = Act(
            clock: HybridTimestamp(rawValue: .max), time: Timestamp(milliseconds: -62_135_596_800))
        let other = Act(
            clock: HybridTimestamp(rawValue: 7), time: Timestamp(milliseconds: 0))
        let fix = TimesFix([
            act: Timestamp(milliseconds: morning), other: Timestamp(milliseconds: -1),
        ])
        #expect(fix.description == "7:0:-1 18446744073709551615:-62135596800:\(morning)")
        #expect(TimesFix(parsing: fix.description) == fix)
        for text in ["", " ", "1:2", "1:2:3:4", "-1:2:3", "1:2:x", "1:2:3 ", "1:2:\(Int64.max)"] {
            #expect(TimesFix(parsing: text) == nil, "\(text)")
        }
    }

    @Test("what the clock gave is moved, pauses with it, and what a person typed stays")
    func correction() throws {
        var state = spoilt()
        #expect(state.wrongClockMarks.map(\.dot.seq) == [1, 2, 3])
        let correction = TimesCorrection(of: state) { _ in morning - Self.wrong }
        #expect(
            correction.moves == [.init(name: "received_at", from: Self.wrong, to: morning)])
        #expect(correction.fix.times.count == 3 && correction.unknown.isEmpty)
        correct(&state, correction)
        #expect(state.wrongClockMarks.isEmpty)
        let times = DossierTimes(state)
        #expect(times.received == morning && times.due == morning + 72 * Self.hour)
        #expect(
            times.pauses == [
                Pause(start: morning + Self.hour, end: morning + 2 * Self.hour)
            ])
        let resumed = try #require(state.stamp(of: Dot(ReplicaID(1), 3)))
        #expect(state.civilTime(of: resumed).milliseconds == morning + 2 * Self.hour)
        // What was there before stays: the stamps tell what the clock said.
        #expect(state.stamps.contains { $0.stamp.shownTime.milliseconds == Self.wrong })
    }

    @Test("a change of which nobody knows by how much it is off stays marked")
    func unknown() {
        var state = spoilt()
        let correction = TimesCorrection(of: state) { $0.dot.seq == 2 ? 1000 : nil }
        #expect(correction.unknown.map(\.dot.seq) == [1, 3] && correction.moves.isEmpty)
        correct(&state, correction)
        #expect(state.wrongClockMarks.map(\.dot.seq) == [1, 3])
        // Nor is a time taken that records cannot hold.
        for span: Int64 in [.max, .max / 4, .min / 4] {
            let beyond = TimesCorrection(of: state) { _ in span }
            #expect(beyond.isEmpty)
        }
    }

    @Test("of two corrections of one act the later counts, whoever made it")
    func later() {
        let first = spoilt()
        var (one, other) = (first, first)
        correct(&one, by: 3, later: 5_000, TimesCorrection(of: one) { _ in 1_000 })
        correct(&other, by: 2, later: 6_000, TimesCorrection(of: other) { _ in 2_000 })
        for state in [one.joined(with: other), other.joined(with: one)] {
            let act = first.wrongClockMarks[0].act
            #expect(state.fixedTimes[act] == Timestamp(milliseconds: Self.wrong + 2_000))
        }
    }

    @Test("more acts than one correction takes wait for the next")
    func many() {
        var state = makeState(.dossier)
        for seq in 1...UInt64(TimesCorrection.actsMax + 30) {
            state.take(
                replica: 1, seq: seq, clock: morning + Int64(seq), seen: state.vv,
                additions: ["clock_off": .integer(-1)], at: Self.wrong + Int64(seq))
        }
        let first = TimesCorrection(of: state) { _ in 1_000 }
        #expect(first.fix.times.count == TimesCorrection.actsMax && first.unknown.count == 30)
        correct(&state, later: 500_000, first)
        let next = TimesCorrection(of: state) { _ in 1_000 }
        #expect(next.fix.times.count == 30 && next.unknown.isEmpty)
        correct(&state, by: 3, later: 600_000, next)
        #expect(state.wrongClockMarks.isEmpty)
    }

    @Test("a field in conflict is left to a person")
    func conflict() {
        var state = spoilt()
        state.take(replica: 5, writes: ["received_at": .integer(morning - Self.hour)])
        let correction = TimesCorrection(of: state) { _ in morning - Self.wrong }
        #expect(correction.moves.isEmpty && correction.inConflict == ["received_at"])
        #expect(correction.fix.times.count == 3)
    }

    @Test("a clock that was right after all is settled without moving anything")
    func wasRight() {
        var state = spoilt()
        let correction = TimesCorrection(of: state) { _ in 0 }
        #expect(correction.writes.isEmpty && !correction.isEmpty)
        correct(&state, correction)
        #expect(state.wrongClockMarks.isEmpty)
    }

    @Test("marks and corrections that were made apart are all kept, in whatever order they meet")
    func concurrent() {
        let first = spoilt()
        var (one, other, third) = (first, first, first)
        correct(&one, by: 2, TimesCorrection(of: one) { _ in morning - Self.wrong })
        correct(&other, by: 3, TimesCorrection(of: other) { $0.dot.seq == 1 ? Self.hour : nil })
        // A desk that has not heard of either writes under a wrong clock of its own.
        third.take(
            replica: 4, clock: morning + 5000, seen: first.vv,
            writes: ["officer": .text("Lan")], additions: ["clock_off": .integer(-1)],
            at: Self.wrong)
        let orders = [[one, other, third], [third, one, other], [other, third, one]]
        let joined = orders.map { $0.dropFirst().reduce($0[0]) { $0.joined(with: $1) } }
        for state in joined {
            #expect(state == joined[0])
            #expect(state.wrongClockMarks.map(\.dot.replica) == [ReplicaID(4)])
            // Of two corrections of one act the later counts.
            let act = Act(first.wrongClockMarks[0].act.clock, Self.wrong)
            #expect(state.fixedTimes[act]?.milliseconds == Self.wrong + Self.hour)
        }
        let whole = joined[0].joined(with: one)
        #expect(whole == joined[0], "joining again changes nothing")
    }

    @Test("a change that is issued anew under another identity is the same act")
    func renamed() {
        var state = spoilt()
        let correction = TimesCorrection(of: state) { _ in morning - Self.wrong }
        var anew = makeState(.dossier)
        anew.take(
            replica: 77, clock: morning, additions: ["clock_off": .integer(Self.wrong - morning)],
            at: Self.wrong)
        correct(&anew, correction)
        #expect(anew.wrongClockMarks.isEmpty)
        correct(&state, correction)
        #expect(state.wrongClockMarks.isEmpty)
    }

    @Test("nobody writes them as fields, and central takes them only as they can be")
    func codec() throws {
        for name in ["clock_off", "times_fixed"] as [FieldName] {
            let field = try #require(RecordSchema.definition(of: name, in: .dossier))
            #expect(
                failure { () throws(DossierError) in
                    try FieldCodec.value(from: .string("1:2:3"), for: field)
                } == .notWritable(name))
        }
        let off = try #require(RecordSchema.definition(of: "clock_off", in: .contact))
        let fixed = try #require(RecordSchema.definition(of: "times_fixed", in: .contact))
        func isTaken(_ value: FieldValue, _ field: FieldDefinition) -> Bool {
            failure { () throws(DossierError) in try FieldCodec.check(value, for: field) } == nil
        }
        #expect(isTaken(.integer(-1), off) && !isTaken(.text("1:2:3"), off))
        #expect(isTaken(.text("1:2:3"), fixed) && !isTaken(.text("1:2"), fixed))
        #expect(!isTaken(.integer(1), fixed) && !isTaken(.null, off) && !isTaken(.null, fixed))
        let long = Array(repeating: "1:2:3", count: 2_000).joined(separator: " ")
        #expect(!isTaken(.text(long), fixed))
        #expect(!isTaken(.other(.bytes([1])), fixed) && !isTaken(.other(.bytes([1])), off))
    }
}

extension Act {
    fileprivate init(_ clock: HybridTimestamp, _ milliseconds: Int64) {
        self.init(clock: clock, time: Timestamp(milliseconds: milliseconds))
    }
}
