// Who a counter's replica is, and how far it has come with central. One value, read at the start of every
// transaction that needs it, so that several processes may use the store at once.

public import Causality
public import Crypto
public import Replication

/// What syncs have learned of the link to central.
public struct MeasuredLink: Sendable, Hashable {
    /// Bytes that one exchange carries best.
    public var chunkBytes: Int
    /// Bytes a second; `nil` when not measured.
    public var bytesPerSecond: Int?
    /// The newest dictionary that central reads, by its last word.
    public var dictionary: UInt32

    /// What was measured.
    public init(chunkBytes: Int, bytesPerSecond: Int?, dictionary: UInt32) {
        self.chunkBytes = chunkBytes
        self.bytesPerSecond = bytesPerSecond
        self.dictionary = dictionary
    }
}

/// A counter's identity and its progress with central.
public struct ReplicaIdentity: Sendable {
    /// Where enrolment stands.
    public enum State: String, Sendable {
        /// A key was made; central has not answered yet.
        case enrolling
        /// Enrolled.
        case active
        /// Central has revoked the device.
        case revoked
    }

    /// Where enrolment stands.
    public var state: State
    /// Central's address, as given at enrolment.
    public var centralURL: String
    /// The seed of the device's Ed25519 key; secret.
    public var signingSeed: [UInt8]
    /// The replica; `nil` before enrolment.
    public var replica: ReplicaID?
    /// The device's number within its office.
    public var desk: Int64
    /// The office's code.
    public var office: String
    /// The bearer token; secret.
    public var token: String
    /// The last own change.
    public var seq: UInt64
    /// The chain hash after it.
    public var chainHash: Hash256
    /// The latest reading of the hybrid clock.
    public var clock: HybridTimestamp
    /// Central has all own changes through this one on disk, by its own word.
    public var pushedSeq: UInt64
    /// The highest own change that central had on disk in its present epoch, by its own word: more
    /// than `pushedSeq` once central was restored from a backup.
    public var acknowledgedSeq: UInt64
    /// The epoch of central that this identity belongs to; `nil` before central has told it.
    public var epoch: UInt64?
    /// Changes after this one are not to be pushed under this identity: central was restored from
    /// a backup, and may have had others of these numbers from a copy of this device.
    public var pushLimit: UInt64?
    /// The epoch in which central was given the copies that it lacked of records that have left the
    /// office.
    public var copiesGivenIn: UInt64?
    /// The place in the feed; `nil` when states are wanted.
    public var cursor: (position: UInt64, hash: ShortHash)?
    /// Where the states go on.
    public var resumeMark: [UInt8]?
    /// When central last answered.
    public var lastExchange: Timestamp?
    /// When a sync was last complete: all pushed, all pulled, digests equal.
    public var lastComplete: Timestamp?
    /// What came of the last sync, in a word.
    public var lastOutcome: String?
    /// What syncs have learned of the link; `nil` before the first.
    public var link: MeasuredLink?
    /// The seed of the key for the identity that the device is asking for, once it has found that
    /// another copy of it syncs too; secret.
    public var nextSigningSeed: [UInt8]?

    /// An identity that asks for enrolment: it has a key and nothing else.
    public init(enrollingAt centralURL: String, signingSeed: [UInt8]) {
        state = .enrolling
        self.centralURL = centralURL
        self.signingSeed = signingSeed
        desk = 0
        office = ""
        token = ""
        seq = 0
        chainHash = .zero
        clock = HybridTimestamp(rawValue: 0)
        pushedSeq = 0
        acknowledgedSeq = 0
    }

    /// The highest own change that central ever had, by its own word: others may have read it.
    public var onceAcknowledgedSeq: UInt64 { max(pushedSeq, acknowledgedSeq, pushLimit ?? 0) }

    /// This identity with the progress of another: how far it has come with central, and nothing of who it is,
    /// its chain and its clock.
    public func progressed(to other: ReplicaIdentity) -> ReplicaIdentity {
        var identity = other
        identity.centralURL = centralURL
        identity.signingSeed = signingSeed
        identity.replica = replica
        identity.desk = desk
        identity.office = office
        identity.token = token
        identity.seq = seq
        identity.chainHash = chainHash
        identity.clock = clock
        return identity
    }

    /// Own changes that central does not have yet.
    public var pendingCount: UInt64 { seq - min(pushedSeq, seq) }
}

extension Author {
    /// The author that an identity names.
    public init(_ identity: ReplicaIdentity, _ replica: ReplicaID) {
        self.init(
            replica: replica, chain: HashChain(seq: identity.seq, hash: identity.chainHash),
            clock: HybridClock(latest: identity.clock), office: identity.office,
            desk: identity.desk)
    }
}

extension CounterIdentityView {
    /// The identity of an enrolled replica.
    ///
    /// - Throws: `StoreError.notEnrolled` before enrolment.
    public func enrolledIdentity() throws -> (identity: ReplicaIdentity, replica: ReplicaID) {
        guard let identity = try identity(), let replica = identity.replica else {
            throw StoreError.notEnrolled
        }
        return (identity, replica)
    }
}

extension CounterLogView {
    /// Whether all values of this replica that stand in a state were written here: a copy of it gives
    /// the same dots to others.
    ///
    /// - Throws: `StoreError`.
    public func hasWritten(whatIsOf replica: ReplicaID, in state: RecordState) throws -> Bool {
        guard state.vv[replica] > 0 else { return true }
        return try state.stamps.filter { $0.dot.replica == replica }.allSatisfy { stamped in
            guard let change = try change(stamped.dot) else { return true }
            let written = Set(change.writes + change.additions)
            // Central may hold what was erased here: restored, it has lost the order.
            let gone = change.erasedContent?.fields ?? []
            let standing = state.fields.filter { !gone.contains($0.name) }.flatMap { field in
                field.entries.filter { $0.dot == stamped.dot }
                    .map { FieldWrite(field.name, $0.value) }
            }
            return change.stamp == stamped.stamp && written.isSuperset(of: standing)
        }
    }

    /// A change of the log; `nil` when the log does not have it.
    ///
    /// - Throws: `StoreError.damaged`.
    func change(_ dot: Dot) throws -> Change? {
        guard let bytes = try loggedChange(dot)?.bytes else { return nil }
        do throws(FormatError) {
            return try Change(canonicalBytes: bytes)
        } catch {
            throw StoreError.damaged(table: "changes", key: Int64(clamping: dot.seq))
        }
    }
}
