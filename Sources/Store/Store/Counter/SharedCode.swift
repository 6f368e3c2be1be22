public import Replication

/// A code that several dossiers have.
public struct SharedCode: Sendable {
    /// The code.
    public var code: String
    /// The dossiers, by id.
    public var records: [RecordID]

    /// A code and its dossiers.
    public init(code: String, records: [RecordID]) {
        self.code = code
        self.records = records
    }
}
