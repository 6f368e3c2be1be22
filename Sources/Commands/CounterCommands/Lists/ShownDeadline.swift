internal import Causality
internal import CommandLine
internal import Dossiers
internal import JSON
internal import Replication
internal import Text
internal import Time

/// A dossier's deadline, and how the dossier stands to it at a time.
struct ShownDeadline {
    let deadline: Deadline
    let standing: Deadline.Standing
    private let finished: Int64?
    private let now: Int64

    /// `nil` for a dossier without a deadline, and for one that ended without a result.
    init?(_ state: RecordState, _ book: DeadlineBook, now: Timestamp) {
        guard state.kind == .dossier else { return nil }
        let times = DossierTimes(state)
        switch state.status {
        case .withdrawn, .notAccepted: return nil
        default: break
        }
        guard let deadline = book.deadline(of: times) else { return nil }
        self.deadline = deadline
        self.now = now.milliseconds
        let returned = state.shownValue("returned_at")?.integer
        finished = times.finished ?? returned
        standing = deadline.standing(finished: finished, now: now.milliseconds)
    }

    /// `2021-05-31 17:00`, or the day alone for one that ends with it.
    var time: Message { FieldWords.moment(milliseconds: deadline.due, isEnd: true) }

    /// `due 2021-05-31 17:00, within time: 7 working days by procedure 1.004199`.
    var line: Message {
        Message("due ", vi: "hẹn trả ") + time + Message(verbatim: ", ") + standing.title
            + lateness + Message(verbatim: ": ") + deadline.reason
    }

    /// By how many days, for what is late or overdue.
    private var lateness: Message {
        guard standing == .late || standing == .overdue else { return Message(verbatim: "") }
        let days = daysLate
        return Message(
            " by \(days) day\(days == 1 ? "" : "s")",
            vi: " \(Language.vietnamese.number(days)) ngày")
    }

    /// Days of the calendar since the day on which it was due, today's included.
    var daysLate: Int {
        let end = OfficeTime.day(ofMilliseconds: finished ?? now).daysSinceEpoch
        return max(0, end - OfficeTime.day(ofMilliseconds: deadline.due).daysSinceEpoch)
    }

    /// `{due, standing, limit, procedure, pausedSince}`.
    var json: JSONValue {
        var limit = JSONValue.null
        var procedure = JSONValue.null
        if case .limit(let given, let code) = deadline.basis {
            (limit, procedure) = (.string(given.description), .string(code))
        }
        return .object([
            ("due", .string(OfficeTime.text(milliseconds: deadline.due))),
            ("standing", .string(standing.rawValue)), ("limit", limit), ("procedure", procedure),
            (
                "pausedSince",
                deadline.pausedSince.map { .string(OfficeTime.text(milliseconds: $0)) } ?? .null
            ),
        ])
    }
}
