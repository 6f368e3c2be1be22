// What a counter remembers of its own tokens and former keys, and of central.

public import Causality
public import Replication

/// An identity that this replica had.
public struct FormerIdentity: Hashable, Sendable {
    /// The replica.
    public var replica: ReplicaID
    /// The seed of its key; secret.
    public var signingSeed: [UInt8]

    /// A former identity.
    public init(replica: ReplicaID, signingSeed: [UInt8]) {
        self.replica = replica
        self.signingSeed = signingSeed
    }
}

/// A counter's bearer tokens.
public struct TokenHistory: Hashable, Sendable {
    /// The number of the newest token that central was told of, or is to be; that of enrolment is 0.
    public var generation: UInt64
    /// Since when the present token is in use, by this machine's clock.
    public var since: Timestamp
    /// A token that central may or may not have heard of, of this generation; secret. The present one
    /// is used until central has confirmed this one.
    public var next: String?

    /// Makes a history.
    public init(generation: UInt64 = 0, since: Timestamp, next: String? = nil) {
        self.generation = generation
        self.since = since
        self.next = next
    }
}

/// By what a counter knows central. It stands beside the identity and is no part of it: a new identity talks
/// to the same central.
public struct CentralTrust: Hashable, Sendable {
    /// The hash of central's public key, as `sha256//` and Base64; `nil` when none is pinned.
    public var pin: String?
    /// The certificates of the authorities that count, as PEM text; `nil` for the system's.
    public var authorities: String?

    /// Makes a trust; that in the system's authorities by default.
    public init(pin: String? = nil, authorities: String? = nil) {
        self.pin = pin
        self.authorities = authorities
    }
}

/// How far bundles have brought a replica.
public struct BundleProgress: Hashable, Sendable {
    /// The name of the last bundle that was applied.
    public var lastApplied: [UInt8]
    /// Central's clock when it made the reply that completed this replica; `nil` before.
    public var completeAsOf: Timestamp?

    /// Makes a progress.
    public init(lastApplied: [UInt8], completeAsOf: Timestamp? = nil) {
        self.lastApplied = lastApplied
        self.completeAsOf = completeAsOf
    }
}

extension CounterTransaction {
    /// Keeps where a record is now, when there is a copy of it here.
    ///
    /// - Throws: `StoreError`.
    public func noteCopy(_ record: RecordID, isNowAt office: String) throws {
        if try !view.kinds(of: record).isEmpty { try keepPlace(of: record, at: office) }
    }

    /// Puts the token that central has confirmed in the place of the present one.
    ///
    /// - Parameter desk: the device's number within its office, when central has told a new one.
    /// - Returns: `false` when it is not the next token any more, and nothing was written.
    /// - Throws: `StoreError`.
    public func takeNextToken(
        _ token: String, of replica: ReplicaID, desk: Int64? = nil
    ) throws -> Bool {
        guard var history = try view.tokenHistory(of: replica), history.next == token else {
            return false
        }
        try setToken(token, of: replica, desk: desk)
        history.next = nil
        history.since = now
        try save(history, of: replica)
        return true
    }
}

extension CounterIdentityView {
    /// The highest number of a desk of this counter's office that is known here: its own, or another's in
    /// a code.
    ///
    /// - Parameter numbers: those that a desk may have.
    /// - Throws: `StoreError`.
    public func highestDesk(in numbers: ClosedRange<Int64>) throws -> Int64 {
        let identity = try enrolledIdentity().identity
        let shown = try deskNumbers(inCodesOf: identity.office).filter(numbers.contains)
        return shown.reduce(max(identity.desk, numbers.lowerBound), max)
    }
}
