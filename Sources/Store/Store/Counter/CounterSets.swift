// The values that a counter's store is given and gives.

public import Causality
public import Crypto
public import Editing
public import Replication

/// Where a store has a record, in the store's own numbers.
public struct RecordRow: Hashable, Sendable {
    /// The kind.
    public var kind: RecordKind
    /// The row.
    public var row: Int64

    /// A place.
    public init(_ kind: RecordKind, _ row: Int64) {
        self.kind = kind
        self.row = row
    }
}

/// A change of the log with its chain hash.
public struct ChainedChange: Sendable {
    /// Its canonical bytes.
    public var bytes: [UInt8]
    /// The hash after it.
    public var hash: Hash256

    /// A chained change.
    public init(bytes: [UInt8], hash: Hash256) {
        self.bytes = bytes
        self.hash = hash
    }
}

/// A row of an own change.
public struct OwnRow: Sendable {
    /// Its place in the log.
    public var position: Int64
    /// Its name.
    public var dot: Dot
    /// Whether central refused it.
    public var isVoid: Bool
    /// Its record.
    public var record: RecordRow
    /// The hash after it.
    public var hash: Hash256
    /// Its canonical bytes.
    public var bytes: [UInt8]

    /// A row.
    public init(
        position: Int64, dot: Dot, isVoid: Bool, record: RecordRow, hash: Hash256, bytes: [UInt8]
    ) {
        self.position = position
        self.dot = dot
        self.isVoid = isVoid
        self.record = record
        self.hash = hash
        self.bytes = bytes
    }
}

/// What a counter writes of one record.
public struct CounterWriteSet: Sendable {
    /// The record as it was found.
    public var before: OpenRecord
    /// The record now; `nil` when it stays as it is.
    public var after: RecordState?
    /// Rows of the log that belong to it, in order.
    public var rows: [LogEntry]

    /// What is written.
    public init(over before: OpenRecord, after: RecordState?, rows: [LogEntry] = []) {
        self.before = before
        self.after = after
        self.rows = rows
    }

    /// Whether the record was erased just now: what is kept of it beside its state loses what was erased.
    public var isErased: Bool {
        guard let kept = after?.keptFields else { return false }
        return kept != before.state.keptFields
    }
}

/// Some consecutive own changes.
public struct OutboxChunk: Sendable {
    /// The seq of the first.
    public var firstSeq: UInt64
    /// The chain hash before it.
    public var hashBefore: Hash256
    /// The canonical changes, one after the other.
    public var changes: [UInt8] = []
    /// How many.
    public var count: UInt64 = 0
    /// The chain hash after the last.
    public var hashAfter: Hash256

    /// A chunk without changes yet.
    public init(firstSeq: UInt64, hashBefore: Hash256) {
        self.firstSeq = firstSeq
        self.hashBefore = hashBefore
        hashAfter = hashBefore
    }

    /// Takes the next change in, if it fits.
    ///
    /// - Returns: `false` when it does not.
    public mutating func add(_ bytes: [UInt8], hash: Hash256, bytesMax: Int) -> Bool {
        guard count == 0 || changes.count + bytes.count <= bytesMax else { return false }
        changes += bytes
        hashAfter = hash
        count += 1
        return true
    }
}
