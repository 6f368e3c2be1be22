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
        for name in details.histories where records[name] != nil {
            set.records[name]?.history = try history(of: name).filter { !$0.isVoid }
                .map(\.change)
        }
        for name in details.toldCopies where records[name] != nil {
            set.records[name]?.toldCopies = try rows(of: name).compactMap { row in
                guard row.entry.form == .state, row.readers.contains(office) else { return nil }
                return try row.entry.bytes.map { try RecordState(canonicalBytes: $0).vv }
            }
        }
        for code in details.procedures { set.procedures[code] = editions(of: code) }
        for replica in details.replicas {
            set.deviceOffices[replica] = registers.devices[replica]?.office
        }
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

    func hasEverRead(office: String, _ name: RecordName) -> Bool {
        reads(.office(office), name)
    }

    func state(
        of id: RecordID, at position: UInt64, with writer: ReplicaID?
    ) throws -> RecordState? {
        guard let present = states(of: id).last, present.erasures.isEmpty else { return nil }
        let name = RecordName(present.kind, id)
        var state = RecordState(kind: name.kind, id: id)
        for place in positions[name] ?? [] {
            let row = log[place - 1]
            guard row.entry.form != .state else {
                // Values of it came from elsewhere than its changes here.
                if row.entry.isMaking { return nil }
                continue
            }
            guard let bytes = row.entry.bytes else { return nil }
            let change = try Change(canonicalBytes: bytes)
            guard UInt64(place) <= position || change.dot.replica == writer else { continue }
            if row.entry.form == .void {
                state.void(change.dot)
            } else if state.apply(change) != .applied {
                return nil
            }
        }
        return state
    }

    func change(_ dot: Dot) throws -> Change? {
        try changes[dot].flatMap { log[$0 - 1].entry.bytes }.map {
            try Change(canonicalBytes: $0)
        }
    }

    func commitHash(at position: UInt64) -> Hash256? {
        guard position > 0 else { return .zero }
        var (low, high) = (0, commits.count)
        while low < high {
            let middle = (low + high) / 2
            if commits[middle].position >= position {
                high = middle
            } else {
                low = middle + 1
            }
        }
        return low < commits.count ? commits[low].hash : nil
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
    /// Some records of a kind, as a walk comes to them.
    private enum Phase {
        case all(RecordKind)
        case office(RecordKind, String)
        /// Records in conflict about their office: what is shown is only one of the values.
        case conflicted(RecordKind, String)

        var kind: RecordKind {
            switch self {
            case .all(let kind), .office(let kind, _), .conflicted(let kind, _): kind
            }
        }

        func holds(_ row: Row) -> Bool {
            let shown = row.state.shownValue(RecordSchema.officeField)?.text
            return switch self {
            case .all: true
            case .office(_, let office): shown == office
            case .conflicted(_, let office): row.state.conflictCount > 0 && shown != office
            }
        }
    }

    func statePage(
        ofOffice office: String, from place: SnapshotPlace, countMax: Int
    ) -> StatePage {
        let phases: [Phase] = [
            .all(.office), .all(.procedure), .all(.holiday), .office(.dossier, office),
            .conflicted(.dossier, office), .office(.contact, office),
            .conflicted(.contact, office),
        ]
        return page(of: phases, from: place, countMax: countMax) {
            DossierRules.scope(of: $0).includes(office: office)
        }
    }

    func recordPage(from place: SnapshotPlace, countMax: Int) -> StatePage {
        page(of: RecordKind.known.map(Phase.all), from: place, countMax: countMax) { _ in true }
    }

    private func page(
        of phases: [Phase], from place: SnapshotPlace, countMax: Int,
        where isWanted: (RecordState) -> Bool
    ) -> StatePage {
        var page = StatePage()
        var place = place
        while place.phase < phases.count {
            let phase = phases[place.phase]
            let rows = order[phase.kind] ?? []
            var number = min(Int(clamping: max(place.belowKey, 1)) - 1, rows.count)
            while number > 0 {
                if let row = records[RecordName(phase.kind, rows[number - 1])],
                    !row.state.fields.isEmpty, phase.holds(row), isWanted(row.state)
                {
                    page.states.append(row.state)
                    page.places.append(
                        SnapshotPlace(phase: place.phase, belowKey: Int64(number)))
                    if page.states.count >= countMax {
                        page.isLast = false
                        return page
                    }
                }
                number -= 1
            }
            place = SnapshotPlace(phase: place.phase + 1, belowKey: .max)
        }
        return page
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

    func forEachBucket(
        _ buckets: [UInt8], ofOffice office: String,
        _ body: (UInt8, [RecordID: Digest]) throws -> Bool
    ) throws {
        for bucket in buckets {
            var found: [RecordID: Digest] = [:]
            for row in records.values where row.state.id.bucket == bucket {
                guard !row.state.fields.isEmpty,
                    DossierRules.scope(of: row.state).includes(office: office)
                else { continue }
                found[row.state.id] = Digest(of: row.state)
            }
            guard try body(bucket, found) else { return }
        }
    }
}
