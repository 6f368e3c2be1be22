// The states of a scope, newest first, in an order that writes do not disturb: by table, then by
// row key downwards. A mark says where to go on; what changes meanwhile comes by the feed, which
// starts at the cursor taken when the first page was made.

public import CBOR
public import Replication
internal import SQLite

/// Where a first download goes on: a table and the row key below which records are still to come.
public struct SnapshotPlace: Hashable, Sendable {
    var phase: Int
    var belowKey: Int64

    /// The beginning.
    public static let start = SnapshotPlace(phase: 0, belowKey: .max)

    /// The end: all states have been given.
    public static let end = SnapshotPlace(phase: .max, belowKey: 0)

    /// Appends the place.
    public func encode(to writer: inout CBORWriter) {
        writer.writeUnsigned(UInt64(phase))
        writer.writeInteger(belowKey)
    }

    /// Reads a place.
    ///
    /// - Throws: `CBORError`.
    public init(from reader: inout CBORReader) throws(CBORError) {
        phase = Int(clamping: try reader.readUnsigned())
        belowKey = try reader.readInteger()
    }

    private init(phase: Int, belowKey: Int64) {
        self.phase = phase
        self.belowKey = belowKey
    }

    func next() -> SnapshotPlace {
        SnapshotPlace(phase: phase + 1, belowKey: .max)
    }

    func below(_ key: Int64) -> SnapshotPlace {
        SnapshotPlace(phase: phase, belowKey: key)
    }
}

extension ReplicaDatabase {
    private enum Phase {
        case catalog(RecordKind)
        case office(RecordKind)
        /// Records in conflict about their office: the column shows only one of the values.
        case conflicted(RecordKind)
    }

    private static let phases: [Phase] = [
        .catalog(.office), .catalog(.procedure), .catalog(.holiday),
        .office(.dossier), .conflicted(.dossier), .office(.contact), .conflicted(.contact),
    ]

    /// Calls `body` with the states of an office's scope from a place on, until it says `false`.
    ///
    /// - Returns: where to go on; `nil` when all have been given.
    /// - Throws: `StoreError`, and what `body` throws.
    public func forEachState(
        ofOffice office: String, from place: SnapshotPlace, _ body: (RecordState) throws -> Bool
    ) throws -> SnapshotPlace? {
        var place = place
        while place.phase < Self.phases.count {
            let (kind, clause, isByOffice) = Self.clause(of: Self.phases[place.phase])
            var stoppedBelow: Int64?
            try table(of: kind)?.forEach(
                where: clause,
                bind: { statement in
                    try statement.bind(1, place.belowKey)
                    if isByOffice { try statement.bind(2, office) }
                }
            ) { record in
                guard scopeIncludes(office, record.state) else { return true }
                if try body(record.state) { return true }
                stoppedBelow = record.key
                return false
            }
            if let stoppedBelow { return place.below(stoppedBelow) }
            place = place.next()
        }
        return nil
    }

    /// The number of records in an office's scope, the catalog's included.
    ///
    /// - Throws: `StoreError`.
    public func stateCount(ofOffice office: String) throws -> UInt64 {
        UInt64(clamping: try digest(ofOffice: office).recordCount)
    }

    private static func clause(of phase: Phase) -> (RecordKind, String, Bool) {
        switch phase {
        case .catalog(let kind): (kind, "WHERE key < ?1 ORDER BY key DESC", false)
        case .office(let kind):
            (kind, "WHERE key < ?1 AND office = ?2 ORDER BY key DESC", true)
        case .conflicted(let kind):
            (
                kind,
                "WHERE key < ?1 AND conflicts > 0 AND office IS NOT ?2 ORDER BY key DESC", true
            )
        }
    }
}
