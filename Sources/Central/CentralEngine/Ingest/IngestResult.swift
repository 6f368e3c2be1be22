public import Store
public import Replication
public import Wire

/// What came of a push.
public struct IngestResult: Sendable {
    /// The device, its chain moved on.
    public var device: Device
    /// Changes that were set aside.
    public var refusals: [Refusal] = []
    /// Records whose states are needed before the next change can be taken.
    public var neededRecords: [RecordID] = []
    /// Records whose states a recovering central was given, and of whose ids other offices have records.
    public var othersRecords: [RecordState] = []
    /// Whether the next change cannot be taken before central recovers.
    public var awaitsRecovery = false
    /// Whether nothing was taken because the push's columns name changes that are not here.
    public var wantsSequence = false
}
