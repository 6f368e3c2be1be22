// The states of a scope, newest first, in the order of tables and their rows' keys.

internal import Replication
internal import SQLite
public import Store

extension CentralDatabase {
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

    /// As in `CentralView`.
    public func statePage(
        ofOffice office: String, from place: SnapshotPlace, countMax: Int
    ) throws -> StatePage {
        try page(of: Self.phases, from: place, countMax: countMax, office: office)
    }

    /// As in `CentralView`.
    public func recordPage(from place: SnapshotPlace, countMax: Int) throws -> StatePage {
        let all = RecordKind.tableNames.map { Phase.catalog($0.0) }
        return try page(of: all, from: place, countMax: countMax, office: nil)
    }

    private func page(
        of phases: [Phase], from place: SnapshotPlace, countMax: Int, office: String?
    ) throws -> StatePage {
        var page = StatePage()
        var place = place
        while place.phase < phases.count {
            let (kind, clause, isByOffice) = Self.clause(of: phases[place.phase])
            try table(of: kind)?.forEach(
                where: clause,
                bind: { statement in
                    try statement.bind(1, place.belowKey)
                    if isByOffice { try statement.bind(2, office) }
                }
            ) { record in
                let isWanted =
                    office.map { scopeIncludes($0, record.state) } ?? !record.state.fields.isEmpty
                guard isWanted else { return true }
                page.states.append(record.state)
                page.places.append(place.below(record.key))
                return page.states.count < countMax
            }
            if page.states.count >= countMax {
                page.isLast = false
                return page
            }
            place = place.next()
        }
        return page
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

extension SnapshotPlace {
    fileprivate func next() -> SnapshotPlace {
        SnapshotPlace(phase: phase + 1, belowKey: .max)
    }

    fileprivate func below(_ key: Int64) -> SnapshotPlace {
        SnapshotPlace(phase: phase, belowKey: key)
    }
}
