// What a counter does with what central refused: its content is kept for a person, and the record goes on
// from central's state with what was written after.

public import Causality
internal import Crypto
internal import Dossiers
internal import Editing
public import Replication

/// A refused change as a counter keeps it.
public struct RefusedChange: Sendable {
    /// The seq of the change.
    public var seq: UInt64
    /// The record it was for.
    public var record: RecordID
    /// Central's code.
    public var code: String
    /// Central's reason.
    public var reason: String
    /// The change: its content waits here for a person.
    public var change: Change
    /// When the refusal arrived.
    public var refusedAt: Timestamp

    /// A refused change.
    public init(
        _ change: Change, of record: RecordID, code: String, reason: String, at time: Timestamp
    ) {
        seq = change.dot.seq
        self.record = record
        self.code = code
        self.reason = reason
        self.change = change
        refusedAt = time
    }
}

extension CounterTransaction {
    /// Sets one's own change aside at a counter, because central refused it: its content is kept,
    /// and the record goes on from central's state with what was written after.
    ///
    /// - Parameters:
    ///   - state: central's state of the record; `nil` when this office may not see it: then it leaves this
    ///     office's scope, and the copy stays without what was refused.
    ///   - isOthers: whether the record never was this office's for central, when its state is `nil`.
    /// - Returns: whether this was news.
    /// - Throws: `StoreError`.
    public func setAside(
        _ dot: Dot, code: String, reason: String, goingOnFrom state: RecordState?,
        isOthers: Bool = false
    ) throws -> Bool {
        guard let found = try view.loggedChange(dot) else { return false }
        let refused: Change
        do throws(FormatError) {
            refused = try Change(canonicalBytes: found.bytes)
        } catch {
            throw StoreError.damaged(table: "changes", key: Int64(clamping: dot.seq))
        }
        let record = refused.recordID(after: found.hash)
        let kept = RefusedChange(refused, of: record, code: code, reason: reason, at: now)
        guard try keepRefused(kept, isLogged: true) else { return false }
        if let state {
            // Central has another kind of record under the id.
            if state.kind != refused.kind, refused.kind.isKnown {
                try makeWay(open(refused.kind, record))
            }
            let merge = CounterMerge(self)
            if state.kind == refused.kind {
                let present = try open(refused.kind, record)
                var left = try view.state(
                    of: present, without: dot, notedThrough: state.vv[dot.replica])
                let known = try view.history(of: present).filter { !$0.isVoid }.map(\.change)
                left.restoreUnreplaced(of: state, knowing: known) {
                    RecordSchema.definition(of: $0, in: state.kind)?.isEntries == true
                }
                try merge.replace(present, with: left)
            }
            try merge.join(state)
        } else if refused.kind.isKnown {
            if isOthers {
                _ = try setAside(refused.kind, record, code: code, reason: reason)
            } else {
                // Central notes in another office's record what it has refused only to who has read it.
                let isNoted = code == RefusalCode.handedOver.rawValue
                try depart(
                    try open(refused.kind, record), without: dot,
                    notedThrough: isNoted ? dot.seq : 0)
            }
        }
        return true
    }

    /// Takes a record out of this office's scope at a counter, because central has another office's under
    /// its id. What was written here under earlier identities is set aside with it: nobody will push that
    /// again.
    ///
    /// - Returns: how many changes were news among what is set aside.
    /// - Throws: `StoreError`.
    public func setAside(
        _ kind: RecordKind, _ id: RecordID, code: String, reason: String
    ) throws -> UInt64 {
        let present = try open(kind, id)
        guard present.exists else { return 0 }
        let former = Set(try view.identityRotations().map(\.old))
        var count: UInt64 = 0
        for logged in try view.history(of: present)
        where !logged.isVoid && former.contains(logged.change.dot.replica) {
            let kept = RefusedChange(logged.change, of: id, code: code, reason: reason, at: now)
            if try keepRefused(kept, isLogged: true) { count += 1 }
        }
        try empty(present)
        return count
    }

    /// Takes all out of a record: whatever comes under its id is another record. What was erased stays so,
    /// but nothing else counts as seen: should what was here come again, its values are not replaced.
    private func empty(_ record: OpenRecord) throws {
        let state = record.state
        let isErased = !state.erasures.isEmpty
        let nothing = RecordState(kind: state.kind, id: state.id)
        try CounterMerge(self).replace(record, with: isErased ? state.erasureNotice : nothing)
    }

    /// Lets a record leave the office without what was refused of it. What central took stays in the copy:
    /// central may lose it.
    private func depart(
        _ record: OpenRecord, without refused: Dot, notedThrough seq: UInt64
    ) throws {
        guard record.exists else { return }
        let office = try view.enrolledIdentity().identity.office
        let copy = try view.state(of: record, without: refused, notedThrough: seq)
        let merge = CounterMerge(self)
        guard copy.isOf(office) else { return try merge.replace(record, with: copy) }
        // All offices go together, into the log: one that was gone alone would count as replaced by the others.
        try merge.keepOffice(of: copy, at: record)
        try merge.replace(
            record, with: copy.filtered { name, _ in name != RecordSchema.officeField })
    }

    /// Takes back that changes to a record were refused: a central that was restored and had forgotten its
    /// refusals has taken them, as its state shows.
    ///
    /// - Throws: `StoreError`.
    public func withdrawRefusals(of state: RecordState) throws {
        let refused = try view.refusedDots(of: state.id)
        guard !refused.isEmpty else { return }
        let present = try open(state.kind, state.id)
        let history = try view.history(of: present).map(\.change)
        for dot in refused where state.hasSeen(dot) {
            // A vector covers what it has never seen, when its writer went on without it.
            let isPassedOver = history.contains {
                $0.dot.replica == dot.replica && $0.dot.seq > dot.seq && !$0.hasSeen(dot)
            }
            if !isPassedOver || state.stampPlace(of: dot) != nil {
                _ = try withdrawRefusal(of: dot)
            }
        }
    }
}
