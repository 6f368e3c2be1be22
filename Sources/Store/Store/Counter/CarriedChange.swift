// Changes that another device wrote, that central does not have, and that came in a file: this
// device issues them, with the context that they were written in.
//
// Why nothing is lost or guessed: a change replaces the values that its writer had seen, and no others.
// The writer's own changes in its context are renamed to what they are called here, as when a replica
// takes a new identity; those that central has keep their names. What the context names and this
// device has not seen waits for a sync. A device's own changes must follow each other in the contexts
// of a record (a vector cannot leave one out), so this device's own values that the writer had not
// seen are named one by one, in `Change.unseen`: they stand beside the new ones.
//
// What was taken is remembered by its first name, the writer and its seq: the same file again changes
// nothing.

public import Causality
internal import Dossiers
public import Replication
internal import Text

/// A change of another device, as it was written there.
public struct CarriedChange: Sendable, Hashable {
    /// The change.
    public var change: Change
    /// Its record.
    public var record: RecordID
    /// The last of the writer's changes to the record that central has confirmed to it; 0 for none.
    public var keptSeq: UInt64

    /// Puts a change together with what the writer knew of it.
    public init(_ change: Change, of record: RecordID, keptSeq: UInt64) {
        self.change = change
        self.record = record
        self.keptSeq = keptSeq
    }
}

/// What became of a carried change.
public enum CarriedOutcome: Sendable {
    /// It was issued here, but for values that could not stand.
    case issued([CarriedFault])
    /// It waits for what its context names, which this device has not seen.
    case waits
    /// It was taken before, or came from central.
    case known
}

/// A value of a carried change that could not stand.
public struct CarriedFault: Sendable {
    /// The value.
    public var write: FieldWrite
    /// Why.
    public var error: StoreError
}

/// What became of a carried change, as a store remembers it.
public enum CarriedStanding: Hashable, Sendable {
    /// It waits.
    case waits
    /// It was issued under this name.
    case issued(Dot)
    /// Nothing more is to become of it.
    case settled
}

/// What a carried change is called here.
public struct CarriedName: Hashable, Sendable {
    /// Its first name.
    public var first: Dot
    /// What became of it.
    public var standing: CarriedStanding

    /// A name.
    public init(_ first: Dot, _ standing: CarriedStanding) {
        self.first = first
        self.standing = standing
    }
}

extension CarriedView where Self: CounterIdentityView & CounterLogView {
    /// The own changes that central has not confirmed, in their order, as another device takes them; then
    /// those that came in a file themselves and wait here.
    ///
    /// - Throws: `StoreError`, and what `body` throws.
    public func forEachCarried(_ body: (CarriedChange) throws -> Void) throws {
        let (identity, replica) = try enrolledIdentity()
        var seq = identity.pushedSeq
        while let one = try outbox(of: replica, after: seq, through: .max, bytesMax: 1) {
            seq = one.firstSeq
            let change = try Change.logged(one.changes, at: seq)
            let id = change.recordID(after: one.hashAfter)
            let row = try open(change.kind, id).row.map { RecordRow(change.kind, $0) }
            let kept = try row.map {
                try lastSeq(of: replica, to: $0, through: identity.pushedSeq)
            }
            try body(CarriedChange(change, of: id, keptSeq: kept ?? 0))
        }
        for waiting in try waitingCarried() { try body(waiting) }
    }
}

extension Change {
    /// A change of the log by its bytes.
    fileprivate static func logged(_ bytes: [UInt8], at seq: UInt64) throws -> Change {
        do throws(FormatError) {
            return try Change(canonicalBytes: bytes)
        } catch {
            throw StoreError.damaged(table: "changes", key: Int64(clamping: seq))
        }
    }
}

extension CounterTransaction {
    /// Issues the carried changes that waited for what this device has seen by now.
    ///
    /// - Returns: how many were issued.
    /// - Throws: `StoreError`.
    public func takeWaiting() throws -> Int {
        let waiting = try view.waitingCarried()
        guard !waiting.isEmpty else { return 0 }
        let edit = try RecordEdit(self)
        var count = 0
        for carried in waiting {
            do {
                let outcome = try attempt { try edit.take(carried) }
                guard case .issued(let faults) = outcome else { continue }
                count += 1
                guard let fault = faults.first else { continue }
                var left = carried.change
                left.writes.removeAll { write in !faults.contains { $0.write == write } }
                left.additions.removeAll { write in !faults.contains { $0.write == write } }
                try keepUnissued(left, of: carried, because: fault.error)
            } catch let error as StoreError where error.isOfOneEdit {
                try keep(carried, .settled)
                try keepUnissued(carried.change, of: carried, because: error)
            }
        }
        return count
    }

    /// Keeps what could not stand for a person, among the refused changes.
    private func keepUnissued(
        _ change: Change, of carried: CarriedChange, because error: StoreError
    ) throws {
        let kept = RefusedChange(
            change, of: carried.record, code: error.code, reason: error.message.english, at: now)
        _ = try keepRefused(kept, isLogged: false)
    }

    /// Takes out of waiting changes what was erased from their record.
    func eraseWaiting(of state: RecordState) throws {
        guard let kept = state.keptFields else { return }
        for carried in try view.waitingCarried() where carried.record == state.id {
            var left = carried
            left.change = carried.change.erased(keeping: kept)
            try keep(left, .waits)
        }
    }
}
