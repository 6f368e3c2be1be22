// How a counter changes its bearer token: after 30 days, when a person says so, and when central does
// not take the present one any more. The new token is on this disk before central hears of it, and
// takes the place of the present one only when central has confirmed it: whatever is lost on the way,
// or killed, the counter has a token that central takes, and at the worst proves itself once more.

internal import Causality
internal import Crypto
internal import Store
internal import Replication
internal import Wire

extension CounterSession {
    /// Replaces a token that has grown old, or goes on with a replacement that was interrupted. After
    /// a sync that went well: the link is there, and nothing waits for it. What goes wrong leaves the
    /// present token in use, and the next sync tries again.
    func replaceTokenIfDue() async throws(SyncEnd) {
        let isDue = try storing { try isTokenDue() }
        guard isDue else { return }
        do throws(SyncEnd) {
            try await replaceToken()
        } catch {
            if case .store = error { throw error }
        }
    }

    /// Has central put a new token in the place of the present one. A central that does not know this
    /// identity, restored to a day before it was given, hears who the device was.
    func replaceToken() async throws(SyncEnd) {
        var newest: UInt64 = 0
        var isForgotten = false
        for attempt in 1...limits.tokenTriesMax {
            let (replacement, token) = try storing {
                try nextToken(after: newest, introducing: isForgotten)
            }
            let receipt: TokenReceipt
            do throws(SyncFailure) {
                receipt = try await transport.replaceToken(replacement)
            } catch {
                guard attempt < limits.tokenTriesMax else { throw .failure(error) }
                switch error {
                case .notEnrolled where !isForgotten:
                    guard try storing({ try hasFormerIdentities() }) else { throw .failure(error) }
                    isForgotten = true
                // A copy of this file, or this one before it was restored, has announced others.
                case .tokenReplaced(let generation) where generation >= replacement.generation:
                    newest = generation
                default: throw .failure(error)
                }
                continue
            }
            try storing {
                try store.transaction(now: clock.now()) {
                    _ = try $0.takeNextToken(
                        token.text, of: replacement.replica, desk: receipt.desk)
                }
            }
            report.hasNewToken = true
            return
        }
    }

    private func hasFormerIdentities() throws -> Bool {
        try store.view { try !$0.formerIdentities(countMax: 1).isEmpty }
    }

    /// The token that is asked for next, on disk before it is sent. One that was prepared before is
    /// sent again, unless central knows of newer ones.
    ///
    /// - Parameter isForgotten: whether central has to hear who the device was.
    private func nextToken(
        after newest: UInt64, introducing isForgotten: Bool
    ) throws -> (replacement: TokenReplacement, token: BearerToken) {
        try store.transaction(now: clock.now()) { transaction in
            let view = transaction.view
            let (identity, replica) = try view.enrolledIdentity()
            // A sync that gets no further than this leaves its receipt too.
            try beginReceipt(identity, replica, at: transaction.now, in: view)
            guard let key = SigningKey(seed: identity.signingSeed) else {
                throw StoreError.damaged(table: "identity", key: 1)
            }
            var history =
                try view.tokenHistory(of: replica) ?? TokenHistory(since: transaction.now)
            if history.next == nil || history.generation <= newest {
                history.generation = max(history.generation, newest) + 1
                history.next = BearerToken(random).text
                try transaction.save(history, of: replica)
            }
            let token = BearerToken(text: history.next ?? "")
            var replacement = TokenReplacement(
                replica: replica, generation: history.generation, token: token, key: key)
            if isForgotten {
                let formers = try view.formerIdentities(countMax: WireLimits.formersMax)
                replacement.introduction = Introduction(
                    of: key, tokenHash: token.hash,
                    formers: formers.compactMap { former in
                        SigningKey(seed: former.signingSeed).map { (former.replica, $0) }
                    })
            }
            return (replacement, token)
        }
    }

    /// Whether the token is old, or another is under way. A clock that was set back counts as well.
    private func isTokenDue() throws -> Bool {
        let now = clock.now()
        let (history, replica) = try store.view { view in
            let replica = try view.enrolledIdentity().replica
            return (try view.tokenHistory(of: replica), replica)
        }
        guard let history else {
            try store.transaction(now: now) { try $0.save(TokenHistory(since: now), of: replica) }
            return false
        }
        let (age, isAbsurd) = now.milliseconds.subtractingReportingOverflow(
            history.since.milliseconds)
        return history.next != nil || isAbsurd
            || age.magnitude >= limits.tokenMillisecondsMax
    }
}

extension SyncFailure {
    /// Whether central does not take the token: the device then proves itself by its key.
    var isOfToken: Bool {
        switch self {
        case .notEnrolled, .tokenReplaced: true
        default: false
        }
    }
}
