// Central's feed as replicas read it: by scope, in order of position, with a hash over each commit
// so that a cursor can be confirmed.

internal import CBOR
internal import Causality
public import Crypto
internal import Editing
internal import Replication
internal import SQLite
internal import Store

extension CentralDatabase {
    /// The end of the feed: its last position and the hash of its last commit.
    ///
    /// - Throws: `StoreError`.
    public func lastCommit() throws -> (position: UInt64, hash: Hash256) {
        let statement = try connection.statement(
            "SELECT last, hash FROM commits ORDER BY last DESC LIMIT 1")
        defer { statement.reset() }
        guard try statement.step() else { return (0, .zero) }
        guard let hash = Hash256(bytes: statement.bytes(1)) else {
            throw StoreError.damaged(table: "commits", key: statement.int64(0))
        }
        return (UInt64(statement.int64(0)), hash)
    }

    /// The hash of the commit that holds a position; `nil` when the feed does not reach it.
    ///
    /// - Throws: `StoreError`.
    public func commitHash(at position: UInt64) throws -> Hash256? {
        guard position > 0 else { return .zero }
        let statement = try connection.statement(
            "SELECT hash FROM commits WHERE last >= ?1 ORDER BY last LIMIT 1")
        try statement.bind(1, Int64(clamping: position))
        defer { statement.reset() }
        return try statement.step() ? Hash256(bytes: statement.bytes(0)) : nil
    }

    /// Calls `body` with what the feed holds for an office after a position, until it says
    /// `false`. The reader's own changes are left out.
    ///
    /// - Throws: `StoreError`, and what `body` throws.
    func forEachFeedRow(
        ofOffice office: String, after position: UInt64, except reader: ReplicaID,
        _ body: (FeedRow) throws -> Bool
    ) throws {
        let scope = try interning.knownKey(ofOffice: office) ?? -1
        let own = try interning.knownKey(of: reader) ?? -1
        // The order is the outer query's: SQLite keeps no order of a subquery. Both parts are read in
        // index order and merged, so that a page costs no more than its rows.
        let statement = try connection.statement(
            """
            SELECT f.position, c.form, c.replica, c.seq, c.kind, c.record, c.made, c.bytes
            FROM (SELECT position FROM feed WHERE scope = ?1 AND position > ?2
                  UNION ALL
                  SELECT position FROM feed WHERE scope = 0 AND position > ?2) AS f
            CROSS JOIN changes AS c ON c.position = f.position
            WHERE c.replica <> ?3
            ORDER BY f.position
            """)
        try statement.bind(1, scope)
        try statement.bind(2, Int64(clamping: position))
        try statement.bind(3, own)
        defer { statement.reset() }
        var last: Int64 = 0
        while try statement.step() {
            // A change that hands a record from one scope to another stands in both.
            guard statement.int64(0) != last else { continue }
            last = statement.int64(0)
            guard try body(try feedRow(in: statement)) else { return }
        }
    }

    /// Calls `body` with a part of the feed to records that were an office's and are not any more,
    /// until it says `false`: how it learns that they have left, or were erased, when it gets states in
    /// place of the feed. The reader's own changes are among them: it may have gone back to an older
    /// state without them.
    ///
    /// O(rows of the office's feed): for a replica that has lost its place in it.
    /// - Throws: `StoreError`, and what `body` throws.
    func forEachDepartedRow(
        ofOffice office: String, after position: UInt64, through last: UInt64,
        _ body: (FeedRow) throws -> Bool
    ) throws {
        let statement = try connection.statement(
            """
            SELECT f.position, c.form, c.replica, c.seq, c.kind, c.record, c.made, c.bytes
            FROM feed AS f CROSS JOIN changes AS c ON c.position = f.position
            WHERE f.scope = ?1 AND f.position > ?2 AND f.position <= ?3
                AND NOT EXISTS (SELECT 1 FROM dossiers AS d
                    WHERE c.kind = 1 AND d.key = c.record AND d.office = ?4)
                AND NOT EXISTS (SELECT 1 FROM contacts AS t
                    WHERE c.kind = 2 AND t.key = c.record AND t.office = ?4)
            ORDER BY f.position
            """)
        try statement.bind(1, try interning.knownKey(ofOffice: office) ?? -1)
        try statement.bind(2, Int64(clamping: position))
        try statement.bind(3, Int64(clamping: last))
        try statement.bind(4, office)
        defer { statement.reset() }
        while try statement.step() {
            // The column shows one office; a hand-over in conflict leaves the record with several.
            let kind = RecordKind(rawValue: UInt8(clamping: statement.int64(4)))
            let record = try table(of: kind)?.load(key: statement.int64(5))
            if let record, scopeIncludes(office, record.state) { continue }
            guard try body(try feedRow(in: statement)) else { return }
        }
    }

    /// The number of rows that the feed holds for an office after a position, own ones included, as
    /// far as `countMax`: it is asked with every page, and all pages together are not to cost their
    /// square. O(what is counted).
    ///
    /// - Throws: `StoreError.sqlite`.
    public func feedRowCount(
        ofOffice office: String, after position: UInt64, countMax: Int64
    ) throws -> UInt64 {
        let scope = try interning.knownKey(ofOffice: office) ?? -1
        let statement = try connection.statement(
            """
            SELECT count(*) FROM (
                SELECT 1 FROM feed WHERE scope IN (0, ?1) AND position > ?2 LIMIT ?3)
            """)
        try statement.bind(1, scope)
        try statement.bind(2, Int64(clamping: position))
        try statement.bind(3, countMax)
        defer { statement.reset() }
        return try statement.step() ? UInt64(statement.int64(0)) : 0
    }

    private func feedRow(in statement: Statement) throws -> FeedRow {
        let position = statement.int64(0)
        let kind = RecordKind(rawValue: UInt8(clamping: statement.int64(4)))
        let recordKey = statement.int64(5)
        func damaged() -> StoreError { .damaged(table: "changes", key: position) }
        guard let table = table(of: kind), let form = LogForm(rawValue: statement.int64(1)) else {
            throw damaged()
        }
        switch form {
        case .change:
            let madeRecord = statement.int64(6) == 1 ? try id(of: recordKey, in: table) : nil
            return FeedRow(
                position: UInt64(position),
                content: .change(bytes: statement.bytes(7), madeRecord: madeRecord))
        case .void:
            guard let replica = try interning.replica(statement.int64(2)) else { throw damaged() }
            let dot = Dot(replica, UInt64(clamping: statement.int64(3)))
            return FeedRow(
                position: UInt64(position),
                content: .void(kind: kind, record: try id(of: recordKey, in: table), dot: dot))
        case .state:
            if let bytes = statement.bytesOrNil(7) {
                do throws(FormatError) {
                    let state = try RecordState(canonicalBytes: bytes)
                    return FeedRow(position: UInt64(position), content: .copy(state))
                } catch {
                    throw damaged()
                }
            }
            guard let record = try table.load(key: recordKey) else { throw damaged() }
            return FeedRow(position: UInt64(position), content: .state(record.state))
        }
    }
}
