public import Replication

/// A refusal as central keeps it.
public struct RefusalNote: Hashable, Sendable {
    /// The seq of the change.
    public var seq: UInt64
    /// The kind of its record.
    public var kind: RecordKind
    /// Its record.
    public var record: RecordID
    /// The stable code.
    public var code: String
    /// The reason.
    public var reason: String
    /// Whether the content of the change is kept.
    public var isContentKept = true

    /// Makes a note.
    public init(seq: UInt64, kind: RecordKind, record: RecordID, code: String, reason: String) {
        self.seq = seq
        self.kind = kind
        self.record = record
        self.code = code
        self.reason = reason
    }
}
