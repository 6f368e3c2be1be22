// What central's feed brings a reader: rows by scope, in the order of their positions.

public import Causality
public import Crypto
public import Replication

/// A row of the feed for one reader.
public struct FeedRow: Hashable, Sendable {
    /// Its position.
    public var position: UInt64
    /// What it brings.
    public var content: Content

    /// What a row brings.
    public enum Content: Hashable, Sendable {
        /// A change: its canonical bytes, and the record when the change made it.
        case change(bytes: [UInt8], madeRecord: RecordID?)
        /// A refused change.
        case void(kind: RecordKind, record: RecordID, dot: Dot)
        /// The record's state as it is now.
        case state(RecordState)
        /// The state that the office itself held of a record which has left it.
        case copy(RecordState)
    }

    /// Makes a row.
    public init(position: UInt64, content: Content) {
        self.position = position
        self.content = content
    }
}

/// The end of the feed.
public struct FeedEnd: Hashable, Sendable {
    /// The position of its last row.
    public var position: UInt64
    /// The hash of its last commit.
    public var hash: Hash256

    /// An end.
    public init(position: UInt64, hash: Hash256) {
        self.position = position
        self.hash = hash
    }
}

/// Where a record went of which an office keeps a copy.
public struct MovedRecord: Hashable, Sendable {
    /// The record.
    public var record: RecordID
    /// The code of the office that took it.
    public var office: String

    /// A move.
    public init(_ record: RecordID, to office: String) {
        self.record = record
        self.office = office
    }
}

/// Some states of a scope.
public struct StatePage: Hashable, Sendable {
    /// The states, newest first within their kind.
    public var states: [RecordState]
    /// Where to go on after each.
    public var places: [SnapshotPlace]
    /// Whether these are the last.
    public var isLast: Bool

    /// A page.
    public init(
        _ states: [RecordState] = [], places: [SnapshotPlace] = [], isLast: Bool = true
    ) {
        self.states = states
        self.places = places
        self.isLast = isLast
    }

    /// Where to go on; `nil` when all have been given.
    public var next: SnapshotPlace? { isLast ? nil : places.last }
}

/// How many records of a kind there are, void ones included, and how many of their fields are in conflict.
public struct RecordCounts: Hashable, Sendable {
    /// Rows.
    public var records: Int
    /// Fields in conflict.
    public var conflicts: Int

    /// Counts.
    public init(records: Int = 0, conflicts: Int = 0) {
        self.records = records
        self.conflicts = conflicts
    }
}
