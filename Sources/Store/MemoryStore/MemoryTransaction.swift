public import Causality
internal import Crypto
internal import Dossiers
public import Editing
internal import Replication
public import Store
public import Time

/// A write transaction of central's store in memory.
public final class MemoryTransaction: MemoryView, CentralTransaction {
    /// The time of the transaction.
    public let now: Timestamp
    /// Who writes, once it was asked for.
    public var author: Author?
    private var before: MemoryState
    private var chain: FeedEnd
    private var hasOwnChange = false
    private var judgedClock: ClockFault??

    init(_ state: MemoryState, now: Timestamp) {
        self.now = now.storable
        before = state
        chain = state.end
        super.init(state)
    }

    override var settled: MemoryState { before }

    /// As in `CentralTransaction`.
    public func commit(_ set: CentralWriteSet) throws {
        try state.commit(set, &chain, now: now)
    }

    /// As in `CentralTransaction`.
    public func attempt<R>(_ body: () throws -> R) throws -> R {
        let saved = (state, chain, author, hasOwnChange)
        do {
            return try body()
        } catch {
            (state, chain, author, hasOwnChange) = saved
            throw StoreError.ofStore(error)
        }
    }

    /// Ends the commit: from here on digests and the feed are as they are after it.
    func settle() throws {
        if hasOwnChange || chain != state.end { try noteChange() }
        if chain != state.end { state.commits.append(chain) }
        before = state
    }
}

extension MemoryTransaction: EditTransaction {
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
        state.add(reads, of: record, to: &set)
        guard reads.kind == .office, let key = reads.reference else { return }
        set.references.devices = state.registers.devices.values.count { $0.office == key }
    }

    /// As in `EditTransaction`.
    public func commit(_ write: LocalWrite, over record: OpenRecord) throws {
        try commit(own: write)
        hasOwnChange = true
    }

    /// As in `EditTransaction`. Central gives out no numbers.
    public func noteGiven(
        _ number: Int64, agency: String, day: CalendarDate, first: Int64
    ) throws {}

    /// As in `EditTransaction`.
    public func save(_ watch: ClockWatch) throws { state.clockWatch = watch }
}
