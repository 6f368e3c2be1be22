// What is left of a delivery when it was judged: values that a store commits in one transaction.

public import Causality
public import Replication

/// A record that was written.
public struct WrittenRecord: Hashable, Sendable {
    /// Its state before; empty for a new one.
    public var before: RecordState
    /// Whether it had a row before.
    public var existed: Bool
    /// Its state now.
    public var after: RecordState

    /// Its name.
    public var name: RecordName { RecordName(after.kind, after.id) }

    /// Whether it was erased just now: what is kept of it beside its state loses what was erased.
    public var isErased: Bool {
        let kept = after.keptFields
        return kept != nil && kept != before.keptFields
    }

    /// A written record.
    public init(before: RecordState, existed: Bool, after: RecordState) {
        self.before = before
        self.existed = existed
        self.after = after
    }
}

/// The signature over the end of a push.
public struct PushSignature: Hashable, Sendable {
    /// The last seq of the push.
    public var seq: UInt64
    /// Its bytes.
    public var bytes: [UInt8]

    /// A signature.
    public init(seq: UInt64, bytes: [UInt8]) {
        self.seq = seq
        self.bytes = bytes
    }
}

/// What a delivery writes at central.
public struct CentralWriteSet: Hashable, Sendable {
    /// The device.
    public var replica: ReplicaID
    /// Records, in the order in which they were first written.
    public var records: [WrittenRecord] = []
    /// Rows of the log and of the feed, in order.
    public var rows: [LoggedRow] = []
    /// What was refused.
    public var refusals: [RefusalNote] = []
    /// Bytes of refused changes that are kept now besides those of before.
    public var refusedBytes: Int64 = 0
    /// The signature over the push; `nil` when it was not taken to its end.
    public var signature: PushSignature?
    /// Records that a recovering central has got back by states.
    public var recoveredCount = 0

    /// Nothing yet.
    public init(of replica: ReplicaID) { self.replica = replica }

    /// Whether there is nothing to write.
    public var isEmpty: Bool {
        records.isEmpty && rows.isEmpty && refusals.isEmpty && signature == nil
            && recoveredCount == 0
    }
}
