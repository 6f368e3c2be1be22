public import Replication
public import Text

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

    /// What people call a record of the kind.
    public var title: Message {
        switch self {
        case .dossier: Message(name, vi: "hồ sơ")
        case .contact: Message(name, vi: "lượt hướng dẫn")
        case .office: Message(name, vi: "cơ quan")
        case .procedure: Message(name, vi: "thủ tục")
        case .holiday: Message(name, vi: "ngày nghỉ")
        default: Message(verbatim: name)
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

    /// The kind that a person means by its name in either language.
    public init?(typed text: String) {
        let words = Folding.words(text)
        let known = [RecordKind.dossier, .contact, .office, .procedure, .holiday].first { kind in
            [kind.name, kind.title.vietnamese].contains { Folding.words($0) == words }
        }
        guard let known else { return nil }
        self = known
    }

    /// Whether this version knows the kind and its fields.
    public var isKnown: Bool { (1...5).contains(rawValue) }
}
