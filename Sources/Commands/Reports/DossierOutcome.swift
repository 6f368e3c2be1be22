internal import Dossiers
internal import Time

/// The columns of a dossier that reports look at. Instants in milliseconds since the Unix epoch.
struct DossierRow {
    var office: String?
    var status: DossierStatus?
    var channel: String?
    var receivedAt: Int64
    var dueAt: Int64?
    var finishedAt: Int64?
    var returnedAt: Int64?
    var returnMethod: String?
    var isInConflict: Bool
}

/// What had become of a dossier at the end of a period. Every dossier of the period, received in it
/// or carried over into it, has exactly one outcome.
enum DossierOutcome: Hashable {
    /// Finished on an earlier day than the one on which it was due.
    case finishedEarly
    /// Finished on the day on which it was due, by the time at which it was.
    case finishedOnTime
    /// Finished after it was due.
    case finishedLate
    /// Finished, without a due date.
    case finishedWithoutDue
    /// Its status says that it is finished, and nothing says when.
    case finishedUndated
    /// In process, and not due before the end of the period.
    case withinTime
    /// In process, and due before the end of the period.
    case overdue
    /// Waits for papers, a payment, or to be taken up again.
    case supplementRequired, paymentRequired, stopped
    /// Withdrawn by the applicant.
    case withdrawn
    /// Refused at the counter.
    case notAccepted

    /// The outcome; `nil` when the dossier has nothing to do with the period: received after it, or
    /// done with before it.
    ///
    /// No column says when a dossier was withdrawn or refused: that counts in the period in which it
    /// was received, and so does a finish without a date. Suspensions are those of today, unless the
    /// dossier was finished after the period: then it counts as in process.
    init?(of row: DossierRow, in period: Range<Int64>) {
        guard row.receivedAt < period.upperBound else { return nil }
        let isReceived = row.receivedAt >= period.lowerBound
        let finish = Self.finish(of: row)
        switch row.status {
        case .withdrawn where isReceived: self = .withdrawn
        case .notAccepted where isReceived: self = .notAccepted
        case .withdrawn, .notAccepted: return nil
        case .finished where finish == nil && isReceived,
            .returned where finish == nil && isReceived:
            self = .finishedUndated
        case .finished where finish == nil, .returned where finish == nil: return nil
        default:
            if let finish, finish < period.upperBound {
                guard isReceived || finish >= period.lowerBound else { return nil }
                self = Self.punctuality(finish: finish, due: row.dueAt)
            } else {
                self = Self.open(row, isFinishedLater: finish != nil, end: period.upperBound)
            }
        }
    }

    /// When the dossier was finished: a result that was handed out was finished by then.
    static func finish(of row: DossierRow) -> Int64? {
        if let finished = row.finishedAt { return finished }
        return row.status == .finished || row.status == .returned ? row.returnedAt : nil
    }

    private static func punctuality(finish: Int64, due: Int64?) -> DossierOutcome {
        guard let due else { return .finishedWithoutDue }
        if OfficeTime.day(ofMilliseconds: finish) < OfficeTime.day(ofMilliseconds: due) {
            return .finishedEarly
        }
        return finish <= due ? .finishedOnTime : .finishedLate
    }

    private static func open(
        _ row: DossierRow, isFinishedLater: Bool, end: Int64
    ) -> DossierOutcome {
        switch row.status {
        case .supplementRequired where !isFinishedLater: .supplementRequired
        case .paymentRequired where !isFinishedLater: .paymentRequired
        case .stopped where !isFinishedLater: .stopped
        default: row.dueAt.map { $0 < end } == true ? .overdue : .withinTime
        }
    }
}
