// The rows of a record, and of many.

internal import Causality
internal import Editing
internal import Replication
internal import SQLite
internal import Store

extension ChangeLog {
    /// The rows of a record, in order of arrival.
    func rows(of place: LogPlace, _ parts: LogParts = []) throws -> [LogRow] {
        var rows: [LogRow] = []
        try forEachRawRow(
            "WHERE kind = ?1 AND record = ?2 ORDER BY position", parts,
            bind: { try Self.bind(place, to: $0) }
        ) {
            rows.append($0)
            return true
        }
        let rawCount = rows.count
        try forEachSegment(of: place) { segment, places in
            try read(parts, of: places, in: segment)
            rows += places.map { segment.rows[$0] }
        }
        if rawCount > 0, rows.count > rawCount { rows.sort { $0.position < $1.position } }
        return rows
    }

    /// The rows of records of a kind whose keys are within a range, by record, in order of arrival.
    func rows(
        of kind: RecordKind, keys: ClosedRange<Int64>, _ parts: LogParts
    ) throws -> [Int64: [LogRow]] {
        var rows: [Int64: [LogRow]] = [:]
        try forEachRawRow(
            "WHERE kind = ?1 AND record BETWEEN ?2 AND ?3 ORDER BY record, position", parts,
            bind: {
                try $0.bind(1, Int64(kind.rawValue))
                try $0.bind(2, keys.lowerBound)
                try $0.bind(3, keys.upperBound)
            }
        ) {
            rows[$0.place.record, default: []].append($0)
            return true
        }
        try forEachSegment(of: kind, keys: keys) { segment, places in
            try read(parts, of: places, in: segment)
            for place in places {
                rows[segment.rows[place].place.record, default: []].append(segment.rows[place])
            }
        }
        for key in rows.keys { rows[key]?.sort { $0.position < $1.position } }
        return rows
    }

    /// The changes to a record, in order of arrival.
    func history(kind: RecordKind, recordKey: Int64) throws -> [LoggedChange] {
        try rows(of: LogPlace(kind: kind, record: recordKey), .bytes).history()
    }

    /// The values of a record that own changes replaced here and that no logged change holds, and those
    /// that came in states beside own changes; at central the states by which offices were told of it.
    func states(of place: LogPlace) throws -> [LogRow] {
        var rows: [LogRow] = []
        try forEachRawRow(
            """
            WHERE kind = ?1 AND record = ?2 AND form = 3 AND bytes IS NOT NULL ORDER BY position
            """, .bytes, bind: { try Self.bind(place, to: $0) }
        ) {
            rows.append($0)
            return true
        }
        return rows
    }

    /// Whether a state of a record was joined, so that it holds more than its changes here give; or, with
    /// `orLacks`, a change to it has no content.
    func wasJoined(_ place: LogPlace, orLacksContent lacks: Bool = false) throws -> Bool {
        let joined = "form = 3 AND made = 1"
        let condition = lacks ? "(\(joined) OR form < 3 AND bytes IS NULL)" : joined
        return try firstRawRow("WHERE kind = ?1 AND record = ?2 AND \(condition) LIMIT 1", []) {
            try Self.bind(place, to: $0)
        } != nil
    }

    private static func bind(_ place: LogPlace, to statement: Statement) throws {
        try statement.bind(1, Int64(place.kind.rawValue))
        try statement.bind(2, place.record)
    }
}

extension Sequence<LogRow> {
    /// The changes among the rows of a record.
    ///
    /// - Throws: `StoreError.damaged`.
    func history() throws -> [LoggedChange] {
        try filter { $0.isChange && $0.hasBytes }.map {
            LoggedChange(
                position: UInt64($0.position), change: try $0.change(),
                arrived: Timestamp(milliseconds: $0.arrived), isVoid: $0.form == .void)
        }
    }
}
