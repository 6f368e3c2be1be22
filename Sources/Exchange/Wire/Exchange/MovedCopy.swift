public import Replication

/// Where a record is now of which an office keeps a copy: its id and the office's code, and nothing else.
public struct MovedCopy: Hashable, Sendable {
    /// The record.
    public var record: RecordID
    /// The code of the office that has it now.
    public var office: String

    /// Names both.
    public init(_ record: RecordID, office: String) {
        self.record = record
        self.office = office
    }
}
