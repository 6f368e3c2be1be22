public import Replication

extension RecordKind {
    /// The name that stands on the command line and in JSON; `kind-<number>` for a newer kind.
    public var name: String {
        switch self {
        case .dossier: "dossier"
        case .contact: "contact"
        case .office: "office"
        case .procedure: "procedure"
        case .holiday: "holiday"
        default: "kind-\(rawValue)"
        }
    }

    /// The kind with this name; `nil` when this version knows none.
    public init?(name: String) {
        switch name {
        case "dossier": self = .dossier
        case "contact": self = .contact
        case "office": self = .office
        case "procedure": self = .procedure
        case "holiday": self = .holiday
        default: return nil
        }
    }

    /// Whether this version knows the kind and its fields.
    public var isKnown: Bool { (1...5).contains(rawValue) }
}
