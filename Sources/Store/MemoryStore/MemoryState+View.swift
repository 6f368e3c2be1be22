internal import Causality
internal import Crypto
internal import Dossiers
internal import Editing
internal import Replication
internal import Store

extension MemoryState {
    func read(_ reads: CentralReads) throws -> CentralReadSet {
        var set = CentralReadSet()
        if let seq = reads.hashSeq { set.hashBefore = chainHash(of: reads.replica, seq: seq) }
        if let seqs = reads.refusalSeqs { set.refusals = refusals(of: reads.replica, seqs: seqs) }
        for name in reads.records.union(reads.newRecords) { find(name, into: &set) }
        set.offices = reads.offices.filter { code in
            records.contains { $0.key.kind == .office && $0.value.state.code == code }
        }
        if reads.wantsRefusedBytes { set.refusedBytes = refusedBytes[reads.replica] ?? 0 }
        if reads.wantsKey { set.centralKey = centralKey }
        return set
    }

    func add(_ details: CentralDetails, to set: inout CentralReadSet) throws {
        for name in details.records { find(name, into: &set) }
        let office = FeedScope.office(details.office)
        for name in details.isRead where records[name] != nil {
            set.records[name]?.isRead = reads(office, name)
        }
        for name in details.readers where records[name] != nil {
            set.records[name]?.readers = feed.keys.filter { reads($0, name) }
                .compactMap(\.office).sorted()
        }
        for name in details.histories.union(details.voids) where records[name] != nil {
            let history = try history(of: name)
            set.records[name]?.history = history.filter { !$0.isVoid }.map(\.change)
            set.records[name]?.voids = Set(history.filter(\.isVoid).map(\.change.dot))
        }
        for name in details.toldCopies where records[name] != nil {
            set.records[name]?.toldCopies = try rows(of: name).compactMap { row in
                guard row.entry.form == .state, row.readers.contains(office) else { return nil }
                return try row.entry.bytes.map { try RecordState(canonicalBytes: $0).vv }
            }
        }
        for code in details.procedures { set.procedures[code] = editions(of: code) }
        for replica in details.replicas { set.deviceOffices[replica] = devices[replica] }
    }

    private func find(_ name: RecordName, into set: inout CentralReadSet) {
        let state = records[name]?.state
        set.records[name] = FoundRecord(
            state ?? RecordState(kind: name.kind, id: name.id), exists: state != nil)
        guard state?.fields.isEmpty ?? true else { return }
        for other in RecordKind.known where other != name.kind {
            let name = RecordName(other, name.id)
            guard set.records[name] == nil, let state = records[name]?.state else { continue }
            set.records[name] = FoundRecord(state, exists: true)
        }
    }

    private func rows(of name: RecordName) -> [LoggedRow] {
        (positions[name] ?? []).map { log[$0 - 1] }
    }

    private func reads(_ scope: FeedScope, _ name: RecordName) -> Bool {
        rows(of: name).contains { $0.isChained && $0.readers.contains(scope) }
    }

    private func history(of name: RecordName) throws -> [(change: Change, isVoid: Bool)] {
        try rows(of: name).compactMap { row in
            guard row.entry.form != .state, let bytes = row.entry.bytes else { return nil }
            return (try Change(canonicalBytes: bytes), row.entry.form == .void)
        }
    }

    /// The editions of a procedure: of those whose code is written exactly so, else of those that are
    /// written otherwise.
    private func editions(of code: String) -> [ProcedureEdition] {
        let procedures = records.filter { $0.key.kind == .procedure }.map(\.value)
            .sorted { $0.number < $1.number }.map(\.state)
        func editions(_ isMeant: (String) -> Bool) -> [ProcedureEdition] {
            procedures.filter { $0.code.map(isMeant) ?? false }.map {
                ProcedureEdition(
                    effectiveFrom: $0.shownValue("effective_from")?.text ?? "",
                    transitions: $0.shownValue("transitions")?.text)
            }
        }
        let exact = editions { $0 == code }
        if !exact.isEmpty { return exact }
        for key in CodeText.procedureKeys(code) {
            let found = editions { CodeText.key($0) == CodeText.key(key) }
            if !found.isEmpty { return found }
        }
        return []
    }
}

extension MemoryState {
    func chainHash(of replica: ReplicaID, seq: UInt64) -> Hash256? {
        guard seq > 0 else { return .zero }
        return changes[Dot(replica, seq)].flatMap { log[$0 - 1].entry.hash }
    }

    func record(ofChange dot: Dot) -> RecordID? {
        changes[dot].flatMap { log[$0 - 1].record }
    }

    func refusals(of replica: ReplicaID, seqs: ClosedRange<UInt64>) -> [RefusalNote] {
        (refusals[replica] ?? [:]).values.filter { seqs.contains($0.seq) }
            .sorted { $0.seq < $1.seq }
    }

    func states(of id: RecordID) -> [RecordState] {
        RecordKind.known.compactMap { records[RecordName($0, id)]?.state }
            .filter { !$0.fields.isEmpty }
    }

    func hasEverRead(office: String, _ id: RecordID) -> Bool {
        guard let state = states(of: id).last else { return false }
        return reads(.office(office), RecordName(state.kind, id))
    }

    func commitHash(at position: UInt64) -> Hash256? {
        position == 0 ? .zero : commits.first { $0.position >= position }?.hash
    }

    /// The positions of what an office reads, the catalog's among them, each once.
    private func positions(ofOffice office: String, after position: UInt64) -> [Int] {
        let all = (feed[.catalog] ?? []) + (feed[.office(office)] ?? [])
        return Set(all.filter { $0 > position }).sorted()
    }

    func feedPage(
        ofOffice office: String, after position: UInt64, except reader: ReplicaID, countMax: Int
    ) throws -> [FeedRow] {
        try positions(ofOffice: office, after: position)
            .filter { log[$0 - 1].entry.dot?.replica != reader }.prefix(countMax).map(row)
    }

    func departedPage(
        ofOffice office: String, after position: UInt64, through last: UInt64, countMax: Int
    ) throws -> [FeedRow] {
        try (feed[.office(office)] ?? []).filter { $0 > position && $0 <= last }.filter {
            let row = log[$0 - 1]
            guard let id = row.record, let record = records[RecordName(row.kind, id)] else {
                return true
            }
            return !DossierRules.scope(of: record.state).includes(office: office)
        }.prefix(countMax).map(row)
    }

    func feedRowCount(
        ofOffice office: String, after position: UInt64, countMax: Int64
    ) -> UInt64 {
        let all = (feed[.catalog] ?? []) + (feed[.office(office)] ?? [])
        return UInt64(min(all.count { $0 > position }, Int(countMax)))
    }

    private func row(at position: Int) throws -> FeedRow {
        let row = log[position - 1]
        guard let id = row.record else { throw MemoryStoreError.damaged(position: position) }
        let content: FeedRow.Content
        switch (row.entry.form, row.entry.dot, row.entry.bytes) {
        case (.change, _, let bytes?):
            content = .change(bytes: bytes, madeRecord: row.entry.isMaking ? id : nil)
        case (.void, let dot?, _): content = .void(kind: row.kind, record: id, dot: dot)
        case (.state, _, let bytes?): content = .copy(try RecordState(canonicalBytes: bytes))
        case (.state, _, nil):
            guard let record = records[RecordName(row.kind, id)] else {
                throw MemoryStoreError.damaged(position: position)
            }
            content = .state(record.state)
        default: throw MemoryStoreError.damaged(position: position)
        }
        return FeedRow(position: UInt64(position), content: content)
    }

    func movedRecords(
        forOffice office: String, after position: UInt64, through last: UInt64, countMax: Int
    ) -> [MovedRecord] {
        (movedRecords[office] ?? []).filter { $0.position > position && $0.position <= last }
            .suffix(countMax).map(\.move)
    }
}

extension MemoryState {
    /// The kinds of a scope's states in the order in which they are given.
    private static let kinds: [RecordKind] = [.office, .procedure, .holiday, .dossier, .contact]

    func statePage(ofOffice office: String, from place: [UInt8]?, countMax: Int) -> StatePage {
        var (phase, below) = (0, Int.max)
        if let place, place.count == 9 {
            phase = Int(place[0])
            below = place[1...].reduce(0) { $0 << 8 | Int($1) }
        }
        var states: [RecordState] = []
        while phase < Self.kinds.count {
            let rows = records.filter { $0.key.kind == Self.kinds[phase] }.map(\.value)
                .filter { $0.number < below }.sorted { $0.number > $1.number }
            for row in rows where !row.state.fields.isEmpty {
                guard DossierRules.scope(of: row.state).includes(office: office) else { continue }
                states.append(row.state)
                if states.count == countMax {
                    let number = (0..<8).reversed().map { UInt8(row.number >> ($0 * 8) & 0xFF) }
                    return StatePage(states, next: [UInt8(phase)] + number)
                }
            }
            (phase, below) = (phase + 1, .max)
        }
        return StatePage(states, next: nil)
    }

    func digest(ofOffice office: String) -> ScopeDigest {
        var total = ScopeDigest(digest: Digest(), recordCount: 0)
        for scope in [FeedScope.catalog, .office(office)] {
            for bucket in (digests[scope] ?? [:]).values {
                total.digest.formUnion(bucket.digest)
                total.recordCount += bucket.records
            }
        }
        return total
    }

    func bucketDigests(ofOffice office: String) -> [Digest] {
        var sums = [Digest](repeating: Digest(), count: RecordID.bucketCount)
        for scope in [FeedScope.catalog, .office(office)] {
            for (place, bucket) in digests[scope] ?? [:] {
                sums[Int(place)].formUnion(bucket.digest)
            }
        }
        return sums
    }

    func digests(ofOffice office: String, bucket: UInt8) -> [RecordID: Digest] {
        var found: [RecordID: Digest] = [:]
        for row in records.values where row.state.id.bucket == bucket {
            guard !row.state.fields.isEmpty,
                DossierRules.scope(of: row.state).includes(office: office)
            else { continue }
            found[row.state.id] = Digest(of: row.state)
        }
        return found
    }
}
