public import Causality
public import Store
public import Replication
public import Wire

/// What names one request at both ends: who asked, and when by its own clock. It costs nothing on the way.
public struct RequestName: Hashable, Sendable {
    /// The device.
    public var device: ReplicaID
    /// The time of the request.
    public var time: Timestamp

    /// The time in milliseconds, as central's log has it.
    public var text: String { "\(time.milliseconds)" }
}

/// What one sync did.
public struct SyncReport: Sendable {
    /// What came of a sync, in a word.
    public enum Outcome: String, Sendable {
        /// Central has everything on disk, this replica has everything, and the digests agree.
        case synced
        /// As `synced`, but central refused some changes; they wait for a person.
        case refused
        /// Everything was exchanged, and yet the digests differ.
        case diverged
        /// Central could not be reached.
        case unreachable
        /// The link broke, or central was busy; some remains.
        case interrupted
        /// This device is not enrolled, or was revoked.
        case denied
        /// The two do not understand each other.
        case failed
    }

    /// Changes that were sent and answered, refused ones included.
    public internal(set) var pushed: UInt64 = 0
    /// Changes that central took.
    public internal(set) var accepted: UInt64 = 0
    /// Changes that central refused in this sync.
    public internal(set) var refused: UInt64 = 0
    /// Items that came from central.
    public internal(set) var pulled: UInt64 = 0
    /// Records whose content was erased here, by an order of the central office.
    public internal(set) var erased: [RecordID] = []
    /// Own changes that central does not have.
    public internal(set) var pending: UInt64 = 0
    /// Fields in conflict in this replica.
    public internal(set) var conflicts = 0
    /// Records that hold what was written under a wrong clock and was not set right since.
    public internal(set) var wrongClockRecords = 0
    /// Exchanges that were answered.
    public internal(set) var roundTrips = 0
    /// Times that the link broke, or central was busy, and the sync went on.
    public internal(set) var retries = 0
    /// Bytes that crossed the wire.
    public internal(set) var traffic = Traffic()
    /// How long it took.
    public internal(set) var seconds = 0.0
    /// This replica's digest at the end; `nil` when the sync did not get that far.
    public internal(set) var digest: Digest?
    /// Central's digest that it was compared with.
    public internal(set) var centralDigest: Digest?
    /// Whether central's digest is the same; `nil` when they were not compared.
    public internal(set) var digestAgrees: Bool?
    /// Central's clock less this machine's, in milliseconds, at the last reply.
    public internal(set) var centralSkewMilliseconds: Int64?
    /// The new identity that this replica took, because a copy of it had synced other changes.
    public internal(set) var rotation: IdentityRotation?
    /// Codes that several dossiers have, at the end of the first complete sync under a new identity:
    /// another copy of this replica gave out the same ones.
    public internal(set) var doubleCodes: [SharedCode] = []
    /// Whether the bearer token was replaced.
    public internal(set) var hasNewToken = false
    /// What stopped the sync.
    public internal(set) var failure: SyncFailure?

    /// What was asked of central, by the names that its log has too; of many the last ones.
    public internal(set) var requests: [RequestName] = []

    /// Names of requests that a report keeps.
    private static let requestsMax = 32

    /// Names a request before it is sent.
    mutating func note(_ request: SyncRequest) {
        requests = requests.suffix(Self.requestsMax - 1)
        requests.append(RequestName(device: request.replica, time: request.time))
    }

    /// An empty report.
    init() {}

    /// What came of it, in a word.
    public var outcome: Outcome {
        if let failure {
            switch failure.failureClass {
            case .unavailable: return roundTrips == 0 ? .unreachable : .interrupted
            case .temporary: return .interrupted
            case .noPermission: return .denied
            case .protocolError: return .failed
            }
        }
        guard digestAgrees == true else { return .diverged }
        return refused == 0 ? .synced : .refused
    }

    mutating func note(_ reply: SyncReply, refused news: UInt64, pushedBefore: UInt64) {
        let answered = reply.accepted.seq > pushedBefore ? reply.accepted.seq - pushedBefore : 0
        pushed += answered
        refused += news
        accepted += answered > news ? answered - news : 0
        pulled += reply.itemCount
    }
}
