// How central's read sets are read: by ids, each statement prepared once. A record that a change makes
// costs one look, which says that its id is free.

internal import Causality
internal import Crypto
internal import Dossiers
public import Editing
internal import Replication
internal import SQLite
internal import Store

extension CentralDatabase {
    /// The first round of reading.
    ///
    /// - Throws: `StoreError`.
    public func read(_ reads: CentralReads) throws -> CentralReadSet {
        var set = CentralReadSet()
        if let seq = reads.hashSeq { set.hashBefore = try chainHash(of: reads.replica, seq: seq) }
        if let seqs = reads.refusalSeqs {
            set.refusals = try refusals(of: reads.replica, seqs: seqs)
        }
        for name in reads.records { try find(name, into: &set) }
        for name in reads.newRecords {
            if try isFree(name.id) {
                let state = RecordState(kind: name.kind, id: name.id)
                set.records[name] = FoundRecord(state, exists: false)
            } else {
                try find(name, into: &set)
            }
        }
        set.offices = try reads.offices.filter(hasOffice)
        if reads.wantsRefusedBytes { set.refusedBytes = try refusedBytes(of: reads.replica) }
        if reads.wantsKey {
            set.centralKey = try centralKeySeed().flatMap(SigningKey.init(seed:))?.publicKey
        }
        return set
    }

    /// The second round of reading.
    ///
    /// - Throws: `StoreError`.
    public func add(_ details: CentralDetails, to set: inout CentralReadSet) throws {
        for name in details.records { try find(name, into: &set) }
        func forEach(
            _ names: Set<RecordName>, _ body: (inout FoundRecord, Int64) throws -> Void
        ) throws {
            for name in names {
                guard let key = try table(of: name.kind)?.key(of: name.id),
                    var record = set.records[name]
                else { continue }
                try body(&record, key)
                set.records[name] = record
            }
        }
        try forEach(details.isRead) {
            $0.isRead = try hasEverRead(office: details.office, $0.state.kind, $1)
        }
        try forEach(details.readers) {
            $0.readers = try scopesThatRead($0.state.kind, key: $1).map(\.office)
        }
        try forEach(details.histories) {
            $0.history = try changeLog.history(kind: $0.state.kind, recordKey: $1)
                .filter { !$0.isVoid }.map(\.change)
        }
        try forEach(details.toldCopies) {
            $0.toldCopies = try toldCopies(to: details.office, $0.state.kind, $1)
        }
        for code in details.procedures { set.procedures[code] = try editions(of: code) }
        for replica in details.replicas {
            set.deviceOffices[replica] = try device(replica)?.office
        }
    }

    /// Puts a record into a read set, and where it has yet to begin those of other kinds that have its id.
    private func find(_ name: RecordName, into set: inout CentralReadSet) throws {
        let stored = try table(of: name.kind)?.load(name.id)
        set.records[name] = FoundRecord(
            stored?.state ?? RecordState(kind: name.kind, id: name.id), exists: stored != nil)
        guard stored?.state.fields.isEmpty ?? true, try !isFree(name.id) else { return }
        for other in RecordKind.known where other != name.kind {
            let name = RecordName(other, name.id)
            guard set.records[name] == nil, let stored = try table(of: other)?.load(name.id)
            else { continue }
            set.records[name] = FoundRecord(stored.state, exists: true)
        }
    }

    /// Whether no record of any kind has an id.
    private func isFree(_ id: RecordID) throws -> Bool { try kindsOfRows(with: id).isEmpty }

    private func refusedBytes(of replica: ReplicaID) throws -> Int64 {
        guard let key = try interning.knownKey(of: replica) else { return 0 }
        let statement = try connection.statement(
            "SELECT bytes FROM refused_content WHERE replica = ?1")
        try statement.bind(1, key)
        defer { statement.reset() }
        return try statement.step() ? statement.int64(0) : 0
    }

    /// What the copies have seen by which an office was told that a record has left it.
    private func toldCopies(
        to office: String, _ kind: RecordKind, _ key: Int64
    ) throws -> [VersionVector] {
        guard let scope = try interning.knownKey(ofOffice: office) else { return [] }
        return try changeLog.states(of: LogPlace(kind: kind, record: key))
            .filter { try isInFeed($0.position, of: scope) }
            .map { try $0.state().vv }
    }
}

extension ReplicaDatabase {
    /// The editions of a procedure, however its code is written.
    ///
    /// - Throws: `StoreError`.
    public func editions(of code: String) throws -> [ProcedureEdition] {
        try ids(ofCode: code, kind: .procedure).map { id in
            guard let procedure = try find(.id(id))?.state else { throw StoreError.noSuchRecord }
            return ProcedureEdition(
                effectiveFrom: procedure.shownValue("effective_from")?.text ?? "",
                transitions: procedure.shownValue("transitions")?.text)
        }
    }
}
