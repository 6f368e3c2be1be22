import Causality
import Dossiers
import Replication
import Testing
import Text

@Suite("The accounts of a dossier")
struct DossierLedgerTests {
    private static let start: Int64 = 1_780_000_000_000
    private static let hour: Int64 = 3_600_000
    private static let office = "000.17.01.H56"
    private static let other = "000.17.02.H56"

    /// A dossier, written to by desks whose changes have the hours of their numbers.
    private struct Life {
        var state: RecordState
        var seqs: [UInt64: UInt64] = [:]

        init() throws {
            let id = try #require(RecordID("00000000-0000-8000-8000-000000000001"))
            state = RecordState(kind: .dossier, id: id)
            write(
                by: 1, hour: 0,
                [
                    FieldWrite("office", .text(office)), FieldWrite("status", .text("accepted")),
                    FieldWrite("code", .text("\(office)-260528-10001")),
                    FieldWrite("received_at", .integer(start)),
                ])
        }

        /// A change on `seen`, or on all; `at` is its civil time where that is not the clock's.
        mutating func write(
            by desk: UInt64, hour number: Int64, at: Int64? = nil, on seen: RecordState? = nil,
            _ writes: [FieldWrite], _ additions: [FieldWrite] = [], saysEvents: Bool = true
        ) {
            let time = Timestamp(milliseconds: start + number * hour)
            let act = at.map { Timestamp(milliseconds: start + $0 * hour) } ?? time
            let before = seen ?? state
            var added = additions
            if saysEvents, !before.fields.isEmpty,
                let events = DossierEvent.addition(over: before, writes, additions, act: act)
            {
                added.append(events)
            }
            seqs[desk, default: 0] += 1
            let change = Change(
                dot: Dot(ReplicaID(desk), seqs[desk, default: 0]),
                clock: HybridTimestamp(rawValue: UInt64(time.milliseconds) << 16), kind: .dossier,
                record: state.id, context: before.vv, writes: writes, additions: added,
                at: at == nil ? nil : act, by: nil)
            #expect(state.apply(change) == .applied)
        }

        /// `finished@3` and the like, with the office: hours since the receipt.
        var told: [String] {
            DossierLedger(state).entries.map { entry in
                let hours = (entry.time - start) / hour
                let place = entry.office == office ? "A" : entry.office == other ? "B" : "?"
                return "\(entry.what.rawValue)@\(hours) \(place)"
            }
        }
    }

    private func status(_ status: String) -> [FieldWrite] { [FieldWrite("status", .text(status))] }

    @Test(
        "a paper that is printed moves nothing, whenever it is printed, and is told with its form")
    func printed() throws {
        func life(printing: Bool) throws -> Life {
            var life = try Life()
            func printPaper(_ life: inout Life, at hour: Int64) {
                guard printing else { return }
                let event = DossierEvent(.printed, from: "01", to: "2")
                life.write(by: 2, hour: hour, [], [DossierEvent.entry([event])].compactMap(\.self))
            }
            printPaper(&life, at: 1)
            life.write(by: 1, hour: 2, [FieldWrite("office", .text(Self.other))])
            printPaper(&life, at: 3)
            life.write(by: 1, hour: 4, [FieldWrite("status", .text("finished"))])
            printPaper(&life, at: 5)
            life.write(by: 1, hour: 6, [FieldWrite("status", .text("returned"))])
            printPaper(&life, at: 7)
            return life
        }
        let (with, without) = (try life(printing: true), try life(printing: false))
        #expect(with.told == without.told)
        #expect(with.told.count > 2)
        let events = with.state.standingEvents.filter { $0.event.what == .printed }
        #expect(events.count == 4)
        #expect(Set(events.map(\.event.words.english)) == ["paper 01 (2) printed"])
    }

    @Test("a step that two desks wrote apart counts once, with the earlier civil time")
    func twice() throws {
        var life = try Life()
        let seen = life.state
        life.write(by: 2, hour: 5, at: 2, on: seen, status("withdrawn"))
        life.write(by: 3, hour: 4, on: seen, status("withdrawn"))
        #expect(life.told == ["received@0 A", "withdrawn@2 A"])
        var moved = try Life()
        let before = moved.state
        for (desk, hour) in [(UInt64(2), Int64(6)), (3, 4)] {
            moved.write(
                by: desk, hour: hour, on: before, [FieldWrite("office", .text(Self.other))])
        }
        #expect(moved.told == ["received@0 A", "handed_over@4 A"])
    }

    @Test("a day that was corrected counts, and an act never before the one before it")
    func correctedDays() throws {
        var life = try Life()
        life.write(by: 1, hour: 5, status("finished") + [at("finished_at", 4)])
        #expect(life.told == ["received@0 A", "finished@4 A"])
        life.write(by: 1, hour: 9, [at("finished_at", 2)])
        #expect(life.told == ["received@0 A", "finished@2 A"])
        life.write(by: 1, hour: 10, [at("received_at", 3)])
        #expect(life.told == ["received@3 A", "finished@3 A"])
    }

    private func at(_ name: FieldName, _ hours: Int64) -> FieldWrite {
        FieldWrite(name, .integer(Self.start + hours * Self.hour))
    }

    @Test(
        "what programs of before wrote without events is told by its stamps, and by the code's agency"
    )
    func before() throws {
        var life = try Life()
        life.write(
            by: 1, hour: 3, [FieldWrite("office", .text(Self.other))], saysEvents: false)
        life.write(by: 2, hour: 7, status("withdrawn"), saysEvents: false)
        #expect(life.told == ["received@0 A", "handed_over@3 A", "withdrawn@7 B"])
        // A newer program takes it up again, and writes down what the fields forget.
        life.write(by: 2, hour: 9, status("processing"))
        let told = ["received@0 A", "handed_over@3 A", "withdrawn@7 B", "reopened@9 B"]
        #expect(life.told == told)
        life.write(by: 2, hour: 11, status("finished"), saysEvents: false)
        #expect(life.told == told + ["finished@11 B"])
    }

    @Test("what was taken back counts as little as what took it back")
    func takenBack() throws {
        var life = try Life()
        life.write(by: 1, hour: 3, status("finished") + [at("finished_at", 3)])
        let clock = HybridTimestamp(rawValue: UInt64(Self.start + 3 * Self.hour) << 16)
        let undone = DossierEvent(.undone, from: "finished", to: "accepted", undoes: clock)
        let entry = try #require(DossierEvent.entry([undone]))
        life.write(
            by: 1, hour: 4, status("accepted") + [FieldWrite("finished_at", .null)], [entry])
        #expect(life.told == ["received@0 A"])
        let void = try #require(DossierEvent.entry([DossierEvent(.voided)]))
        life.write(by: 1, hour: 6, status("finished") + [at("finished_at", 5)])
        life.write(by: 1, hour: 8, [], [void])
        #expect(life.told == ["received@0 A", "voided@5 A"], "what is void did not end otherwise")
    }

    @Test("for what it waited is told as of then")
    func pauses() throws {
        var life = try Life()
        func pause(_ hours: Int64) -> DossierStatus? {
            life.state.pause(before: Self.start + hours * Self.hour)
        }
        func step(_ text: String, _ hour: Int64) {
            life.write(
                by: 1, hour: hour, status(text),
                [FieldWrite(RecordSchema.pausesField, .text(text))])
        }
        step("supplement_required", 2)
        step("stopped", 4)
        step("processing", 6)
        #expect([1, 3, 5, 7].map(pause) == [nil, .supplementRequired, .stopped, nil])
    }

    @Test("events read back as they were written, a newer version's too; what is none is refused")
    func text() throws {
        let newer = "sealed - a b more words"
        let events = try #require(DossierEvent.parse("finished 5 processing finished\n" + newer))
        #expect(events.map(\.what) == [.finished, nil])
        #expect(events[0].time == Timestamp(milliseconds: 5) && events[1].word == "sealed")
        for text in [
            "", "finished", "finished - a", "finished x a b", "Finished - a b", "undone - a b",
            "undone - a b x", "finished  - a", "finished - a b\n",
        ] {
            #expect(DossierEvent.parse(text) == nil, "\(text)")
        }
    }
}
