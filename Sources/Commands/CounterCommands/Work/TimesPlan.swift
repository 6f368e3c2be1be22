internal import Causality
internal import CommandLine
internal import Dossiers
internal import SQLiteStore
internal import Replication
internal import SharedCommands
internal import Text
internal import Time

/// What is to become of the records that were written under a wrong clock.
struct TimesPlan {
    /// What a person wants.
    struct Wish {
        var record: RecordReference?
        var span: Int64?
        var start: Timestamp?

        init(_ invocation: Invocation) throws {
            if invocation.optionalPositional("RECORD") != nil {
                record = try invocation.reference()
            }
            span = try invocation.value(
                "--move",
                expected: Message(
                    "a span such as 9829d2h30m or -7h",
                    vi: "khoảng thời gian như 9829d2h30m hoặc -7h"),
                transform: TimeSpan.milliseconds(parsing:))
            start = try invocation.instant("--to", today: nil)
            if start != nil, span != nil || record == nil {
                throw UsageError(
                    Message(
                        "--to needs RECORD, and no --move",
                        vi: "--to cần RECORD, và không kèm --move"))
            }
        }
    }

    /// A record and what it comes to.
    struct Item {
        var state: RecordState
        var correction: TimesCorrection
    }

    var items: [Item] = []
    /// Records of other desks, which are set right there, or by name.
    var elsewhereCount = 0

    init(_ database: CounterDatabase, _ wish: Wish) throws {
        let own = try database.enrolledIdentity().replica
        let states: [RecordState]
        if let record = wish.record {
            guard let state = try database.state(of: record) else { throw StoreError.noSuchRecord }
            states = [state]
        } else {
            states = try database.wrongClockRecords()
        }
        for state in states {
            let marks = state.wrongClockMarks
            let ours = marks.filter { wish.record != nil || $0.dot.replica == own }
            if ours.isEmpty {
                elsewhereCount += marks.isEmpty ? 0 : 1
                continue
            }
            let first = marks.map(\.act.time).min()
            var shifts: [Dot: Int64] = [:]
            for mark in ours {
                shifts[mark.dot] =
                    try wish.span ?? wish.start.flatMap { start in first.map { start.less($0) } }
                    ?? database.knownShift(of: mark)
            }
            items.append(
                Item(state: state, correction: TimesCorrection(of: state) { shifts[$0.dot] }))
        }
    }
}
