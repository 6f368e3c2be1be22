public import Replication

/// Names a record in a read set or a write set: records of different kinds never share an id, but what
/// comes from a peer may say so.
public struct RecordName: Hashable, Sendable {
    /// Its kind.
    public var kind: RecordKind
    /// Its id.
    public var id: RecordID

    /// Names a record.
    public init(_ kind: RecordKind, _ id: RecordID) {
        self.kind = kind
        self.id = id
    }
}

extension RecordKind {
    /// The kinds that have records, in the order in which an id is looked for.
    public static let known: [RecordKind] = [.office, .procedure, .holiday, .dossier, .contact]
}
