internal import CentralEngine
internal import CounterEngine
internal import SQLiteStore

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

    /// Has a new file's log folded accordingly.
    func apply(to database: ReplicaDatabase) throws {
        switch self {
        case .standard: break
        case .tiny: try database.makeSegmentsSmall(rowsMax: 5)
        }
    }

    var ofCounters: CounterLimits {
        switch self {
        case .standard: .standard
        case .tiny: .tiny
        }
    }
}
