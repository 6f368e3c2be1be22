// What changes rows of the log. A segment is written anew where it has one of them: what was there is overwritten.
// Rows that get other names, and such that are marked as refused, leave their segment first.

internal import Causality
internal import Crypto
internal import Editing
internal import Replication
internal import SQLite
internal import Store

extension ChangeLog {
    /// Marks a replica's change as refused, or takes that back.
    func mark(replicaKey: Int64, seq: UInt64, from old: LogForm, to new: LogForm) throws {
        try insertWaiting()
        // A refusal seldom comes alone, and each would write the segment anew.
        if let (segment, place) = try folded(replicaKey: replicaKey, seq: seq),
            segment.rows[place].form == old
        {
            try unfold(segment)
        }
        let statement = try connection.statement(
            """
            UPDATE changes SET form = ?4
            WHERE replica = ?1 AND seq = ?2 AND form = ?3 AND form < 3
            """)
        try statement.bind(1, replicaKey)
        try statement.bind(2, Int64(clamping: seq))
        try statement.bind(3, old.rawValue)
        try statement.bind(4, new.rawValue)
        try statement.run()
    }

    /// Gives rows other bytes, by their positions.
    func replaceBytes(_ bytes: [Int64: [UInt8]]) throws {
        try insertWaiting()
        let statement = try connection.statement(
            "UPDATE changes SET bytes = ?2 WHERE position = ?1")
        var bySegment: [Int64: [Int: [UInt8]]] = [:]
        for (position, bytes) in bytes {
            try statement.bind(1, position)
            try statement.bind(2, bytes)
            try statement.run()
            guard connection.changedRowCount == 0 else { continue }
            guard let (segment, place) = try folded(at: position) else { continue }
            bySegment[segment.first, default: [:]][place] = bytes
        }
        for (first, replaced) in bySegment {
            try rewrite(segment(first)) { rows in
                for (place, bytes) in replaced { rows[place].bytes = bytes }
            }
        }
    }

    /// Gives a change another name, hash and bytes.
    func rename(
        at position: Int64, replicaKey: Int64, seq: UInt64, hash: Hash256, bytes: [UInt8]
    ) throws {
        try insertWaiting()
        if let (segment, _) = try folded(at: position) { try unfold(segment) }
        let statement = try connection.statement(
            """
            UPDATE changes SET replica = ?2, seq = ?3, made = 0, hash = ?4, bytes = ?5
            WHERE position = ?1
            """)
        try statement.bind(1, position)
        try statement.bind(2, replicaKey)
        try statement.bind(3, Int64(clamping: seq))
        try hash.withBytes { try statement.bind(4, bytes: $0) }
        try statement.bind(5, bytes)
        try statement.run()
    }

    /// Takes a row out.
    func remove(at position: Int64) throws {
        try insertWaiting()
        if let (segment, _) = try folded(at: position) { try unfold(segment) }
        let statement = try connection.statement("DELETE FROM changes WHERE position = ?1")
        try statement.bind(1, position)
        try statement.run()
        // The next position follows from the last row of the table.
        let folded = try lastFoldedPosition()
        if folded > 0, (try lastRow()?.position ?? 0) < folded, let last = try lastSegment() {
            try unfold(last)
        }
    }

    private func lastSegment() throws -> OpenSegment? {
        let statement = try connection.statement(
            "SELECT first FROM segments ORDER BY first DESC LIMIT 1")
        defer { statement.reset() }
        return try statement.step() ? segment(statement.int64(0)) : nil
    }

    /// Writes a segment anew with other rows at the same positions.
    private func rewrite(_ segment: OpenSegment, _ edit: (inout [LogRow]) -> Void) throws {
        try read(.bytes, of: Array(segment.rows.indices), in: segment)
        var rows = segment.rows
        edit(&rows)
        let ids = try rows.map { try $0.isMaking ? nil : recordID(of: $0.place) }
        let replicas = try rows.map { try interning.replica($0.replica) ?? ReplicaID(0) }
        guard let bytes = SegmentCodec.bytes(of: rows, ids: ids, replicas: replicas) else {
            throw Self.damage(segment.first)
        }
        try insert(bytes, of: rows)
        open.forget(segment.first)
    }

    /// Puts the rows of a segment back into the table.
    private func unfold(_ segment: OpenSegment) throws {
        try read([.hash, .bytes], of: Array(segment.rows.indices), in: segment)
        let isLast = try lastFoldedPosition() == segment.last
        try removeRecord(of: segment)
        for row in segment.rows { try insert(row) }
        if isLast {
            let mark = try connection.statement(
                "UPDATE segment_mark SET through = min(through, ?1 - 1)")
            try mark.bind(1, segment.first)
            try mark.run()
        }
        forgetSegments()
    }

    private func removeRecord(of segment: OpenSegment) throws {
        for table in ["segments", "segment_contents"] {
            let removal = try connection.statement("DELETE FROM \(table) WHERE first = ?1")
            try removal.bind(1, segment.first)
            try removal.run()
        }
        let removal = try connection.statement(
            "DELETE FROM segment_runs WHERE replica = ?1 AND segment = ?2")
        for replica in Set(segment.rows.map(\.replica)) {
            try removal.bind(1, replica)
            try removal.bind(2, segment.first)
            try removal.run()
        }
    }
}
