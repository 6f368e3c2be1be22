public import Causality
public import Crypto
public import Dossiers
public import Editing
public import Replication
public import Store
public import Time

/// What a counter's store in memory holds, at one moment.
public final class MemoryCounterView: CarriedView, CounterCentralView, CounterIdentityView,
    CounterLogView, CounterPullView
{
    var state: MemoryCounterState

    init(_ state: MemoryCounterState) { self.state = state }

    /// All records that have fields, in the order of ids.
    public var allRecords: [RecordState] {
        state.records.values.map(\.state).filter { !$0.fields.isEmpty }.sorted { $0.id < $1.id }
    }
}

extension MemoryCounterView {
    /// As in `EditView`.
    public func open(_ kind: RecordKind, _ id: RecordID) throws -> OpenRecord {
        guard kind.isKnown else { throw FormatError.member }
        return state.open(kind, id)
    }

    /// As in `EditView`.
    public func record(named reference: RecordReference) throws -> OpenRecord? {
        try state.record(named: reference)
    }

    /// As in `EditView`.
    public func rows(of id: RecordID) throws -> [OpenRecord] {
        RecordKind.known.compactMap { kind in
            state.records[RecordName(kind, id)].map { OpenRecord($0.state, row: $0.number) }
        }
    }

    /// As in `EditView`.
    public func history(of record: OpenRecord) throws -> [LoggedChange] {
        try state.rows(of: record).compactMap { position, row in
            guard row.entry.form != .state, let bytes = row.entry.bytes else { return nil }
            return LoggedChange(
                position: UInt64(position), change: try Change(canonicalBytes: bytes),
                arrived: row.arrived, isVoid: row.entry.form == .void)
        }
    }

    /// As in `EditView`.
    public func isContentKept(ofRefused dot: Dot) throws -> Bool { true }

    /// As in `EditView`.
    public func hasOffice(_ code: String) throws -> Bool {
        state.states(of: .office).contains { $0.code == code }
    }

    /// As in `EditView`.
    public func offices(ofCode code: String) throws -> [RecordState] {
        state.states(ofCode: code, kind: .office)
    }

    /// As in `EditView`.
    public func editions(of code: String) throws -> [ProcedureEdition] {
        state.editions(of: code)
    }

    /// As in `EditView`.
    public func clockWatch() throws -> ClockWatch { state.clockWatch }

    /// As in `EditView`.
    public func lastGivenNumber(
        agency: String, day: CalendarDate, first: Int64
    ) throws -> Int64? {
        state.given[.init(agency: agency, day: day, first: first)]
    }

    /// As in `EditView`.
    public func highestNumber(
        agency: String, day: CalendarDate, in range: Range<Int64>
    ) throws -> Int64? {
        state.codes(ofAgency: agency).filter { $0.day == day && range.contains($0.number) }
            .map(\.number).max()
    }

    /// As in `EditView`.
    public func enrolledAuthor() throws -> Author {
        let (identity, replica) = try enrolledIdentity()
        return Author(identity, replica)
    }
}

extension MemoryCounterView {
    /// As in `CounterLogView`.
    public func chainHash(of replica: ReplicaID, seq: UInt64) throws -> Hash256? {
        seq == 0 ? .zero : state.row(of: Dot(replica, seq))?.entry.hash
    }

    /// As in `CounterLogView`.
    public func holds(_ dot: Dot) throws -> Bool { state.changes[dot] != nil }

    /// As in `CounterLogView`.
    public func loggedChange(_ dot: Dot) throws -> ChainedChange? {
        guard let entry = state.row(of: dot)?.entry, let bytes = entry.bytes,
            let hash = entry.hash
        else { return nil }
        return ChainedChange(bytes: bytes, hash: hash)
    }

    /// As in `CounterLogView`.
    public func nextRow(of replica: ReplicaID, after seq: UInt64) throws -> OwnRow? {
        guard let next = state.seq(of: replica, after: seq) else { return nil }
        let dot = Dot(replica, next)
        guard let position = state.changes[dot], let row = state.log[position],
            let hash = row.entry.hash, let bytes = row.entry.bytes
        else { throw StoreError.damaged(table: "changes", key: Int64(clamping: next)) }
        return OwnRow(
            position: position, dot: dot, isVoid: row.entry.form == .void, record: row.record,
            hash: hash, bytes: bytes)
    }

    /// As in `CounterLogView`.
    public func lastSeq(
        of replica: ReplicaID, to record: RecordRow, through seq: UInt64
    ) throws -> UInt64 {
        (state.positions[record] ?? []).compactMap { state.log[$0]?.entry }
            .filter { $0.form != .state }.compactMap(\.dot)
            .filter { $0.replica == replica && $0.seq <= seq }.map(\.seq).max() ?? 0
    }

    /// As in `CounterLogView`.
    public func keptStates(of record: OpenRecord) throws -> [RecordState] {
        try state.rows(of: record).filter { $0.row.entry.form == .state }
            .compactMap(\.row.entry.bytes).map { try RecordState(canonicalBytes: $0) }
    }

    /// As in `CounterLogView`.
    public func outbox(
        of replica: ReplicaID, after seq: UInt64, through last: UInt64, bytesMax: Int
    ) throws -> OutboxChunk? {
        guard seq < last, let first = state.seq(of: replica, after: seq) else { return nil }
        guard let hashBefore = try chainHash(of: replica, seq: seq) else {
            throw StoreError.damaged(table: "changes", key: Int64(clamping: seq))
        }
        var chunk = OutboxChunk(firstSeq: seq + 1, hashBefore: hashBefore)
        var next: UInt64? = first
        while let seq = next, seq <= last, let change = try loggedChange(Dot(replica, seq)),
            chunk.add(change.bytes, hash: change.hash, bytesMax: bytesMax)
        {
            next = state.seq(of: replica, after: seq)
        }
        return chunk.count == 0 ? nil : chunk
    }

    /// As in `CounterLogView`.
    public func refusedBefore(
        of replica: ReplicaID, seqs: ClosedRange<UInt64>
    ) throws -> [(seq: UInt64, code: String)] {
        state.changes.filter { dot, position in
            dot.replica == replica && seqs.contains(dot.seq)
                && state.log[position]?.entry.form == .void
        }.keys.sorted().map { ($0.seq, state.refused[$0]?.code ?? "") }
    }

    /// As in `CounterLogView`.
    public func refusedChanges() throws -> [RefusedChange] {
        state.refused.values.sorted {
            ($0.refusedAt.milliseconds, $0.change.dot) < ($1.refusedAt.milliseconds, $1.change.dot)
        }
    }

    /// As in `CounterLogView`.
    public func refusedDots(of record: RecordID) throws -> [Dot] {
        state.refused.filter { $0.value.record == record }.keys.sorted()
    }
}

extension MemoryCounterView {
    /// As in `CounterPullView`.
    public func gaps(limit: Int) throws -> [RecordID] {
        Array(state.gaps.sorted().prefix(limit))
    }

    /// As in `CounterPullView`.
    public func record(at place: RecordRow) throws -> OpenRecord? {
        state.names[place].flatMap { state.records[$0] }.map {
            OpenRecord($0.state, row: $0.number)
        }
    }

    private func buckets(ofOffice office: String) -> [(place: UInt8, MemoryState.Bucket)] {
        [FeedScope.catalog, .office(office)].flatMap { scope in
            (state.digests[scope] ?? [:]).map { ($0.key, $0.value) }
        }
    }

    /// As in `CounterPullView`.
    public func digest(ofOffice office: String) throws -> ScopeDigest {
        var total = ScopeDigest(digest: Digest(), recordCount: 0)
        for (_, bucket) in buckets(ofOffice: office) {
            total.digest.formUnion(bucket.digest)
            total.recordCount += bucket.records
        }
        return total
    }

    /// As in `CounterPullView`.
    public func bucketDigests(ofOffice office: String) throws -> [Digest] {
        var sums = [Digest](repeating: Digest(), count: RecordID.bucketCount)
        for (place, bucket) in buckets(ofOffice: office) {
            sums[Int(place)].formUnion(bucket.digest)
        }
        return sums
    }

    /// As in `CounterPullView`.
    public func forEachBucket(
        _ buckets: [UInt8], ofOffice office: String,
        _ body: (UInt8, [RecordID: Digest]) throws -> Bool
    ) throws {
        for bucket in buckets {
            var found: [RecordID: Digest] = [:]
            for state in allRecords
            where state.id.bucket == bucket
                && DossierRules.scope(of: state).includes(office: office)
            {
                found[state.id] = Digest(of: state)
            }
            guard try body(bucket, found) else { return }
        }
    }

    /// As in `CounterPullView`.
    public func copies(
        besides office: String, after last: RecordID?, limit: Int
    ) throws -> [(id: RecordID, vv: VersionVector)] {
        let copies = allRecords.filter { state in
            !state.kind.isCatalog && last.map { state.id > $0 } ?? true
                && !DossierRules.scope(of: state).includes(office: office)
        }
        return copies.prefix(limit).map { ($0.id, $0.vv) }
    }

    /// As in `CounterPullView`.
    public func waitingConflictCount() throws -> Int {
        guard let office = state.identity?.office else { return 0 }
        return allRecords.filter { state in
            !state.kind.isCatalog && !state.isVoided
                && DossierRules.scope(of: state).includes(office: office)
        }.reduce(0) { $0 + $1.conflictCount }
    }

    /// As in `CounterPullView`.
    public func wrongClockCount() throws -> Int { state.wrongClock.count }

    /// As in `CounterPullView`.
    public func sharedCodes(office: String?) throws -> [SharedCode] {
        let own = state.states(of: .dossier).filter { state in
            office.map { state.shownValue(RecordSchema.officeField)?.text == $0 } ?? true
        }
        let groups = Dictionary(grouping: own.filter { $0.code != nil }) { $0.code ?? "" }
        return groups.filter { $0.value.count > 1 }.keys.sorted().map { code in
            let all = state.states(ofCode: code, kind: .dossier)
            return SharedCode(code: code, records: all.map(\.id).sorted())
        }
    }
}
