extension SyncFailure {
    /// A name that stays the same, for receipts: the problem's, or one for what never comes from
    /// central. It holds nothing that a peer wrote but a status.
    public var stableName: String {
        switch self {
        case .unreachable: "unreachable"
        case .untrusted: "untrusted"
        case .interrupted: "interrupted"
        case .notCentral: "not-central"
        case .awaitingRecovery: "awaiting-recovery"
        case .refused(let status, _): "status-\(status)"
        default: problemName ?? "other"
        }
    }
}
