internal import Causality
internal import CommandLine
internal import Demonstration
internal import Dossiers
internal import SQLiteStore
internal import Replication
internal import Text

/// What central merged by itself of the edits that two desks made while apart, counted in records.
struct DemoMerges {
    /// Dossiers that both desks wrote, without a conflict.
    private(set) var separate = 0
    /// Dossiers whose status has the values of both desks, settled without a person.
    private(set) var statuses = 0
    /// Dossiers with notes of both desks.
    private(set) var noted = 0

    /// Nothing yet.
    init() {}

    /// Counts in a database.
    init(
        _ apart: HalfYear.Apart, replicas: Set<ReplicaID>, _ database: CentralDatabase
    ) throws {
        func state(_ code: String) throws -> RecordState {
            guard let state = try database.state(of: .code(code)) else {
                throw CommandFailure(
                    .software,
                    Message(
                        "central lacks a dossier of the cut office",
                        vi: "trung tâm thiếu một hồ sơ của cơ quan bị cắt mạng"))
            }
            return state
        }
        separate = try apart.separate.count {
            let state = try state($0)
            return ShownRecord(state: state).conflicts.isEmpty
                && replicas.isSubset(of: state.vv.entries.map(\.replica))
        }
        statuses = try apart.statuses.count {
            let rule = RecordSchema.rule(of: "status", in: .dossier)
            let shown = try state($0).shown("status", by: rule)
            return shown.map { !$0.isConflict && Set($0.entries.map(\.value)).count > 1 } ?? false
        }
        noted = try apart.noted.count {
            replicas.isSubset(of: try state($0)["notes"].map(\.dot.replica))
        }
    }
}
