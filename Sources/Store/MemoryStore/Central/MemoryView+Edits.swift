// What central's own edits read, in memory.

public import Causality
internal import Crypto
public import Dossiers
public import Editing
public import Replication
public import Store
public import Time

extension MemoryState: MemoryRecords {
    func states(of kind: RecordKind) -> [RecordState] {
        (order[kind] ?? []).compactMap { records[RecordName(kind, $0)]?.state }
            .filter { !$0.fields.isEmpty }
    }

    func row(of name: RecordName) -> (number: Int64, state: RecordState)? {
        records[name].map { (Int64($0.number), $0.state) }
    }

    var ownOffice: String? { nil }

    var centralKey: PublicKey? {
        registers.keySeed.flatMap(SigningKey.init(seed:))?.publicKey
    }

    func history(of name: RecordName) throws -> [LoggedChange] {
        try (positions[name] ?? []).compactMap { position in
            let entry = log[position - 1].entry
            guard entry.form != .state, let bytes = entry.bytes else { return nil }
            return LoggedChange(
                position: UInt64(position), change: try Change(canonicalBytes: bytes),
                arrived: arrivals[position - 1], isVoid: entry.form == .void)
        }
    }

    func chain(of replica: ReplicaID) -> HashChain {
        let last = changes.filter { $0.key.replica == replica }.max { $0.key.seq < $1.key.seq }
        guard let last, let hash = log[last.value - 1].entry.hash else { return HashChain() }
        return HashChain(seq: last.key.seq, hash: hash)
    }
}

extension MemoryView: EditView {
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
        RecordKind.known.map { state.open($0, id) }.filter(\.exists)
    }

    /// As in `EditView`.
    public func history(of record: OpenRecord) throws -> [LoggedChange] {
        try state.history(of: RecordName(record.state.kind, record.state.id))
    }

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

    /// As in `EditView`. Central gives out no numbers.
    public func lastGivenNumber(
        agency: String, day: CalendarDate, first: Int64
    ) throws -> Int64? { nil }

    /// As in `EditView`.
    public func highestNumber(
        agency: String, day: CalendarDate, in range: Range<Int64>
    ) throws -> Int64? {
        state.codes(ofAgency: agency).filter { $0.day == day && range.contains($0.number) }
            .map(\.number).max()
    }

    /// As in `EditView`. Central's sessions have identities of their own.
    public func enrolledAuthor() throws -> Author { throw StoreError.notEnrolled }

    /// As in `CentralView`.
    public func chain(of replica: ReplicaID) throws -> HashChain { state.chain(of: replica) }
}
