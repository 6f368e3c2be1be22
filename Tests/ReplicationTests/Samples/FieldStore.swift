import Causality
import Replication
import Testing

/// Several replicas of one record with the one field `v`, as the store cases use them.
struct FieldStore {
    private var states: [ReplicaID: RecordState] = [:]

    /// What a replica holds.
    func state(of replica: ReplicaID) throws -> RecordState {
        try states[replica] ?? #require(RandomHistory.emptyState())
    }

    /// Writes a value at a replica, whose writer had seen `context`.
    mutating func write(_ value: String, at replica: ReplicaID, seen context: VersionVector) throws
    {
        var state = try state(of: replica)
        let change = Change(
            dot: Dot(replica, state.vv[replica] + 1), clock: HybridTimestamp(rawValue: 0),
            kind: .dossier, record: RandomHistory.record, context: context,
            writes: [FieldWrite("v", .text(value))])
        #expect(state.apply(change) == .applied, "\(value)")
        states[replica] = state
    }

    /// Joins what one replica holds into what another holds.
    mutating func send(from source: ReplicaID, to target: ReplicaID) throws {
        states[target] = try state(of: target).joined(with: state(of: source))
    }

    /// Checks what a replica holds; the order of values has no meaning.
    func check(
        _ replica: ReplicaID, holds values: [String], _ vector: VersionVector, _ comment: Comment
    ) throws {
        let state = try state(of: replica)
        #expect(state["v"].compactMap(\.value.text).sorted() == values.sorted(), comment)
        #expect(state.vv == vector, comment)
        #expect(violations(of: state) == [], comment)
    }
}
