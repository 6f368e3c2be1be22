// What a counter does with central's reply: all of it in one transaction, so that a cut loses nothing and
// repeats at most one chunk.

internal import Causality
internal import Columns
internal import Crypto
internal import Dossiers
internal import Editing
internal import Store
internal import Replication
internal import Text
internal import Wire

/// What one exchange led to.
struct Round {
    var isDone: Bool
    /// Whether all is pushed that may be under this identity.
    var isAtPushLimit: Bool
    var gotSomewhere: Bool
    /// Whether central waits for its admin.
    var awaitsRecovery: Bool
    var pending: UInt64
    /// Items that central says remain.
    var remaining: UInt64
    var digestAgrees: Bool?
    /// Whether central is yet to be asked which copies it lacks, once the digests agree.
    var owesCopies = false
}

extension CounterSession {
    /// Applies a reply, all of it in one transaction.
    ///
    /// - Parameter isCarried: whether it came in a bundle: then central's time is that of another day.
    func apply(
        _ reply: SyncReply, to request: SyncRequest, isCarried: Bool = false
    ) throws -> Round {
        var receiptNumber: Int64?
        var erased: [RecordID] = []
        let round = try store.transaction(now: clock.now()) { transaction in
            let view = transaction.view
            var (identity, replica) = try view.enrolledIdentity()
            let pushedBefore = identity.pushedSeq
            guard reply.accepted.seq <= identity.seq,
                reply.accepted.hash
                    == (try view.chainHash(of: replica, seq: reply.accepted.seq))
            else { throw SyncFailure.forked(accepted: reply.accepted.seq) }
            identity.pushedSeq = reply.accepted.seq
            identity.note(reply, knewEpoch: request.epoch != nil)
            let refused = try setAside(reply.refusals, of: replica, in: transaction)
            let items = try reply.itemSequence(for: replica)
            guard try apply(items: items, in: transaction) == reply.itemCount else {
                throw SyncFailure.malformed(what: "reply", reason: "items are missing")
            }
            // What central passed over is not for this office, or not there.
            let answersFetch = !reply.hasMore && !request.fetchedRecords.isEmpty
            if answersFetch {
                for id in request.fetchedRecords { try transaction.setGap(id, isOpen: false) }
            }
            if let listing = reply.bucketListing {
                try compare(listing, ofOffice: identity.office, in: transaction)
            }
            // While states are on their way the old cursor is of no use, and the mark counts.
            identity.cursor = reply.cursor.map { ($0.position, $0.hash) }
            identity.resumeMark = reply.resumeMark
            identity.lastExchange = transaction.now
            noteCopies(reply, to: request, &identity)
            identity.link = pace.measured
            if let key = reply.centralKey {
                try transaction.save(centralKey: key, ofEpoch: identity.epoch)
            }
            try transaction.saveProgress(identity)
            for move in reply.moves {
                try transaction.noteCopy(move.record, isNowAt: move.office)
            }
            report.note(reply, refused: refused, pushedBefore: pushedBefore)
            erased = transaction.erasedRecords
            receiptNumber = try saveReceiptSoFar(reply, in: transaction)
            try transaction.noteCentral(reply.time, isNow: !isCarried)
            if try view.gaps(limit: 1).isEmpty, repair.askedBucket == nil {
                repair.decide(isWanted: reply.requests.contains(.sendStates))
                for id in repair.takeUnexplained() { try transaction.setGap(id, isOpen: true) }
            }
            let gaps = try view.gaps(limit: 1)
            let isDone =
                !reply.hasMore && identity.pendingCount == 0 && gaps.isEmpty
                && neededRecords.isEmpty && !repair.isBusy
            return Round(
                isDone: isDone,
                isAtPushLimit: identity.pushLimit.map { identity.pushedSeq >= $0 } ?? false,
                gotSomewhere: reply.itemCount > 0 || identity.pushedSeq != pushedBefore
                    || reply.bucketListing != nil || repair.isBusy || answersFetch
                    || reply.resumeMark != request.resumeMark,
                awaitsRecovery: reply.requests.contains(.awaitRecovery),
                pending: identity.pendingCount, remaining: reply.remainingCount,
                owesCopies: owesCopies(reply, identity))
        }
        hasUnconfirmedReply = reply.itemCount > 0 || !reply.refusals.isEmpty
        if let receiptNumber { receipt?.number = receiptNumber }
        report.erased += erased
        guard round.isDone, let theirs = reply.digest else { return round }
        return try compare(theirs, round)
    }

    /// Sets refused changes aside; returns how many of them were news.
    func setAside(
        _ refusals: [Refusal], of replica: ReplicaID, in transaction: Replica.Transaction
    ) throws -> UInt64 {
        try refusals.reduce(0) { count, refusal in
            let isNews = try transaction.setAside(
                Dot(replica, refusal.seq), code: refusal.code.rawValue, reason: refusal.reason,
                goingOnFrom: refusal.state, isOthers: refusal.code == .outOfScope)
            return count + (isNews ? 1 : 0)
        }
    }

    /// Compares digests, unless somebody has written here since: then there is more to push.
    private func compare(_ theirs: Digest, _ round: Round) throws -> Round {
        try store.view { view in
            var round = round
            let (identity, _) = try view.enrolledIdentity()
            guard identity.pendingCount == 0 else {
                round.isDone = false
                round.gotSomewhere = true
                return round
            }
            let ours = try view.digest(ofOffice: identity.office).digest
            round.digestAgrees = ours == theirs
            report.digest = ours
            report.centralDigest = theirs
            report.digestAgrees = ours == theirs
            return round
        }
    }

    /// Applies items and returns how many there were. A record with a gap waits for its state,
    /// which holds all that the feed brings meanwhile.
    private func apply(items: [UInt8], in transaction: Replica.Transaction) throws -> UInt64 {
        let merge = CounterMerge(transaction)
        var batch = CounterBatch(transaction)
        let view = transaction.view
        var gaps = Set(try view.gaps(limit: .max))
        let (identity, replica) = try view.enrolledIdentity()
        var count: UInt64 = 0
        /// What central has under ids that were asked for.
        var answered: [RecordID: Set<RecordKind>] = [:]
        func openGap(_ id: RecordID) throws {
            gaps.insert(id)
            try transaction.setGap(id, isOpen: true)
        }
        try FeedItem.forEach(in: items) { item in
            count += 1
            switch item {
            case .change(_, let id) where gaps.contains(id): return
            case .void(_, let id, _) where gaps.contains(id): return
            case .change(let change, let id):
                guard change.kind.isKnown else { throw Self.unknownKind }
                switch try batch.apply(change, to: id) {
                case .applied: return
                case .causalGap: try openGap(id)
                case .alreadyCovered:
                    // Central was restored, and has taken what it had refused before.
                    if try transaction.withdrawRefusal(of: change.dot) { try openGap(id) }
                }
            case .void(let kind, let id, let dot):
                guard kind.isKnown else { throw Self.unknownKind }
                try batch.write(id)
                let record = try transaction.open(kind, id)
                guard record.exists else { return try openGap(id) }
                guard !record.state.vv.covers(dot) else { return }
                try merge.void(dot, in: record)
            case .departure(let kind, let id):
                guard kind.isKnown, !kind.isCatalog else { throw Self.unknownKind }
                try batch.write(id)
                if repair.given.contains(id) {
                    let reason = RefusalReason.otherOffice
                    report.refused += try transaction.setAside(
                        kind, id, code: reason.code.rawValue, reason: reason.message.english)
                } else {
                    try merge.depart(kind, id)
                }
                if gaps.remove(id) != nil { try transaction.setGap(id, isOpen: false) }
            case .state(let state):
                guard state.kind.isKnown else { throw Self.unknownKind }
                try batch.write(state.id)
                // Another device has read what a copy of this one wrote.
                guard state.vv[replica] <= identity.seq,
                    try view.hasWritten(whatIsOf: replica, in: state)
                else { throw SyncFailure.forked(accepted: state.vv[replica]) }
                try transaction.withdrawRefusals(of: state)
                if !state.isErasureNotice { answered[state.id]?.insert(state.kind) }
                guard !state.isErasureNotice, gaps.remove(state.id) != nil else {
                    try merge.join(state)
                    return
                }
                answered[state.id] = [state.kind]
                try transaction.setGap(state.id, isOpen: false)
                if try merge.settle(state) != state { repair.noteDifference(state.id) }
            }
        }
        try batch.writeAll()
        for (id, kinds) in answered { try transaction.keepOnly(kinds, of: id) }
        return count
    }

    private static var unknownKind: SyncFailure {
        .malformed(what: "reply", reason: "it holds a kind of record that is not known here")
    }

    /// Issues changes that came in a file and waited for what this replica had not seen.
    ///
    /// - Returns: whether there is something to push now.
    func takeWaiting(_ round: Round) throws -> Bool {
        guard round.digestAgrees == true, try store.view({ try $0.waitingCarriedCount() }) > 0
        else { return false }
        return try store.transaction(now: clock.now()) { transaction in
            var (identity, _) = try transaction.view.enrolledIdentity()
            identity.lastComplete = transaction.now
            try transaction.saveProgress(identity)
            return try transaction.takeWaiting() > 0
        }
    }

    /// The codes that several dossiers have, when this is the first complete sync since this replica
    /// has taken a new identity.
    private func doubleCodes(
        since lastComplete: Timestamp?, in view: Replica.Transaction.View
    ) throws -> [SharedCode] {
        let last = try view.identityRotations().last
        let isFirst = last.map { $0.at >= lastComplete ?? $0.at } ?? false
        return report.rotation != nil || isFirst
            ? try view.sharedCodes(office: view.identity()?.office) : []
    }

    func finish(after elapsed: Duration) throws {
        report.traffic = transport.traffic - trafficBefore
        report.seconds = elapsed / .seconds(1)
        // Another program that reads just now empties the log when it ends.
        if !report.erased.isEmpty { _ = store.emptyLog() }
        try store.transaction(now: clock.now()) { transaction in
            let view = transaction.view
            var (identity, _) = try view.enrolledIdentity()
            if case .revoked? = report.failure { identity.state = .revoked }
            if report.outcome == .synced || report.outcome == .refused {
                report.doubleCodes = try doubleCodes(since: identity.lastComplete, in: view)
                identity.lastComplete = transaction.now
                if identity.state == .revoked { identity.state = .active }
            }
            identity.lastOutcome = report.outcome.rawValue
            identity.link = pace.measured
            try transaction.saveProgress(identity)
            report.pending = identity.pendingCount
            try saveReceipt(in: transaction)
            report.conflicts = try view.waitingConflictCount()
            report.wrongClockRecords = try view.wrongClockCount()
        }
    }
}
