// Folding: the oldest rows of the log go from the table `changes` into segments (`Protocol/schema.md`).
//
// A row goes only when a segment gives it back as it is: its chain is followed while it is folded, and the columns
// are read again and compared. What does not follow or come out so, what has no bytes and the states that stand in
// the log stay as they are. Of one replica, what is in segments ascends by seq without overlapping: a
// straggler stays too.

internal import Causality
internal import Crypto
internal import Replication
internal import SQLite
internal import Store

extension ReplicaDatabase {
    /// Has the log of this file folded into small segments from now on.
    ///
    /// - Throws: `StoreError.sqlite`.
    public func makeSegmentsSmall(rowsMax: Int) throws {
        do {
            try connection.execute("UPDATE segment_mark SET rows_max = \(rowsMax)")
        } catch {
            throw StoreError.wrapping(error)
        }
    }

    /// Folds what is due of the log, at the end of a transaction.
    func foldLog() throws {
        do {
            try changeLog.foldDue(isEager: foldsEagerly, through: lastFoldablePosition)
        } catch StoreError.damaged {
            // Nobody is kept from writing by that: `verify` says what it is.
        }
        try changeLog.insertWaiting()
    }

    /// Folds the log of a file of before, some segments in each transaction: who is interrupted goes on with
    /// the rest the next time.
    func foldOldLog() throws {
        while let end = try changeLog.lastRow()?.position {
            let (start, limits) = try changeLog.foldState()
            guard end - start > Int64(limits.rowsMax * limits.segmentsMax) else { return }
            try connection.transaction(.immediate) {
                try changeLog.during { try foldLog() }
            }
            guard try changeLog.foldState().through > start else { return }
        }
    }
}

extension ChangeLog {
    /// Folds what is due, at the end of a transaction.
    ///
    /// - Parameter isEager: whether few rows are worth a segment, as in a commit that brings many.
    /// - Parameter boundary: the last position that may be folded; asked only when much waits.
    func foldDue(isEager: Bool, through boundary: () throws -> Int64?) throws {
        let (start, limits) = try foldState()
        let isBulk = appendedCount >= limits.bulkMin
        let least = isEager || isBulk ? limits.bulkMin : limits.waitingMax
        // The row that came last stays: the next position follows from it.
        guard let end = try lastRow()?.position else { return }
        guard end - 1 - start >= Int64(least) else { return }
        // What comes in bulk does not wait for central, nor does what waited before it: it is told from segments too.
        let last = min(end - 1, isBulk ? .max : try boundary() ?? .max)
        var through = start
        for _ in 0..<limits.segmentsMax where last - through >= Int64(least) {
            let (rows, isFull) = try waitingRows(after: through, through: last, limits)
            guard let final = rows.last, isFull || rows.count >= least else { break }
            try fold(rows)
            through = final.position
        }
        if through > start { try setFoldedThrough(through) }
    }

    /// The least position of a replica's rows after a seq that are in no segment; `nil` without any.
    func firstPosition(replicaKey: Int64, after seq: UInt64) throws -> Int64? {
        var first: Int64?
        try forEachTableRow(
            "WHERE replica = ?1 AND seq > ?2 AND form < 3 ORDER BY seq LIMIT 1", [],
            bind: {
                try $0.bind(1, replicaKey)
                try $0.bind(2, Int64(clamping: seq))
            }
        ) {
            first = $0.position
            return false
        }
        return first ?? waiting.firstPosition(replicaKey: replicaKey, after: seq)
    }

    /// How far the log was folded, what was left of it there stays as it is; and how it is folded.
    func foldState() throws -> (through: Int64, limits: SegmentLimits) {
        let statement = try foldMark.prepared(on: connection)
        defer { statement.reset() }
        guard try statement.step() else { return (0, .standard) }
        let rowsMax = statement.int64OrNil(1)
        return (statement.int64(0), rowsMax.map { .small(rowsMax: Int($0)) } ?? .standard)
    }

    private func setFoldedThrough(_ position: Int64) throws {
        let statement = try connection.statement("UPDATE segment_mark SET through = ?1")
        try statement.bind(1, position)
        try statement.run()
    }

    /// The rows of a segment to be, and whether no other has place in it.
    private func waitingRows(
        after position: Int64, through last: Int64, _ limits: SegmentLimits
    ) throws -> (rows: [LogRow], isFull: Bool) {
        var rows: [LogRow] = []
        var bytesLeft = limits.bytesMax
        func take(_ row: LogRow) -> Bool {
            rows.append(row)
            bytesLeft -= row.bytes?.count ?? 0
            return rows.count < limits.rowsMax && bytesLeft > 0
        }
        let firstWaiting = waiting.first?.position ?? .max
        if position + 1 < firstWaiting {
            let clause = "WHERE position > ?1 AND position <= ?2 ORDER BY position"
            try forEachTableRow(
                clause, [.hash, .bytes],
                bind: {
                    try $0.bind(1, position)
                    try $0.bind(2, min(last, firstWaiting - 1))
                }, take)
        }
        var isFull = rows.count >= limits.rowsMax || bytesLeft <= 0
        for row in waiting.rows(after: position, through: last) where !isFull {
            isFull = !take(row)
        }
        return (rows, isFull)
    }

    private func fold(_ rows: [LogRow]) throws {
        var tracer = RunTracer(self)
        var folded: [LogRow] = []
        var ids: [RecordID?] = []
        var replicas: [ReplicaID] = []
        for row in rows {
            guard row.isChange, let bytes = row.bytes,
                let replica = try interning.replica(row.replica), try tracer.follow(row, bytes)
            else { continue }
            folded.append(row)
            ids.append(row.isMaking ? nil : try recordID(of: row.place))
            replicas.append(replica)
        }
        guard let first = folded.first, let last = folded.last,
            let bytes = SegmentCodec.bytes(of: folded, ids: ids, replicas: replicas)
        else { return }
        try remove(folded, areAll: folded.count == rows.count)
        try insert(bytes, of: folded)
        try insert(tracer.runs, ofSegment: first.position)
        lastFolded = last.position
        for run in tracer.runs { lastFoldedSeqs[run.replica] = run.lastSeq }
    }

    private func remove(_ rows: [LogRow], areAll: Bool) throws {
        let firstWaiting = waiting.first?.position ?? .max
        let place = rows.firstIndex { $0.position >= firstWaiting } ?? rows.count
        waiting.remove(rows[place...])
        let rows = rows[..<place]
        let statement = try connection.statement(
            "DELETE FROM changes WHERE position BETWEEN ?1 AND ?2")
        func remove(_ first: Int64, _ last: Int64) throws {
            try statement.bind(1, first)
            try statement.bind(2, last)
            try statement.run()
        }
        if areAll, let first = rows.first, let last = rows.last {
            try remove(first.position, last.position)
        } else {
            for row in rows { try remove(row.position, row.position) }
        }
    }

    func insert(_ bytes: SegmentBytes, of rows: [LogRow]) throws {
        guard let first = rows.first, let last = rows.last else { return }
        let numbers = rows.map { Int64(bitPattern: SegmentCodec.number(of: $0.place)) }
        let heads = try connection.statement(
            """
            INSERT OR REPLACE INTO segments(first, last, rows, low, high, records, heads)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
            """)
        try heads.bind(1, first.position)
        try heads.bind(2, last.position)
        try heads.bind(3, rows.count)
        try heads.bind(4, numbers.min() ?? 0)
        try heads.bind(5, numbers.max() ?? 0)
        try heads.bind(6, bytes.records)
        try heads.bind(7, bytes.heads)
        try heads.run()
        let content = try connection.statement(
            "INSERT OR REPLACE INTO segment_contents(first, content, sum) VALUES (?1, ?2, ?3)")
        try content.bind(1, first.position)
        try content.bind(2, bytes.content)
        try content.bind(3, bytes.sum)
        try content.run()
    }

    private func insert(_ runs: [SegmentRun], ofSegment first: Int64) throws {
        let statement = try connection.statement(
            """
            INSERT INTO segment_runs(replica, first_seq, last_seq, segment, before, after)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6)
            """)
        for run in runs {
            try statement.bind(1, run.replica)
            try statement.bind(2, Int64(clamping: run.firstSeq))
            try statement.bind(3, Int64(clamping: run.lastSeq))
            try statement.bind(4, first)
            try statement.bind(5, run.before?.bytes)
            try statement.bind(6, run.after?.bytes)
            try statement.run()
        }
    }
}

/// Follows the chains of replicas through rows that are to be folded.
private struct RunTracer {
    private let log: ChangeLog
    /// The runs that were found, each as far as it goes.
    private(set) var runs: [SegmentRun] = []
    /// The place of each replica's last run.
    private var places: [Int64: Int] = [:]

    init(_ log: ChangeLog) {
        self.log = log
    }

    /// Takes a row into a run; `false` when it fits into none.
    mutating func follow(_ row: LogRow, _ bytes: [UInt8]) throws -> Bool {
        guard !row.isHashed || row.hash != nil else { return false }
        let inner = row.isHashed ? ChangeLog.innerHash(of: bytes) : nil
        let place = places[row.replica]
        if let place, continues(runs[place], row, inner) {
            runs[place].lastSeq = row.seq
            runs[place].after = row.hash
            return true
        }
        let last: UInt64
        if let place {
            last = runs[place].lastSeq
        } else {
            last = try log.lastFoldedSeq(replicaKey: row.replica)
        }
        guard row.seq > last else { return false }
        var run = SegmentRun(
            replica: row.replica, firstSeq: row.seq, lastSeq: row.seq, segment: 0,
            after: row.hash)
        if let inner {
            guard let before = try log.chainHash(replicaKey: row.replica, seq: row.seq - 1),
                before.chained(with: inner) == row.hash
            else { return false }
            run.before = before
        }
        places[row.replica] = runs.count
        runs.append(run)
        return true
    }

    private func continues(_ run: SegmentRun, _ row: LogRow, _ inner: Hash256?) -> Bool {
        guard let inner else { return run.after == nil && row.seq > run.lastSeq }
        guard let after = run.after, row.seq == run.lastSeq + 1 else { return false }
        return after.chained(with: inner) == row.hash
    }
}
