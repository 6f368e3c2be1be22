// Looking into segments: by position, by dot, by record. None of it looks at a segment's content before
// a row's bytes or hash are asked for.

internal import Causality
internal import Crypto
internal import Replication
internal import SQLite
internal import Store

/// Consecutive changes of one replica in a segment.
struct SegmentRun {
    var replica: Int64
    var firstSeq: UInt64
    var lastSeq: UInt64
    /// The first position of the segment.
    var segment: Int64
    /// The replica's chain hash before the first and after the last; `nil` where none is known of them, and
    /// there may be gaps between them then.
    var before: Hash256?
    var after: Hash256?
}

extension ChangeLog {
    /// Reads a segment's rows, without their bytes and hashes.
    func segment(_ first: Int64) throws -> OpenSegment {
        if let open = open.segment(first) { return open }
        let statement = try connection.statement(
            "SELECT rows, records, heads FROM segments WHERE first = ?1")
        try statement.bind(1, first)
        defer { statement.reset() }
        guard try statement.step() else { throw Self.damage(first) }
        do {
            let rows = try SegmentCodec.rows(
                count: Int(statement.int64(0)), records: statement.bytes(1),
                heads: statement.bytes(2))
            guard rows.first?.position == first else { throw Self.damage(first) }
            let segment = OpenSegment(first: first, rows: rows)
            open.keep(segment)
            return segment
        } catch {
            throw Self.damage(first)
        }
    }

    static func damage(_ first: Int64) -> StoreError { .damaged(table: "segments", key: first) }

    /// The last position in a segment; 0 without any.
    func lastFoldedPosition() throws -> Int64 {
        if let known = lastFolded, connection.isInTransaction { return known }
        let statement = try connection.statement(
            "SELECT last FROM segments ORDER BY first DESC LIMIT 1")
        defer { statement.reset() }
        let last = try statement.step() ? statement.int64(0) : 0
        lastFolded = last
        return last
    }

    /// The last position in a segment; `nil` when there is none.
    func lastPosition(ofSegment first: Int64) throws -> Int64? {
        let statement = try connection.statement("SELECT last FROM segments WHERE first = ?1")
        try statement.bind(1, first)
        defer { statement.reset() }
        return try statement.step() ? statement.int64(0) : nil
    }

    /// The last of a replica's changes in a segment; 0 without any.
    func lastFoldedSeq(replicaKey: Int64) throws -> UInt64 {
        if let known = lastFoldedSeqs[replicaKey], connection.isInTransaction { return known }
        let last = try lastRun(replicaKey: replicaKey)?.lastSeq ?? 0
        lastFoldedSeqs[replicaKey] = last
        return last
    }

    /// The segment and the place in it of the row at a position; `nil` when no segment has it.
    func folded(at position: Int64) throws -> (OpenSegment, Int)? {
        forgetOutsideTransaction()
        guard position <= (try lastFoldedPosition()) else { return nil }
        guard let segment = try segmentAround(position) else { return nil }
        return segment.place(of: position).map { (segment, $0) }
    }

    /// The last segment that begins at a position or before it.
    private func segmentAround(_ position: Int64) throws -> OpenSegment? {
        let statement = try segmentByPosition.prepared(on: connection)
        try statement.bind(1, position)
        let first = try statement.step() ? statement.int64(0) : nil
        statement.reset()
        return try first.map { try segment($0) }
    }

    /// The first segment that reaches beyond a position.
    func segment(after position: Int64) throws -> OpenSegment? {
        forgetOutsideTransaction()
        guard position < (try lastFoldedPosition()) else { return nil }
        if let segment = try segmentAround(position), segment.last > position { return segment }
        let statement = try connection.statement(
            "SELECT first FROM segments WHERE first > ?1 ORDER BY first LIMIT 1")
        try statement.bind(1, position)
        defer { statement.reset() }
        return try statement.step() ? segment(statement.int64(0)) : nil
    }

    /// The segment and the place in it of a replica's change; `nil` when no segment has it.
    func folded(replicaKey: Int64, seq: UInt64) throws -> (OpenSegment, Int)? {
        guard let run = try run(replicaKey: replicaKey, seq: seq) else { return nil }
        let segment = try segment(run.segment)
        return segment.place(replicaKey: replicaKey, seq: seq).map { (segment, $0) }
    }

    // MARK: Runs

    private static let runColumns = "replica, first_seq, last_seq, segment, before, after"

    private static func run(in statement: Statement) -> SegmentRun {
        SegmentRun(
            replica: statement.int64(0), firstSeq: UInt64(clamping: statement.int64(1)),
            lastSeq: UInt64(clamping: statement.int64(2)), segment: statement.int64(3),
            before: Hash256(bytes: statement.bytes(4)), after: Hash256(bytes: statement.bytes(5)))
    }

    /// The run that a replica's change is in, if it is in any.
    func run(replicaKey: Int64, seq: UInt64) throws -> SegmentRun? {
        forgetOutsideTransaction()
        guard seq <= (try lastFoldedSeq(replicaKey: replicaKey)) else { return nil }
        let statement = try connection.statement(
            """
            SELECT \(Self.runColumns) FROM segment_runs
            WHERE replica = ?1 AND first_seq <= ?2 ORDER BY first_seq DESC LIMIT 1
            """)
        try statement.bind(1, replicaKey)
        try statement.bind(2, Int64(clamping: seq))
        defer { statement.reset() }
        guard try statement.step() else { return nil }
        let run = Self.run(in: statement)
        return seq <= run.lastSeq ? run : nil
    }

    func lastRun(replicaKey: Int64) throws -> SegmentRun? {
        let statement = try connection.statement(
            """
            SELECT \(Self.runColumns) FROM segment_runs
            WHERE replica = ?1 ORDER BY first_seq DESC LIMIT 1
            """)
        try statement.bind(1, replicaKey)
        defer { statement.reset() }
        return try statement.step() ? Self.run(in: statement) : nil
    }

    /// A replica's runs that have a seq or come after it, in their order.
    func runs(replicaKey: Int64, from seq: UInt64, through last: UInt64) throws -> [SegmentRun] {
        guard seq <= (try lastFoldedSeq(replicaKey: replicaKey)) else { return [] }
        let start = try run(replicaKey: replicaKey, seq: seq)?.firstSeq ?? seq
        let statement = try connection.statement(
            """
            SELECT \(Self.runColumns) FROM segment_runs
            WHERE replica = ?1 AND first_seq BETWEEN ?2 AND ?3 ORDER BY first_seq
            """)
        try statement.bind(1, replicaKey)
        try statement.bind(2, Int64(clamping: start))
        try statement.bind(3, Int64(clamping: last))
        defer { statement.reset() }
        var runs: [SegmentRun] = []
        while try statement.step() { runs.append(Self.run(in: statement)) }
        return runs
    }

    // MARK: Records

    /// Calls `body` with the segments, in their order, that have rows of a record.
    func forEachSegment(
        of place: LogPlace, _ body: (OpenSegment, [Int]) throws -> Void
    ) throws {
        forgetOutsideTransaction()
        let number = SegmentCodec.number(of: place)
        var found: [(Int64, [Int])] = []
        let statement = try connection.statement(
            """
            SELECT first, rows, records FROM segments WHERE low <= ?1 AND high >= ?1
            ORDER BY first
            """)
        try statement.bind(1, Int64(bitPattern: number))
        while try statement.step() {
            let first = statement.int64(0)
            let count = Int(statement.int64(1))
            let places = statement.withBytes(2) {
                SegmentCodec.places(of: number, amongst: count, in: $0)
            }
            guard let places else {
                statement.reset()
                throw Self.damage(first)
            }
            if !places.isEmpty { found.append((first, places)) }
        }
        statement.reset()
        for (first, places) in found { try body(segment(first), places) }
    }

    /// Calls `body` with the segments, in their order, that have rows of records of a kind within a range.
    func forEachSegment(
        of kind: RecordKind, keys: ClosedRange<Int64>,
        _ body: (OpenSegment, [Int]) throws -> Void
    ) throws {
        forgetOutsideTransaction()
        let statement = try connection.statement(
            "SELECT first FROM segments WHERE low <= ?2 AND high >= ?1 ORDER BY first")
        try statement.bind(1, keys.lowerBound << 8)
        try statement.bind(2, keys.upperBound << 8 | 0xFF)
        defer { statement.reset() }
        while try statement.step() {
            let segment = try segment(statement.int64(0))
            let places = segment.rows.indices.filter {
                let place = segment.rows[$0].place
                return place.kind == kind && keys.contains(place.record)
            }
            if !places.isEmpty { try body(segment, places) }
        }
    }

    // MARK: Bytes and hashes

    /// Reads what is asked for of some rows of a segment.
    ///
    /// - Parameter places: ascending.
    /// - Throws: `StoreError.damaged` also when the chain does not end at the hash that is kept of its end.
    func read(_ parts: LogParts, of places: [Int], in segment: OpenSegment) throws {
        if parts.contains(.bytes) { try readBytes(of: places, in: segment) }
        guard parts.contains(.hash) else { return }
        for place in places {
            let row = segment.rows[place]
            if row.isHashed, row.hash == nil { try readHashes(ofRunWith: row, in: segment) }
        }
    }

    private func readBytes(of places: [Int], in segment: OpenSegment) throws {
        let wanted = places.filter { segment.rows[$0].bytes == nil }
        guard !wanted.isEmpty else { return }
        do {
            let batch = try segment.batch ?? content(of: segment)
            segment.batch = batch
            open.noteContent(of: segment)
            let replicas = try segment.rows.map { try writer($0.replica) }
            let changes = try SegmentCodec.changes(
                wanted.count == segment.rows.count ? nil : wanted, in: batch,
                dot: { Dot(replicas[$0], segment.rows[$0].seq) },
                record: { try recordID(of: segment.rows[$0].place) })
            for (place, bytes) in zip(wanted, changes) { segment.rows[place].bytes = bytes }
        } catch let error as SQLiteError {
            throw error
        } catch {
            throw Self.damage(segment.first)
        }
    }

    private func writer(_ key: Int64) throws -> ReplicaID {
        guard let replica = try interning.replica(key) else { throw SegmentCodec.Damage() }
        return replica
    }

    private func content(of segment: OpenSegment) throws -> [UInt8] {
        guard let bytes = try bytes(ofSegment: segment.first), bytes.isWhole else {
            throw Self.damage(segment.first)
        }
        return try SegmentCodec.batch(of: bytes.content)
    }

    /// A segment as it is stored.
    func bytes(ofSegment first: Int64) throws -> SegmentBytes? {
        let statement = try connection.statement(
            """
            SELECT s.records, s.heads, c.content, c.sum FROM segments AS s
            JOIN segment_contents AS c ON c.first = s.first WHERE s.first = ?1
            """)
        try statement.bind(1, first)
        defer { statement.reset() }
        guard try statement.step() else { return nil }
        return SegmentBytes(
            records: statement.bytes(0), heads: statement.bytes(1), content: statement.bytes(2),
            sum: statement.bytes(3))
    }

    private func readHashes(ofRunWith row: LogRow, in segment: OpenSegment) throws {
        guard let run = try run(replicaKey: row.replica, seq: row.seq),
            run.segment == segment.first, var hash = run.before
        else { throw Self.damage(segment.first) }
        let places = segment.rows.indices.filter {
            segment.rows[$0].replica == run.replica
                && (run.firstSeq...run.lastSeq).contains(segment.rows[$0].seq)
        }
        try readBytes(of: places, in: segment)
        var seq = run.firstSeq
        for place in places {
            guard segment.rows[place].seq == seq else { throw Self.damage(segment.first) }
            hash = hash.chained(with: Self.innerHash(of: segment.rows[place].bytes ?? []))
            segment.rows[place].hash = hash
            seq += 1
        }
        guard hash == run.after, seq == run.lastSeq + 1 else { throw Self.damage(segment.first) }
    }

    /// The hash by which a change stands in its chain.
    static func innerHash(of bytes: [UInt8]) -> Hash256 {
        bytes.withUnsafeBytes { Change.innerHash(of: $0) }
    }

    /// The id of a record's row.
    func recordID(of place: LogPlace) throws -> RecordID? {
        guard place.record > 0, let look = idLooks[place.kind] else { return nil }
        let statement = try look.prepared(on: connection)
        try statement.bind(1, place.record)
        defer { statement.reset() }
        return try statement.step() ? RecordID(bytes: statement.bytes(0)) : nil
    }
}
