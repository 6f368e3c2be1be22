public import Causality
public import Dossiers
public import Replication

/// What a clerk, or central's office, wants to write.
public struct EditRequest: Sendable {
    /// What is to become of a record.
    public enum Act: Sendable {
        /// It is made, perhaps with an id that it has already.
        case make(RecordKind, id: RecordID?, writes: [FieldWrite], additions: [FieldWrite])
        /// Fields are written.
        case edit(writes: [FieldWrite], additions: [FieldWrite])
        /// A conflict is settled by a person who has seen all values.
        case resolve(FieldName, FieldValue)
        /// It was entered by mistake; or one of its notes was, by its number.
        case void(note: Int?, reason: String)
        /// What had ended, or was void after all, is taken up again.
        case reopen(reason: String)
        /// The last step that this machine took today is taken back.
        case undo
    }

    /// What is to become of it.
    public var act: Act
    /// When, if not now.
    public var at: Timestamp?
    /// Who.
    public var by: String?

    /// A request.
    public init(_ act: Act, at: Timestamp? = nil, by: String? = nil) {
        self.act = act
        self.at = at
        self.by = by
    }

    /// The fields that people wrote, as they wrote them.
    var writes: [FieldWrite] {
        switch act {
        case .make(_, _, let writes, _), .edit(let writes, _): writes
        case .resolve(let field, let value): [FieldWrite(field, value)]
        case .void, .reopen, .undo: []
        }
    }
}

/// Why something cannot be written.
public enum EditFault: Error, Hashable, Sendable {
    /// A rule of the domain forbids it.
    case domain(DossierError)
    /// No record is meant.
    case noSuchRecord
    /// A record with this id exists already.
    case duplicateID
    /// A record of another kind has this id.
    case otherKind(RecordKind)
    /// A dossier with this code exists already.
    case duplicateCode
    /// Another entry of the catalog has this code.
    case duplicateEntry
    /// The record belongs to another office.
    case outOfScope
    /// The catalog has no office with this code.
    case unknownOffice
    /// A copy of this replica wrote to the record under this replica's identity.
    case identityTaken
    /// The field is not in conflict.
    case notInConflict
    /// Others refer to an entry of the catalog by this field: so many records, and devices of an office.
    case referredTo(FieldName, records: Int, devices: Int)
}

/// Who writes here: an identity with its chain and its clock.
public struct EditAuthor: Sendable {
    /// The replica.
    public var replica: ReplicaID
    /// The end of its chain.
    public var chain: HashChain
    /// Its clock.
    public var clock: HybridClock
    /// The only office that it may write for; `nil` at central.
    public var office: String?

    /// An author.
    public init(replica: ReplicaID, chain: HashChain, clock: HybridClock, office: String?) {
        self.replica = replica
        self.chain = chain
        self.clock = clock
        self.office = office
    }
}
