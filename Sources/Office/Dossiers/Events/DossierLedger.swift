// The accounts of offices, of one dossier: where it came in, changed hands, ended and went on, as entries
// of which each moves it from one place to another. Reports count the entries of a period, and, apart from
// them, where every dossier stood at the period's borders; that both agree is the law of the figures
// (`Protocol/reports.md`).
//
// Invariant: each entry begins where the one before it led, the times never run backwards, and the last
// leads to what is shown. So the entries of any period account for all that changed in it.
// How the entries are found: `LedgerWalk`.

internal import Causality
public import Replication

/// One move of a dossier in the accounts of offices.
public struct LedgerEntry: Hashable, Sendable {
    /// What moved it.
    public enum What: String, CaseIterable, Hashable, Sendable {
        /// It came in: open from now on.
        case received
        /// It was worked to its end.
        case finished
        /// The applicant withdrew it.
        case withdrawn
        /// It was refused at the counter.
        case notAccepted = "not_accepted"
        /// It was given, open, to another office.
        case handedOver = "handed_over"
        /// What had ended goes on.
        case reopened
        /// It had been entered by mistake.
        case voided
    }

    /// What moved it.
    public var what: What
    /// When, in milliseconds since the epoch.
    public var time: Int64
    /// The office that counts it: of a hand-over the one that gave.
    public var office: String?
    /// The office that took it over.
    public var taker: String?
    /// Whether nobody wrote down when: it ended as it was entered.
    public var isUndated: Bool

    /// Makes an entry.
    public init(
        _ what: What, at time: Int64, office: String?, taker: String? = nil,
        isUndated: Bool = false
    ) {
        (self.what, self.time, self.office, self.taker) = (what, time, office, taker)
        self.isUndated = isUndated
    }

    /// The office with which the dossier was open just before; `nil` for none.
    var openBefore: DossierPlace? {
        switch what {
        case .received, .reopened: nil
        default: DossierPlace(office: office)
        }
    }
}

/// The office with which a dossier is open.
public struct DossierPlace: Hashable, Sendable {
    /// The office's code; `nil` when nobody knows it.
    public var office: String?

    /// Makes a place.
    public init(office: String?) {
        self.office = office
    }
}

/// The accounts of one dossier.
public struct DossierLedger: Hashable, Sendable {
    /// The number of these rules: rows that were kept by others are made anew.
    public static let rules: Int64 = 1

    /// Its moves, in order.
    public private(set) var entries: [LedgerEntry] = []
    /// When it came in; `nil` for what is in no account: no dossier, or nobody says when.
    public let received: Int64?
    /// With which office it is open now, by what the record shows; `nil` for none.
    public let present: DossierPlace?

    /// The accounts of a record.
    public init(_ state: RecordState) {
        let received = state.shownValue("received_at")?.integer
        let status = state.shownValue(RecordSchema.statusField)?.text
        guard state.kind == .dossier, let received, !state.fields.isEmpty else {
            self.received = nil
            present = nil
            return
        }
        self.received = received
        let events = state.standingEvents
        let isOpen = Phase(of: state, status) == .open && !events.areVoided
        let walk = LedgerWalk(state, events, received: received)
        present = isOpen ? DossierPlace(office: walk.offices.last?.office) : nil
        entries = walk.entries
    }

    /// With which office a dossier was open just before an instant, by the entries from then on, and by what
    /// is shown when there are none.
    ///
    /// - Parameter entries: the dossier's entries, in order.
    public func place(before time: Int64, _ entries: [LedgerEntry]) -> DossierPlace? {
        guard let received, received < time else { return nil }
        guard let next = entries.first(where: { $0.time >= time }) else { return present }
        return next.openBefore
    }
}

/// What reports tell apart of a dossier's status.
enum Phase: Hashable {
    case open
    case finished
    case withdrawn
    case notAccepted

    init(_ status: String?) {
        self =
            switch status.flatMap(DossierStatus.init(rawValue:)) {
            case .finished, .returned: .finished
            case .withdrawn: .withdrawn
            case .notAccepted: .notAccepted
            default: .open
            }
    }

    /// What a dossier shows: one that says when it was finished is finished.
    init(of state: RecordState, _ status: String?) {
        self.init(status)
        if self == .open, state.shownValue("finished_at")?.integer != nil { self = .finished }
    }

    /// The entry that ends a dossier so.
    var what: LedgerEntry.What {
        switch self {
        case .open: .reopened
        case .finished: .finished
        case .withdrawn: .withdrawn
        case .notAccepted: .notAccepted
        }
    }
}
