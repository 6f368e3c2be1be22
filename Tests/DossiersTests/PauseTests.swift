import Causality
import JSON
import Replication
import Testing

@testable import Dossiers

@Suite("Pauses, whatever the clocks said")
struct PauseTests {
    private static let hour: Int64 = 3_600_000
    private static let decade: Int64 = 10 * 31_557_600_000

    /// A step of one desk after another: when its clock stamped it, and when it was done.
    private typealias Step = (replica: UInt64, status: String, clock: Int64, at: Int64?)

    /// A dossier in process that one desk after the other brings forward, each having seen all.
    private func dossier(_ steps: [Step]) -> RecordState {
        var state = makeState(.dossier)
        state.take(replica: 9, writes: ["status": .text("processing")])
        for (number, step) in steps.enumerated() {
            state.take(
                replica: step.replica, seq: UInt64(number) + 1, clock: step.clock, seen: state.vv,
                writes: ["status": .text(step.status)], additions: ["pauses": .text(step.status)],
                at: step.at)
        }
        return state
    }

    @Test("a pause lasts from act to act, though a desk seven hours ahead has dragged the stamps")
    func draggedStamps() {
        let dragged = morning + 7 * Self.hour
        let times = DossierTimes(
            dossier([
                (1, "supplement_required", dragged, morning),
                (1, "processing", dragged + 1, morning + 6 * Self.hour),
            ]))
        #expect(times.pauses == [Pause(start: morning, end: morning + 6 * Self.hour)])
    }

    @Test("steps pair as they followed each other, though their clocks say the reverse")
    func reversedTimes() {
        // The first desk's clock is a decade ahead; each later stamp is past all that was seen.
        let ahead = morning + Self.decade
        let steps: [Step] = [
            (1, "supplement_required", ahead, nil), (2, "processing", ahead + 1, morning),
            (1, "stopped", ahead + 2, morning + Self.hour),
            (2, "processing", ahead + 3, morning + 3 * Self.hour),
        ]
        #expect(
            DossierTimes(dossier(steps)).pauses == [
                Pause(start: ahead, end: ahead),
                Pause(start: morning + Self.hour, end: morning + 3 * Self.hour),
            ])
    }

    @Test("a dossier whose shown status is no pause is not paused, whatever its entries leave open")
    func shownStatusDecides() {
        // Stamped by a clock that did not know of the pause's: as programs did before version 2.
        let ahead = morning + Self.decade
        let times = DossierTimes(
            dossier([
                (1, "supplement_required", ahead, nil), (2, "processing", morning, nil),
            ]))
        #expect(times.pauses.allSatisfy { $0.end != nil })
        let open = DossierTimes(dossier([(1, "stopped", morning, nil)]))
        #expect(open.pauses == [Pause(start: morning, end: nil)])
    }

    @Test("a status of an import that pauses begins a pause that no entry tells of")
    func statusWithoutEntry() {
        var state = makeState(.dossier)
        state.take(replica: 1, writes: ["status": .text("stopped")], at: morning - Self.hour)
        #expect(
            DossierTimes(state).pauses == [Pause(start: morning - Self.hour, end: nil)])
    }
}
