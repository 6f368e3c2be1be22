// The log of changes: own ones and, for history, those of others, in order of arrival. At central
// the order is the feed's, and a row's position is the feed position. Nothing else reads or writes
// the log's tables.
//
// What is recent stands in the table `changes`, row by row; what is older in segments (`Segments/`), but for
// rows that have no place there. A row stands in one of both. Rows in `changes` may have positions
// and seqs between those of a segment.

internal import Causality
internal import Crypto
internal import Editing
internal import Replication
internal import SQLite
internal import Store

final class ChangeLog {
    let connection: Connection
    private let insertion = HeldStatement(
        """
        INSERT INTO changes(
            position, form, replica, seq, kind, record, made, hash, bytes, arrived)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
        """)

    private let lookUp = HeldStatement(
        "SELECT 1 FROM changes WHERE replica = ?1 AND seq = ?2 AND form < 3")
    private let rowsByPosition = ChangeLog.looks("WHERE position = ?1")
    private let rowsByDot = ChangeLog.looks("WHERE replica = ?1 AND seq = ?2 AND form < 3")
    private let lastRowLook = ChangeLog.looks("ORDER BY position DESC LIMIT 1")[0]
    let segmentByPosition = HeldStatement(
        "SELECT first FROM segments WHERE first <= ?1 ORDER BY first DESC LIMIT 1")
    let idLooks = Dictionary(
        uniqueKeysWithValues: RecordKind.tableNames.map { kind, name in
            (kind, HeldStatement("SELECT id FROM \(name) WHERE key = ?1"))
        })
    let interning: Interning
    let foldMark = HeldStatement("SELECT through, rows_max FROM segment_mark")

    /// What was read of segments in this transaction.
    var open = OpenSegments()
    var lastFolded: Int64?
    var lastFoldedSeqs: [Int64: UInt64] = [:]
    /// Rows that were appended in this transaction, and stand in no table yet.
    var waiting = WaitingRows()
    /// Rows that were appended in this transaction.
    private(set) var appendedCount = 0
    private var isCollecting = false

    init(_ connection: Connection, _ interning: Interning) {
        self.connection = connection
        self.interning = interning
    }

    /// Runs the body of a transaction, within which rows may wait and what was read is kept. Of one within
    /// another, the outer one has both.
    func during<R>(_ body: () throws -> R) throws -> R {
        guard !isCollecting else { return try body() }
        forget()
        isCollecting = true
        defer {
            isCollecting = false
            forget()
        }
        return try body()
    }

    private func forget() {
        forgetSegments()
        waiting = WaitingRows()
        appendedCount = 0
    }

    /// Lets go of what was read of segments: others may write to them between transactions.
    func forgetSegments() {
        open.forgetAll()
        lastFolded = nil
        if !lastFoldedSeqs.isEmpty { lastFoldedSeqs = [:] }
    }

    func forgetOutsideTransaction() {
        if !connection.isInTransaction { forgetSegments() }
    }

    /// Appends a row and returns its position. It waits until the transaction ends, or somebody asks for rows
    /// otherwise than by dot or position: then it need not go into the table and out of it again for a segment.
    func append(
        _ entry: LogEntry, replicaKey: Int64, kind: RecordKind, recordKey: Int64, now: Timestamp
    ) throws -> Int64 {
        let row = LogRow(
            position: (try lastRow()?.position ?? 0) + 1, form: entry.form, replica: replicaKey,
            seq: entry.dot?.seq ?? 0, place: LogPlace(kind: kind, record: recordKey),
            isMaking: entry.isMaking, arrived: now.milliseconds, isHashed: entry.hash != nil,
            hash: entry.hash, hasBytes: entry.bytes != nil, bytes: entry.bytes)
        if isCollecting { waiting.append(row) } else { try insert(row) }
        appendedCount += 1
        return row.position
    }

    /// Puts the rows that wait into the table.
    func insertWaiting() throws {
        guard !waiting.isEmpty else { return }
        for row in waiting.takeAll() { try insert(row) }
    }

    func insert(_ row: LogRow) throws {
        let statement = try insertion.prepared(on: connection)
        try statement.bind(1, row.position)
        try statement.bind(2, row.form.rawValue)
        try statement.bind(3, row.replica)
        try statement.bind(4, Int64(clamping: row.seq))
        try statement.bind(5, Int64(row.place.kind.rawValue))
        try statement.bind(6, row.place.record)
        try statement.bind(7, row.isMaking ? 1 : 0)
        if let hash = row.hash {
            try hash.withBytes { try statement.bind(8, bytes: $0) }
        } else {
            try statement.bindNull(8)
        }
        try statement.bind(9, row.bytes)
        try statement.bind(10, row.arrived)
        try statement.run()
    }

    /// Whether the log has a replica's change, refused or not.
    func holds(replicaKey: Int64, seq: UInt64) throws -> Bool {
        if waiting.row(replicaKey: replicaKey, seq: seq) != nil { return true }
        let statement = try lookUp.prepared(on: connection)
        try statement.bind(1, replicaKey)
        try statement.bind(2, Int64(clamping: seq))
        defer { statement.reset() }
        return try statement.step() || folded(replicaKey: replicaKey, seq: seq) != nil
    }

    // MARK: Single rows

    /// The row at a position.
    func row(at position: Int64, _ parts: LogParts = []) throws -> LogRow? {
        if let row = waiting.row(at: position) { return row }
        let look = rowsByPosition[Int(parts.rawValue)]
        let raw = try rawRow(look, parts) { try $0.bind(1, position) }
        if let raw { return raw }
        guard let (segment, place) = try folded(at: position) else { return nil }
        return try row(place, of: segment, parts)
    }

    /// A replica's change, refused or not.
    func row(replicaKey: Int64, seq: UInt64, _ parts: LogParts = []) throws -> LogRow? {
        if let row = waiting.row(replicaKey: replicaKey, seq: seq) { return row }
        let raw = try rawRow(rowsByDot[Int(parts.rawValue)], parts) {
            try $0.bind(1, replicaKey)
            try $0.bind(2, Int64(clamping: seq))
        }
        if let raw { return raw }
        guard let (segment, place) = try folded(replicaKey: replicaKey, seq: seq) else {
            return nil
        }
        return try row(place, of: segment, parts)
    }

    private func row(
        _ place: Int, of segment: OpenSegment, _ parts: LogParts
    ) throws -> LogRow {
        try read(parts, of: [place], in: segment)
        return segment.rows[place]
    }

    /// The chain hash after a replica's change; zero before the first, `nil` when not known.
    func chainHash(replicaKey: Int64, seq: UInt64) throws -> Hash256? {
        guard seq > 0 else { return .zero }
        if let run = try run(replicaKey: replicaKey, seq: seq), run.lastSeq == seq {
            return run.after
        }
        return try row(replicaKey: replicaKey, seq: seq, .hash)?.hash
    }

    /// A replica's change; `nil` when the log does not have it.
    func change(replicaKey: Int64, seq: UInt64) throws -> Change? {
        let row = try row(replicaKey: replicaKey, seq: seq, .bytes)
        return try row?.hasBytes == true ? row?.change() : nil
    }

    /// The last of a replica's changes, refused or not, and the chain hash after it.
    func end(replicaKey: Int64) throws -> (seq: UInt64, hash: Hash256?)? {
        let raw = try firstRawRow(
            "WHERE replica = ?1 AND form < 3 ORDER BY seq DESC LIMIT 1", .hash
        ) { try $0.bind(1, replicaKey) }
        guard let run = try lastRun(replicaKey: replicaKey), run.lastSeq > raw?.seq ?? 0 else {
            return raw.map { ($0.seq, $0.hash) }
        }
        return (run.lastSeq, run.after)
    }

    /// The row that came last. It is never folded.
    func lastRow() throws -> LogRow? {
        if let row = waiting.last { return row }
        return try rawRow(lastRowLook, []) { _ in }
    }

    // MARK: Rows in their order

    /// Calls `body` with the rows after a position, in their order, until it says `false`.
    func forEachRow(
        after position: Int64, through last: Int64 = .max, _ parts: LogParts = [],
        _ body: (LogRow) throws -> Bool
    ) throws {
        var position = position
        while position < last, let segment = try segment(after: position) {
            guard segment.first <= last else { break }
            let isWanted = try forEachRawRow(after: position, through: segment.first, parts, body)
            guard isWanted else { return }
            let places = segment.rows.indices.filter {
                segment.rows[$0].position > position && segment.rows[$0].position <= last
            }
            try read(parts, of: places, in: segment)
            var rows = places.map { segment.rows[$0] }
            try forEachRawRow(after: max(position, segment.first), through: segment.last, parts) {
                if $0.position <= last { rows.append($0) }
                return true
            }
            for row in rows.sorted(by: { $0.position < $1.position }) {
                guard try body(row) else { return }
            }
            position = segment.last
        }
        _ = try forEachRawRow(after: position, through: last, parts, body)
    }

    /// - Returns: `false` when `body` said so.
    @discardableResult
    private func forEachRawRow(
        after position: Int64, through last: Int64, _ parts: LogParts,
        _ body: (LogRow) throws -> Bool
    ) throws -> Bool {
        var isWanted = true
        try forEachRawRow(
            "WHERE position > ?1 AND position <= ?2 ORDER BY position", parts,
            bind: {
                try $0.bind(1, position)
                try $0.bind(2, last)
            }
        ) {
            isWanted = try body($0)
            return isWanted
        }
        return isWanted
    }

    /// Calls `body` with the rows at positions, which ascend, until it says `false`; those that are not
    /// there are left out, and those of a writer.
    func forEachRow(
        at positions: [Int64], except writer: Int64?, _ parts: LogParts,
        _ body: (LogRow) throws -> Bool
    ) throws {
        let lastFolded = try lastFoldedPosition()
        var index = 0
        while index < positions.count {
            guard positions[index] <= lastFolded,
                let (segment, place) = try folded(at: positions[index])
            else {
                if let row = try row(at: positions[index], parts), row.replica != writer {
                    guard try body(row) else { return }
                }
                index += 1
                continue
            }
            // Of a segment all that are wanted are read at once.
            var places: [Int] = []
            var next: Int? = place
            while let place = next {
                if segment.rows[place].replica != writer { places.append(place) }
                index += 1
                next = index < positions.count ? segment.place(of: positions[index]) : nil
            }
            try read(parts, of: places, in: segment)
            // A copy: what `body` reads may push the segment's content out of memory.
            for row in places.map({ segment.rows[$0] }) {
                guard try body(row) else { return }
            }
        }
    }

    /// Calls `body` with a replica's changes from a seq on, refused or not, in order of seq, until it says
    /// `false`.
    func forEachRow(
        replicaKey: Int64, from seq: UInt64, through last: UInt64 = .max, _ parts: LogParts = [],
        _ body: (LogRow) throws -> Bool
    ) throws {
        guard seq <= last else { return }
        var seq = seq
        for run in try runs(replicaKey: replicaKey, from: seq, through: last) {
            var isWanted = true
            if run.firstSeq > seq {
                isWanted = try forEachRawRow(
                    replicaKey: replicaKey, from: seq, through: run.firstSeq - 1, parts, body)
            }
            guard isWanted else { return }
            let segment = try segment(run.segment)
            let seqs = max(seq, run.firstSeq)...min(run.lastSeq, last)
            let places = segment.rows.indices.filter {
                segment.rows[$0].replica == replicaKey && seqs.contains(segment.rows[$0].seq)
            }
            try read(parts, of: places, in: segment)
            var rows = places.map { segment.rows[$0] }
            try forEachRawRow(
                replicaKey: replicaKey, from: seqs.lowerBound, through: seqs.upperBound, parts
            ) {
                rows.append($0)
                return true
            }
            for row in rows.sorted(by: { $0.seq < $1.seq }) {
                guard try body(row) else { return }
            }
            seq = run.lastSeq + 1
        }
        guard seq <= last else { return }
        try forEachRawRow(replicaKey: replicaKey, from: seq, through: last, parts, body)
    }

    /// - Returns: `false` when `body` said so.
    @discardableResult
    private func forEachRawRow(
        replicaKey: Int64, from seq: UInt64, through last: UInt64, _ parts: LogParts,
        _ body: (LogRow) throws -> Bool
    ) throws -> Bool {
        var isWanted = true
        try forEachRawRow(
            "WHERE replica = ?1 AND seq BETWEEN ?2 AND ?3 AND form < 3 ORDER BY seq", parts,
            bind: {
                try $0.bind(1, replicaKey)
                try $0.bind(2, Int64(clamping: seq))
                try $0.bind(3, Int64(clamping: last))
            }
        ) {
            isWanted = try body($0)
            return isWanted
        }
        return isWanted
    }

    /// Calls `body` with the canonical bytes of a replica's changes from a seq on, in order of
    /// seq, until it says `false`.
    ///
    /// - Throws: `StoreError.damaged` for one whose hash is not known.
    func forEachChange(
        replicaKey: Int64, from seq: UInt64,
        _ body: (_ seq: UInt64, _ hash: Hash256, _ bytes: [UInt8]) throws -> Bool
    ) throws {
        try forEachRow(replicaKey: replicaKey, from: seq, [.hash, .bytes]) { row in
            guard let bytes = row.bytes else { return true }
            guard let hash = row.hash else { throw row.damage }
            return try body(row.seq, hash, bytes)
        }
    }

    /// Bytes of a replica's changes after a seq.
    func byteCount(replicaKey: Int64, after seq: UInt64) throws -> Int64 {
        try insertWaiting()
        let statement = try connection.statement(
            """
            SELECT coalesce(sum(length(bytes)), 0) FROM changes
            WHERE form < 3 AND replica = ?1 AND seq > ?2
            """)
        defer { statement.reset() }
        try statement.bind(1, replicaKey)
        try statement.bind(2, Int64(clamping: seq))
        var count = try statement.step() ? statement.int64(0) : 0
        // Only a central that was restored lacks what was folded.
        try forEachRow(
            replicaKey: replicaKey, from: seq + 1,
            through: lastFoldedSeq(replicaKey: replicaKey), .bytes
        ) {
            if try folded(at: $0.position) != nil { count += Int64($0.bytes?.count ?? 0) }
            return true
        }
        return count
    }
}
