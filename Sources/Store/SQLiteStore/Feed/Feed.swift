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
        // Both parts are read in index order and merged, so that a page costs no more than its rows.
        let positions = try connection.statement(
            """
            SELECT position FROM feed WHERE scope = ?1 AND position > ?2
            UNION ALL
            SELECT position FROM feed WHERE scope = 0 AND position > ?2
            ORDER BY position
            """)
        try positions.bind(1, scope)
        try positions.bind(2, Int64(clamping: position))
        defer { positions.reset() }
        try forEachRow(in: positions, except: own) { try body(try feedRow(of: $0)) }
    }

    /// Calls `body` with the rows of the log at the positions that a statement gives, in its order, until
    /// it says `false`. The positions are asked for in groups, small ones first: a page may want few.
    private func forEachRow(
        in statement: Statement, except writer: Int64?, _ body: (LogRow) throws -> Bool
    ) throws {
        var (isAtEnd, isWanted, countMax) = (false, true, 16)
        var last: Int64 = 0
        while !isAtEnd, isWanted {
            var positions: [Int64] = []
            while positions.count < countMax {
                guard try statement.step() else {
                    isAtEnd = true
                    break
                }
                // A change that hands a record from one scope to another stands in both.
                guard statement.int64(0) != last else { continue }
                last = statement.int64(0)
                positions.append(last)
            }
            try changeLog.forEachRow(at: positions, except: writer, .bytes) {
                isWanted = try body($0)
                return isWanted
            }
            countMax = min(countMax * 4, 1_024)
        }
    }

    /// Whether a scope's feed has a position.
    func isInFeed(_ position: Int64, of scope: Int64) throws -> Bool {
        let statement = try connection.statement(
            "SELECT 1 FROM feed WHERE scope = ?1 AND position = ?2")
        try statement.bind(1, scope)
        try statement.bind(2, position)
        defer { statement.reset() }
        return try statement.step()
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
            "SELECT position FROM feed WHERE scope = ?1 AND position > ?2 AND position <= ?3")
        try statement.bind(1, try interning.knownKey(ofOffice: office) ?? -1)
        try statement.bind(2, Int64(clamping: position))
        try statement.bind(3, Int64(clamping: last))
        defer { statement.reset() }
        try forEachRow(in: statement, except: nil) { row in
            guard try !shows(office, row.place) else { return true }
            // The column shows one office; a hand-over in conflict leaves the record with several.
            let record = try table(of: row.place.kind)?.load(key: row.place.record)
            if let record, scopeIncludes(office, record.state) { return true }
            return try body(try feedRow(of: row))
        }
    }

    /// Whether the column of a record's row shows an office.
    private func shows(_ office: String, _ place: LogPlace) throws -> Bool {
        guard place.kind == .dossier || place.kind == .contact, let table = table(of: place.kind)
        else { return false }
        let statement = try connection.statement(
            "SELECT 1 FROM \(table.name) WHERE key = ?1 AND office = ?2")
        try statement.bind(1, place.record)
        try statement.bind(2, office)
        defer { statement.reset() }
        return try statement.step()
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

    private func feedRow(of row: LogRow) throws -> FeedRow {
        let position = UInt64(row.position)
        guard let table = table(of: row.place.kind) else { throw row.damage }
        func id() throws -> RecordID { try self.id(of: row.place.record, in: table) }
        switch row.form {
        case .change:
            return FeedRow(
                position: position,
                content: .change(
                    bytes: row.bytes ?? [], madeRecord: row.isMaking ? try id() : nil))
        case .void:
            guard let replica = try interning.replica(row.replica) else { throw row.damage }
            return FeedRow(
                position: position,
                content: .void(
                    kind: row.place.kind, record: try id(), dot: Dot(replica, row.seq)))
        case .state:
            if row.hasBytes {
                return FeedRow(position: position, content: .copy(try row.state()))
            }
            guard let record = try table.load(key: row.place.record) else { throw row.damage }
            return FeedRow(position: position, content: .state(record.state))
        }
    }
}
