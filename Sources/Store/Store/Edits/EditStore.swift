// What a clerk's edits, and central's own, want of a store: what they are judged by is read, and what came of
// the judgement is committed. The same for a counter's store and central's.

public import Causality
public import Dossiers
public import Editing
public import Replication
public import Time

/// What edits are judged by, at one moment.
public protocol EditView {
    /// Finds a record, or the empty state that a first change starts from.
    func open(_ kind: RecordKind, _ id: RecordID) throws -> OpenRecord
    /// The record that a person named; `nil` when there is none.
    func record(named reference: RecordReference) throws -> OpenRecord?
    /// All rows with an id, of whatever kind, those without fields too, in the order of `RecordKind.known`.
    func rows(of id: RecordID) throws -> [OpenRecord]
    /// The changes to a record, in order of arrival.
    func history(of record: OpenRecord) throws -> [LoggedChange]
    /// Whether the content of a refused change is kept.
    func isContentKept(ofRefused dot: Dot) throws -> Bool
    /// Whether the catalog has an office with exactly this code.
    func hasOffice(_ code: String) throws -> Bool
    /// The offices of the catalog that have a code, however it is written.
    func offices(ofCode code: String) throws -> [RecordState]
    /// The editions of a procedure, however its code is written.
    func editions(of code: String) throws -> [ProcedureEdition]
    /// What is known of this machine's clock.
    func clockWatch() throws -> ClockWatch
    /// The last number that this machine gave for a day in a range; `nil` for none.
    func lastGivenNumber(agency: String, day: CalendarDate, first: Int64) throws -> Int64?
    /// The highest number that a dossier has in its code of an agency and day, within a range.
    func highestNumber(
        agency: String, day: CalendarDate, in range: Range<Int64>
    ) throws -> Int64?
    /// Who writes here, when the identity says it; central's sessions have identities of their own.
    func enrolledAuthor() throws -> Author
}

/// A write transaction, as edits see it.
public protocol EditTransaction: AnyObject {
    /// What is read; it sees what the transaction has written.
    associatedtype View: EditView
    /// The store, as the transaction has it so far.
    var view: View { get }
    /// The time of the transaction by this machine's clock.
    var now: Timestamp { get }
    /// Who writes, once it was asked for. Its chain and clock are kept when the transaction ends.
    var author: Author? { get set }

    /// What is wrong with this machine's clock, which does not change within the transaction.
    func clockFault() throws -> ClockFault?
    /// Adds what follows from a request and its record.
    func add(_ reads: EditReads, of record: OpenRecord?, to set: inout EditReadSet) throws
    /// Writes what came of a request.
    ///
    /// - Parameter record: where it is written; the row is that of `open`.
    func commit(_ write: LocalWrite, over record: OpenRecord) throws
    /// Notes that this machine gave out a number for a day.
    ///
    /// - Parameter first: where the range of the desk begins.
    func noteGiven(_ number: Int64, agency: String, day: CalendarDate, first: Int64) throws
    /// Keeps what is known of this machine's clock.
    func save(_ watch: ClockWatch) throws
    /// Runs one of several pieces of work: what it throws undoes its own part only.
    func attempt<R>(_ body: () throws -> R) throws -> R
}

/// The writer of local edits in a transaction: its identity, chain and clock.
public struct Author: Sendable {
    /// The replica.
    public var replica: ReplicaID
    /// The end of its chain.
    public var chain: HashChain
    /// Its clock.
    public var clock: HybridClock
    /// The only office that the author may write for; `nil` at central.
    public var office: String?
    /// The desk's number within the office; 0 at central.
    public var desk: Int64

    /// An author.
    public init(
        replica: ReplicaID, chain: HashChain, clock: HybridClock, office: String?, desk: Int64
    ) {
        self.replica = replica
        self.chain = chain
        self.clock = clock
        self.office = office
        self.desk = desk
    }
}

/// A record as a transaction found it.
public struct OpenRecord: Sendable {
    /// Its state; empty when there is no such record yet.
    public var state: RecordState
    /// Where the store has it, in the store's own numbers; `nil` when there is no row of it.
    public var row: Int64?
    /// The kind whose record has the id, where this one has yet to begin.
    public var claimant: RecordKind?

    /// Whether there is a row of it.
    public var exists: Bool { row != nil }

    /// A record as it was found.
    public init(_ state: RecordState, row: Int64?, claimant: RecordKind? = nil) {
        self.state = state
        self.row = row
        self.claimant = claimant
    }
}

extension EditView {
    /// The records that have an id: one, unless the store is of before that rule.
    ///
    /// - Throws: `StoreError`.
    public func records(of id: RecordID) throws -> [OpenRecord] {
        try rows(of: id).filter { !$0.state.fields.isEmpty }
    }

    /// The kinds of the records that have an id.
    ///
    /// - Throws: `StoreError`.
    public func kinds(of id: RecordID) throws -> [RecordKind] {
        try records(of: id).map(\.state.kind)
    }
}

extension EditTransaction {
    /// Finds a record, or the empty state that a first change starts from.
    ///
    /// - Throws: `StoreError`; `FormatError.member` for a kind that is not known.
    public func open(_ kind: RecordKind, _ id: RecordID) throws -> OpenRecord {
        try view.open(kind, id)
    }

    /// Finds the record that a person named.
    ///
    /// - Throws: `StoreError.noSuchRecord`, `.ambiguousCode`.
    public func find(_ reference: RecordReference) throws -> OpenRecord {
        guard let found = try view.record(named: reference) else { throw StoreError.noSuchRecord }
        return found
    }

    /// Lends the author of local edits, loading it from the identity at first use.
    ///
    /// - Throws: `StoreError.notEnrolled`, and what `body` throws.
    public func withAuthor<R>(_ body: (inout Author) throws -> R) throws -> R {
        var current = try author ?? view.enrolledAuthor()
        if author == nil { author = current }
        // What `body` throws leaves the chain where it was: nothing was logged.
        let result = try body(&current)
        author = current
        return result
    }
}
