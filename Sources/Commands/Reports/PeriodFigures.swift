internal import Dossiers

/// The figures of a period. Every one is counted from records.
///
/// The accounts balance, for every office and all of them: `came` is `went`, and `inProcess.total +
/// suspended.total` is `carriedOver` of the period that follows. No figure is the difference of others: what
/// moved is counted from the events of the period, and where dossiers stood from each one's place.
public struct PeriodFigures: Hashable, Sendable {
    /// Citizens guided, by way.
    public struct Guided: Hashable, Sendable {
        /// At the counter.
        public internal(set) var inPerson = 0
        /// By calls of the office.
        public internal(set) var outgoingCalls = 0
        /// By calls to the office.
        public internal(set) var incomingCalls = 0
        /// Without a way that this version knows.
        public internal(set) var unstated = 0
        /// All.
        public var total: Int { inPerson + outgoingCalls + incomingCalls + unstated }
    }

    /// Dossiers received, by channel.
    public struct Received: Hashable, Sendable {
        /// At the counter.
        public internal(set) var counter = 0
        /// Online.
        public internal(set) var online = 0
        /// By post.
        public internal(set) var post = 0
        /// Without a channel that this version knows.
        public internal(set) var unstated = 0
        /// All.
        public var total: Int { counter + online + post + unstated }
    }

    /// Dossiers finished, by punctuality.
    public struct Finished: Hashable, Sendable {
        /// On an earlier day than due.
        public internal(set) var early = 0
        /// On the due day, by the time at which it was due.
        public internal(set) var onTime = 0
        /// After it was due.
        public internal(set) var late = 0
        /// Without a due date.
        public internal(set) var withoutDue = 0
        /// Without a date of finishing; counted in the period of receipt.
        public internal(set) var undated = 0
        /// All.
        public var total: Int { early + onTime + late + withoutDue + undated }
    }

    /// Dossiers in process at the end of the period.
    public struct InProcess: Hashable, Sendable {
        /// Not due yet, or without a due date.
        public internal(set) var withinTime = 0
        /// Due before the end of the period.
        public internal(set) var overdue = 0
        /// All.
        public var total: Int { withinTime + overdue }
    }

    /// Dossiers on which work rests.
    public struct Suspended: Hashable, Sendable {
        /// Waiting for papers.
        public internal(set) var supplementRequired = 0
        /// Waiting for a payment.
        public internal(set) var paymentRequired = 0
        /// Stopped.
        public internal(set) var stopped = 0
        /// All.
        public var total: Int { supplementRequired + paymentRequired + stopped }
    }

    /// Results handed out in the period, by way.
    public struct Returned: Hashable, Sendable {
        /// At the counter.
        public internal(set) var counter = 0
        /// By post.
        public internal(set) var post = 0
        /// Without a way that this version knows.
        public internal(set) var unstated = 0
        /// All.
        public var total: Int { counter + post + unstated }
    }

    /// Records of the period that wait for a person's decision between concurrent values. They are
    /// counted above by the values that are shown meanwhile.
    public struct Conflicts: Hashable, Sendable {
        /// Dossiers.
        public internal(set) var dossiers = 0
        /// Contacts.
        public internal(set) var contacts = 0
        /// All.
        public var total: Int { dossiers + contacts }
    }

    /// Records that no period counts, because they do not say when they came in.
    public struct Undated: Hashable, Sendable {
        /// Dossiers without a time of receipt.
        public internal(set) var dossiers = 0
        /// Contacts without a time.
        public internal(set) var contacts = 0
    }

    /// Citizens guided.
    public internal(set) var guided = Guided()
    /// Dossiers received in the period.
    public internal(set) var received = Received()
    /// Dossiers that were open with the office when the period began.
    public internal(set) var carriedOver = 0
    /// Dossiers that another office gave, open, in the period.
    public internal(set) var takenOver = 0
    /// Dossiers that had ended, and go on since the period.
    public internal(set) var reopened = 0
    /// Dossiers finished in the period.
    public internal(set) var finished = Finished()
    /// Dossiers in process at its end.
    public internal(set) var inProcess = InProcess()
    /// Dossiers suspended at its end.
    public internal(set) var suspended = Suspended()
    /// Dossiers withdrawn in the period.
    public internal(set) var withdrawn = 0
    /// Dossiers not accepted in the period.
    public internal(set) var notAccepted = 0
    /// Dossiers given, open, to another office in the period.
    public internal(set) var handedOver = 0
    /// Dossiers that had been entered by mistake, found so in the period.
    public internal(set) var voided = 0
    /// Results handed out.
    public internal(set) var returned = Returned()
    /// Records in conflict.
    public internal(set) var conflicts = Conflicts()
    /// Records without a time, of whatever period.
    public internal(set) var undated = Undated()
}

extension PeriodFigures {
    /// What there was to be done with: carried over, received, taken over, reopened.
    public var came: Int { carriedOver + received.total + takenOver + reopened }

    /// What became of it: finished, withdrawn, not accepted, handed over, voided, or open at the end.
    public var went: Int {
        finished.total + withdrawn + notAccepted + handedOver + voided + inProcess.total
            + suspended.total
    }

    /// Counts a dossier that is open at the end of the period.
    ///
    /// - Parameter isOverdue: whether it was due before.
    mutating func countOpen(waitingFor pause: DossierStatus?, isOverdue: Bool) {
        switch pause {
        case .supplementRequired: suspended.supplementRequired += 1
        case .paymentRequired: suspended.paymentRequired += 1
        case .stopped: suspended.stopped += 1
        default:
            if isOverdue { inProcess.overdue += 1 } else { inProcess.withinTime += 1 }
        }
    }

    mutating func countReceived(by channel: String?) {
        switch channel {
        case "counter": received.counter += 1
        case "online": received.online += 1
        case "post": received.post += 1
        default: received.unstated += 1
        }
    }

    mutating func countReturned(by method: String?) {
        switch method {
        case "counter": returned.counter += 1
        case "post": returned.post += 1
        default: returned.unstated += 1
        }
    }

    mutating func countGuided(by way: String?) {
        switch way {
        case "in_person": guided.inPerson += 1
        case "outgoing_call": guided.outgoingCalls += 1
        case "incoming_call": guided.incomingCalls += 1
        default: guided.unstated += 1
        }
    }
}
