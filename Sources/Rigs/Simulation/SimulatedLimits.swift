internal import CentralEngine
internal import CounterEngine

/// Which limits both ends of a history work within.
public enum SimulatedLimits: String, CaseIterable, Hashable, Sendable {
    /// Those of the programs.
    case standard
    /// So small that every history meets them.
    case tiny

    var ofCentral: CentralLimits {
        switch self {
        case .standard: .standard
        case .tiny: .tiny
        }
    }

    var ofCounters: CounterLimits {
        switch self {
        case .standard: .standard
        case .tiny: .tiny
        }
    }
}
