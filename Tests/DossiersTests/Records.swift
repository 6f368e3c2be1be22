import Causality
import Dossiers
import JSON
import Replication

/// 31 May 2021, 08:30 at the offices' time.
let morning: Int64 = 1_622_424_600_000

/// An empty record with a fixed id.
func makeState(_ kind: RecordKind) -> RecordState {
    RecordState(kind: kind, id: fixedID)
}

let fixedID: RecordID = {
    guard let id = RecordID(bytes: [UInt8](0x10...0x1F)) else {
        preconditionFailure("sixteen bytes are an id")
    }
    return id
}()

extension RecordState {
    /// Applies a change of a replica that has seen nothing of the others, or what `seen` says.
    mutating func take(
        replica: UInt64, seq: UInt64 = 1, clock: Int64 = morning, seen: VersionVector = [:],
        writes: [FieldName: FieldValue] = [:], additions: [FieldName: FieldValue] = [:],
        at: Int64? = nil, by: String? = nil
    ) {
        let change = Change(
            dot: Dot(ReplicaID(replica), seq),
            clock: HybridTimestamp(Timestamp(milliseconds: clock)), kind: kind, record: id,
            context: seen, writes: writes.map { FieldWrite($0, $1) },
            additions: additions.map { FieldWrite($0, $1) },
            at: at.map { Timestamp(milliseconds: $0) }, by: by)
        let outcome = apply(change)
        precondition(outcome == .applied, "the test's history has no gap")
    }
}

/// The error that a body throws; `nil` when it throws none.
func failure<Result>(of body: () throws(DossierError) -> Result) -> DossierError? {
    do throws(DossierError) {
        _ = try body()
        return nil
    } catch {
        return error
    }
}
