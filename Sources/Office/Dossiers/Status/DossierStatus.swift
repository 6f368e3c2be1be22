// The life of a dossier at a one-stop counter, in the ten statuses of the national portal:
//
//     new ──► accepted ──► processing ◄──► supplement_required, payment_required, stopped
//      │          │             │
//      │          └─────────────┴──► finished ──► returned
//      ├──► not_accepted
//      └──► withdrawn, as from every stage before finished
//
// Two choices shape what a concurrent pair of statuses shows (`Protocol/merge-rules.md`):
//
// - Nothing leads back to `accepted`: papers that were asked for and came in put the dossier into
//   `processing`. Otherwise `accepted` and `processing` would reach each other, and the commonest
//   pair of two desks that work apart would wait for a person.
// - `not_accepted` and `withdrawn` are ends, as is `returned`. Papers given back are recorded by
//   `returned_at` and `return_method`; `returned` means that a result was handed out. Otherwise
//   one desk's refusal beside another desk's result would be settled without anyone noticing.

/// The status of a dossier, by the national portal's names.
public enum DossierStatus: String, CaseIterable, Hashable, Sendable {
    /// Submitted, not looked at yet (mới đăng ký).
    case new
    /// Taken in by the office (được tiếp nhận).
    case accepted
    /// Refused at the counter (không được tiếp nhận); an end.
    case notAccepted = "not_accepted"
    /// Being worked on (đang xử lý).
    case processing
    /// Waiting for papers from the applicant (yêu cầu bổ sung giấy tờ).
    case supplementRequired = "supplement_required"
    /// Waiting for a payment by the applicant (yêu cầu thực hiện nghĩa vụ tài chính).
    case paymentRequired = "payment_required"
    /// Withdrawn by the applicant (công dân yêu cầu rút hồ sơ); an end.
    case withdrawn
    /// Work has stopped (dừng xử lý); it may be taken up again.
    case stopped
    /// Worked to its end, the result lies ready (đã xử lý xong).
    case finished
    /// The result was handed out (đã trả kết quả); an end.
    case returned
}

extension DossierStatus {
    /// The statuses that may follow this one directly, in the portal's order.
    public var nextStatuses: [DossierStatus] {
        switch self {
        case .new: [.accepted, .notAccepted, .supplementRequired, .withdrawn]
        case .accepted:
            [.processing, .supplementRequired, .paymentRequired, .withdrawn, .stopped, .finished]
        case .processing:
            [.supplementRequired, .paymentRequired, .withdrawn, .stopped, .finished]
        case .supplementRequired: [.processing, .withdrawn, .stopped]
        case .paymentRequired: [.processing, .withdrawn, .stopped, .finished]
        case .stopped: [.processing, .withdrawn, .finished]
        case .finished: [.returned]
        case .notAccepted, .withdrawn, .returned: []
        }
    }

    /// Whether the dossier waits for the applicant or for a decision to go on: time that does not count
    /// against its deadline.
    public var isPause: Bool {
        switch self {
        case .supplementRequired, .paymentRequired, .stopped: true
        default: false
        }
    }

    /// Whether no status follows.
    public var isEnd: Bool { nextStatuses.isEmpty }

    /// Where a dossier goes on that had ended so; `nil` for what has not ended.
    public var whenReopened: DossierStatus? {
        switch self {
        case .finished, .returned, .withdrawn: .processing
        case .notAccepted: .new
        default: nil
        }
    }

    /// Whether a person may set `next`. Setting the same status again is no transition, and allowed.
    public func canTransition(to next: DossierStatus) -> Bool {
        self == next || nextStatuses.contains(next)
    }

    /// Whether one or more transitions lead from `source` to this status. O(1).
    public func isReachable(from source: DossierStatus) -> Bool {
        Self.closure[source.place] & 1 << self.place != 0
    }

    private static let places = Dictionary(uniqueKeysWithValues: zip(allCases, 0...))

    /// Its bit in the table of what is reachable.
    private var place: Int { Self.places[self, default: 0] }

    /// For each status the set of statuses reachable from it, by Warshall's algorithm.
    private static let closure: [UInt16] = {
        var reachable = allCases.map { status in
            status.nextStatuses.reduce(into: UInt16(0)) { $0 |= 1 << $1.place }
        }
        for middle in reachable.indices {
            for source in reachable.indices where reachable[source] & 1 << middle != 0 {
                reachable[source] |= reachable[middle]
            }
        }
        return reachable
    }()
}
