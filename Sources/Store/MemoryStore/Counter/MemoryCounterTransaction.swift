public import Causality
public import Crypto
internal import Dossiers
public import Editing
public import Replication
public import Store
public import Time

/// A write transaction of a counter's store in memory.
public final class MemoryCounterTransaction: CounterTransaction {
    /// The store, as the transaction has it so far.
    public let view: MemoryCounterView
    /// The time of the transaction.
    public let now: Timestamp
    /// Who writes, once it was asked for.
    public var author: Author?
    /// The records that were erased.
    public private(set) var erasedRecords: [RecordID] = []
    private var hasOwnChange = false
    private var judgedClock: ClockFault??

    init(_ state: MemoryCounterState, now: Timestamp) {
        view = MemoryCounterView(state)
        self.now = now.storable
    }

    /// Writes what the transaction has collected.
    func flush() throws {
        if let author, view.state.identity?.replica == author.replica {
            view.state.identity?.seq = author.chain.seq
            view.state.identity?.chainHash = author.chain.hash
            view.state.identity?.clock = author.clock.latest
        }
        if hasOwnChange { try noteChange() }
    }

    /// As in `EditTransaction`.
    public func attempt<R>(_ body: () throws -> R) throws -> R {
        let saved = (view.state, author, erasedRecords, hasOwnChange)
        do {
            return try body()
        } catch {
            (view.state, author, erasedRecords, hasOwnChange) = saved
            throw StoreError.ofStore(error)
        }
    }
}

extension MemoryCounterTransaction {
    /// As in `EditTransaction`.
    public func clockFault() throws -> ClockFault? {
        if let judgedClock { return judgedClock }
        let fault = try view.clockFault(at: now)
        judgedClock = .some(fault)
        return fault
    }

    /// As in `EditTransaction`.
    public func add(
        _ reads: EditReads, of record: OpenRecord?, to set: inout EditReadSet
    ) throws {
        view.state.add(reads, of: record, to: &set)
    }

    /// As in `EditTransaction`.
    public func commit(_ write: LocalWrite, over record: OpenRecord) throws {
        try commitEdit(write, over: record)
        hasOwnChange = true
    }

    /// As in `EditTransaction`.
    public func noteGiven(
        _ number: Int64, agency: String, day: CalendarDate, first: Int64
    ) throws {
        let range = MemoryCounterState.NumberRange(agency: agency, day: day, first: first)
        view.state.given[range] = max(view.state.given[range] ?? number, number)
    }

    /// As in `EditTransaction`.
    public func save(_ watch: ClockWatch) throws { view.state.clockWatch = watch }
}

extension MemoryCounterTransaction {
    /// As in `CounterLogWriting`.
    public func commit(_ set: CounterWriteSet) throws {
        try view.state.commit(set, now: now)
        if set.isErased { erasedRecords.append(set.before.state.id) }
    }

    /// As in `CounterLogWriting`.
    public func keepRefused(_ refused: RefusedChange, isLogged: Bool) throws -> Bool {
        let dot = refused.change.dot
        guard view.state.refused[dot] == nil else { return false }
        view.state.refused[dot] = refused
        if isLogged { view.state.mark(dot, as: .void) }
        return true
    }

    /// As in `CounterLogWriting`.
    public func withdrawRefusal(of dot: Dot) throws -> Bool {
        guard view.state.refused.removeValue(forKey: dot) != nil else { return false }
        view.state.mark(dot, as: .change)
        return true
    }

    /// As in `CounterLogWriting`.
    public func reissue(_ row: OwnRow, as dot: Dot, hash: Hash256, bytes: [UInt8]) throws {
        view.state.reissue(row.position, as: dot, hash: hash, bytes: bytes)
    }

    /// As in `CounterLogWriting`.
    public func remove(_ row: OwnRow) throws { view.state.remove(row.position) }

    /// As in `CounterPullWriting`.
    public func setGap(_ record: RecordID, isOpen: Bool) throws {
        if isOpen {
            view.state.gaps.insert(record)
        } else {
            view.state.gaps.remove(record)
        }
    }

    /// As in `CounterPullWriting`.
    public func keepPlace(of record: RecordID, at office: String) throws {
        view.state.places[record] = office
    }
}

extension MemoryCounterTransaction {
    /// As in `CounterIdentityWriting`.
    public func save(_ identity: ReplicaIdentity) throws {
        precondition(author == nil, "the author's chain would be overwritten")
        view.state.identity = identity
    }

    /// As in `CounterIdentityWriting`.
    public func saveProgress(_ identity: ReplicaIdentity) throws {
        guard let present = view.state.identity else { return }
        view.state.identity = present.progressed(to: identity)
    }

    /// As in `CounterIdentityWriting`.
    public func keep(_ former: FormerIdentity) throws {
        guard !view.state.formers.contains(where: { $0.replica == former.replica }) else { return }
        view.state.formers.append(former)
    }

    /// As in `CounterIdentityWriting`.
    public func note(_ rotation: IdentityRotation) throws { view.state.rotations.append(rotation) }

    /// As in `CounterIdentityWriting`.
    public func save(_ history: TokenHistory, of replica: ReplicaID) throws {
        view.state.tokens = (replica, history)
    }

    /// As in `CounterIdentityWriting`.
    public func setToken(_ token: String, of replica: ReplicaID, desk: Int64?) throws {
        guard view.state.identity?.replica == replica else { return }
        view.state.identity?.token = token
        if let desk { view.state.identity?.desk = desk }
    }
}

extension MemoryCounterTransaction {
    /// As in `CounterCentralWriting`.
    public func save(_ trust: CentralTrust) throws { view.state.trust = trust }

    /// As in `CounterCentralWriting`.
    public func save(centralKey key: PublicKey, ofEpoch epoch: UInt64?) throws {
        view.state.centralKey = (key, epoch)
    }

    /// As in `CounterCentralWriting`.
    public func keepNewsWait(seconds: UInt64, at centralURL: String) throws {
        view.state.newsWait = (centralURL, seconds)
    }

    /// As in `CounterCentralWriting`.
    public func save(_ progress: BundleProgress) throws { view.state.bundles = progress }

    /// As in `CounterCentralWriting`.
    public func setBundleNeeds(_ records: [RecordID], forSeq seq: UInt64) throws {
        view.state.needs = (seq, Set(records).sorted())
    }

    /// As in `CounterCentralWriting`.
    public func put(_ receipt: CounterReceipt) throws -> Int64 {
        var receipt = receipt
        if receipt.number == 0 { receipt.number = (view.state.receipts.keys.max() ?? 0) + 1 }
        view.state.receipts[receipt.number] = receipt
        return receipt.number
    }

    /// As in `CounterCentralWriting`.
    public func dropReceipts(through number: Int64) throws {
        guard view.state.receipts.keys.contains(where: { $0 <= number }) else { return }
        let last = view.state.receipts.values.filter(\.isComplete).map(\.number).max()
        view.state.receipts = view.state.receipts.filter { $0.key > number || $0.key == last }
    }

    /// As in `CarriedWriting`.
    public func keep(_ carried: CarriedChange, _ standing: CarriedStanding) throws {
        view.state.carried[carried.change.dot] = .init(carried: carried, standing: standing)
    }

    /// As in `CarriedWriting`.
    public func renameCarried(
        _ dots: [Dot], from old: Dot, to new: Dot, of record: RecordID
    ) throws {
        for dot in dots { view.state.carried[dot]?.standing = .issued(new) }
        guard view.state.carried[old] == nil, let row = view.state.row(of: new),
            let bytes = row.entry.bytes
        else { return }
        // Of its content nothing is asked any more.
        var change = try Change(canonicalBytes: bytes)
        change.dot = old
        view.state.carried[old] = .init(
            carried: CarriedChange(change, of: record, keptSeq: 0), standing: .issued(new))
    }
}
