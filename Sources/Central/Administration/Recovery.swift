// What an admin does after central's file was restored from a backup (`Protocol/sync.md` §Recovery).

internal import Crypto
internal import SQLiteStore
public import Replication
public import Store

/// What was kept outside of central's file: who was shut out, and what was ordered to be erased.
public struct RecoveryLists: Sendable {
    /// Who is to be shut out again; `nil` when no such list was given.
    public var revoked: [ClosedIdentity]?
    /// What is to be erased again; `nil` when no such list was given.
    public var orders: [RecordState]?

    /// Whether they hold all that there was until now. Those of a backup end with its day.
    public var areUpToDate = true

    /// Neither was given.
    public var isEmpty: Bool { revoked == nil && orders == nil }

    /// Lists as they were read.
    public init(
        revoked: [ClosedIdentity]?, orders: [RecordState]?, areUpToDate: Bool = true
    ) {
        self.revoked = revoked
        self.orders = orders
        self.areUpToDate = areUpToDate
    }

    /// What became of the lists.
    public struct Taken: Sendable {
        /// Identities that are shut out and were not.
        public var shutOut = 0
        /// Records that were erased now.
        public var erased = 0
        /// Orders whose records central lacks.
        public var awaited = 0
        /// Records whose orders another key has signed.
        public var unsigned: [RecordID] = []
    }

    /// Shuts out and erases what they name.
    fileprivate func take(in work: OfficeWork) throws -> Taken {
        var taken = Taken()
        if let revoked {
            for identity in revoked where try work.transaction.shutOutAgain(identity) {
                taken.shutOut += 1
            }
            if areUpToDate { try work.transaction.noteRevocationsGiven() }
        }
        if let orders {
            let seed = try work.database.centralKeySeed()
            guard let key = seed.flatMap(SigningKey.init(seed:))?.publicKey else {
                throw StoreError.damaged(table: "central_key", key: 1)
            }
            for notice in orders {
                switch try work.transaction.giveBack(notice, signedBy: key) {
                case .erased: taken.erased += 1
                case .isKnown: break
                case .isAwaited: taken.awaited += 1
                case .isOfAnotherKey: taken.unsigned.append(notice.id)
                }
            }
            if areUpToDate { try work.transaction.noteOrdersGiven() }
        }
        return taken
    }
}

/// Begins to take back what central lost when it was restored, takes lists, or ends it.
public struct Recover: OfficeAct {
    /// What became of it.
    public struct Outcome: Sendable {
        /// Central's present epoch.
        public var epoch: CentralEpoch
        /// Whether the recovery ended.
        public var isEnding: Bool
        /// Whether only lists were taken, since central recovers already.
        public var onlyTakes: Bool
        /// What became of the lists.
        public var taken: RecoveryLists.Taken
    }

    /// Whether the recovery is over.
    public var isEnding: Bool
    /// What was kept outside of central's file.
    public var lists: RecoveryLists

    /// Asks for it; an end takes no lists.
    public init(isEnding: Bool, lists: RecoveryLists) {
        self.isEnding = isEnding
        self.lists = lists
    }

    /// Begins another epoch, or takes the lists that come later, or ends.
    ///
    /// - Throws: `RevocationError.otherKey`, `StoreError`.
    public func perform(in work: OfficeWork) throws -> Outcome {
        // Lists that come later are of the same restoration.
        let onlyTakes = try !isEnding && !lists.isEmpty && work.database.epoch().isRecovering
        if !isEnding, !onlyTakes {
            try work.transaction.beginEpoch(work.random.number() >> 1, cause: .told)
        }
        try work.transaction.setRecovering(!isEnding)
        let taken = try lists.take(in: work)
        try work.note(isEnding ? "end-recovery" : onlyTakes ? "recover-lists" : "recover")
        return Outcome(
            epoch: try work.database.epoch(), isEnding: isEnding, onlyTakes: onlyTakes,
            taken: taken)
    }
}
