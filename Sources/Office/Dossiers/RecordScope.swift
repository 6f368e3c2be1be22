public import Replication

/// Who may read and write a record.
public enum RecordScope: Hashable, Sendable {
    /// The catalog: every office reads it, central writes it.
    case catalog
    /// These offices, by code, sorted and never empty; several while a hand-over is in conflict.
    case offices([String])
    /// No office: central alone.
    case none

    /// Whether a device of this office may see the record.
    public func includes(office: String) -> Bool {
        switch self {
        case .catalog: true
        case .offices(let codes): codes.contains(office)
        case .none: false
        }
    }
}

extension DossierRules {
    /// A record's state, if an office may see it or nobody else's office has it.
    public static func visible(_ state: RecordState, to office: String) -> RecordState? {
        let scope = scope(of: state)
        return scope == .none || scope.includes(office: office) ? state : nil
    }
}
