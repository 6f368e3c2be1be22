import Causality
import CentralEngine
import CounterEngine
import CounterFiles
import Crypto
import SQLiteStore
import Replication
import Store
import Synchronization
import TestSupport
import Testing
import Wire

@Suite("A device's bearer token is replaced, and at no step is the device shut out")
struct CounterTokenTests {
    private static let lifetimeMilliseconds: Int64 = 30 * 86_400_000

    private let fleet: Fleet
    private let counter: TestCounter

    init() async throws {
        fleet = try Fleet()
        counter = try await fleet.enrol("A")
        _ = try counter.make()
        #expect(try await counter.sync().outcome == .synced)
    }

    private func token(_ counter: TestCounter) throws -> String {
        try counter.read { try $0.enrolledIdentity().identity.token }
    }

    private func history(_ counter: TestCounter) throws -> TokenHistory? {
        try counter.read { try $0.tokenHistory(of: $0.enrolledIdentity().replica) }
    }

    private func key(_ counter: TestCounter) throws -> SigningKey {
        let seed = try counter.read { try $0.enrolledIdentity().identity.signingSeed }
        return try #require(SigningKey(seed: seed))
    }

    /// Syncs with something to push, and expects that all went well.
    @discardableResult
    private func expectSynced(
        _ counter: TestCounter, takesNewToken: Bool = false,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> SyncReport {
        _ = try counter.make()
        var options = SyncOptions()
        options.takesNewToken = takesNewToken
        let report = try await counter.sync(options)
        #expect(
            report.outcome == .synced, "\(String(describing: report.failure))",
            sourceLocation: sourceLocation)
        return report
    }

    private func expectReplaced(
        _ token: String, sourceLocation: SourceLocation = #_sourceLocation
    ) async {
        let failure = await #expect(
            throws: SyncFailure.self, sourceLocation: sourceLocation
        ) { try await fleet.node.authenticate(token: token) }
        guard case .tokenReplaced? = failure else {
            Issue.record(
                "\(String(describing: failure))", sourceLocation: sourceLocation)
            return
        }
    }

    @Test("a token lasts 30 days; the old one is valid until the new one is used, and then void")
    func lifetime() async throws {
        let first = try token(counter)
        counter.clock.advance(milliseconds: Self.lifetimeMilliseconds - 60_000)
        #expect(try await expectSynced(counter).hasNewToken == false)
        #expect(try token(counter) == first)
        counter.clock.advance(milliseconds: 120_000)
        #expect(try await expectSynced(counter).hasNewToken)
        let second = try token(counter)
        #expect(second != first)
        #expect(second.count == 64)
        #expect(try await fleet.node.authenticate(token: first).replica == counter.replica)
        #expect(try await expectSynced(counter).hasNewToken == false)
        await expectReplaced(first)
        #expect(try await fleet.node.authenticate(token: second).replica == counter.replica)
    }

    @Test("a person may say when; the token before is void at the end of that sync")
    func onDemand() async throws {
        let first = try token(counter)
        #expect(try await expectSynced(counter, takesNewToken: true).hasNewToken)
        await expectReplaced(first)
        #expect(try history(counter)?.generation == 1)
        #expect(try history(counter)?.next == nil)
    }

    @Test("a clock that was set back a long way makes a new token, and no harm")
    func clockSetBack() async throws {
        counter.clock.advance(milliseconds: -10 * Self.lifetimeMilliseconds)
        #expect(try await expectSynced(counter).hasNewToken)
        #expect(try await expectSynced(counter).hasNewToken == false)
    }

    @Test(
        "whatever becomes of the replacement on its way, the device goes on and gets its token",
        arguments: [
            LinkFault.requestLost, .replyLost, .requestRepeated, .requestTruncated,
            .replyTruncated,
        ])
    func lostOnTheWay(_ fault: LinkFault) async throws {
        let first = try token(counter)
        counter.clock.advance(milliseconds: Self.lifetimeMilliseconds)
        counter.transport.meetWithTokens([fault])
        try await expectSynced(counter)
        // Of either token central takes the one that the device has.
        #expect(try await fleet.node.authenticate(token: token(counter)).replica == counter.replica)
        try await expectSynced(counter)
        try await expectSynced(counter)
        #expect(try token(counter) != first)
        #expect(try history(counter)?.generation == 1, "the same token was sent again")
        await expectReplaced(first)
    }

    @Test("the reply to the first use of a new token may be lost")
    func firstUseLost() async throws {
        let first = try token(counter)
        counter.clock.advance(milliseconds: Self.lifetimeMilliseconds)
        try await expectSynced(counter)
        counter.transport.meet([.replyLost])
        _ = try counter.make()
        #expect(try await counter.sync().outcome == .interrupted)
        await expectReplaced(first)
        try await expectSynced(counter)
    }

    @Test(
        "a counter that dies after central has the new token, and before it has noted that, goes on",
        arguments: [true, false])
    func diesBeforeItNotes(hasHeard: Bool) async throws {
        let path = fleet.directory + "/dead.db"
        let (original, slot) = (counter, fleet.slot)
        let copies = Mutex<[TestCounter]>([])
        // What the disk holds while the replacement is under way.
        counter.transport.onToken { _ in
            let copy = try original.copied(to: path, slot: slot)
            copies.withLock { $0.append(copy) }
        }
        if !hasHeard { counter.transport.meetWithTokens([.requestLost]) }
        counter.clock.advance(milliseconds: Self.lifetimeMilliseconds)
        #expect(try await counter.sync().outcome == .synced)
        let made = copies.withLock { $0.first }
        let revived = try #require(made)
        #expect(try history(revived)?.next != nil)
        let report = try await expectSynced(revived)
        #expect(report.rotation == nil)
        #expect(report.hasNewToken)
        try await expectSynced(revived)
        #expect(try history(revived)?.generation == 1)
    }

    @Test("a backup of the counter from before goes on: it proves itself by its key")
    func restoredCounter() async throws {
        let backup = try counter.copied(to: fleet.directory + "/backup.db", slot: fleet.slot)
        for _ in 0..<3 { try await expectSynced(counter, takesNewToken: true) }
        let (stale, last) = (try token(backup), try token(counter))
        _ = try backup.make()
        let report = try await backup.sync()
        #expect(report.outcome == .synced, "\(String(describing: report.failure))")
        #expect(report.rotation != nil, "it is a copy, and was noticed as one")
        #expect(report.pending == 0)
        await expectReplaced(stale)
        await expectReplaced(last)
        // The other copy is turned away once, and goes on as well.
        try await expectSynced(counter)
        try await settle([counter, backup])
        try expectConverged(fleet, [counter, backup])
    }

    @Test("a central that was restored from a backup of before knows the device by its key")
    func restoredCentral() async throws {
        let backup = try fleet.backUpCentral()
        for _ in 0..<2 { try await expectSynced(counter, takesNewToken: true) }
        try fleet.restoreCentral(from: backup)
        await #expect(throws: SyncFailure.notEnrolled) {
            try await fleet.node.authenticate(token: token(counter))
        }
        let report = try await counter.sync()
        #expect(report.outcome == .synced, "\(String(describing: report.failure))")
        #expect(report.pending == 0)
        try await settle([counter])
        try expectConverged(fleet, [counter])
    }

    @Test("a device that central does not know hears so, and keeps its token")
    func unknownDevice() async throws {
        let empty = try Fleet()
        let first = try token(counter)
        fleet.slot.replace(empty.node, path: empty.centralPath)
        _ = try counter.make()
        let report = try await counter.sync()
        #expect(report.failure == .notEnrolled)
        #expect(report.outcome == .denied)
        #expect(try token(counter) == first)
        #expect(report.pending == 1)
    }

    @Test("who has the token alone cannot replace it, nor who has another device's key")
    func otherKey() async throws {
        let other = try await fleet.enrol("A")
        let before = try fleet.readCentral { try $0.tokenGeneration(of: counter.replica) }
        for key in [try key(other), try #require(SigningKey(seed: Array(repeating: 1, count: 32)))]
        {
            let forged = TokenReplacement(
                replica: counter.replica, generation: 1,
                token: BearerToken(SystemRandomSource()), key: key)
            await #expect(throws: SyncFailure.notEnrolled) {
                try await fleet.node.replaceToken(forged)
            }
        }
        // One's own signature, for something else than what was signed.
        let token = BearerToken(SystemRandomSource())
        let genuine = TokenReplacement(
            replica: counter.replica, generation: 1, token: token, key: try key(counter))
        var (later, another, elsewhere) = (genuine, genuine, genuine)
        later.generation = 2
        another.tokenHash = BearerToken(SystemRandomSource()).hash
        elsewhere.replica = other.replica
        for bent in [later, another, elsewhere] {
            await #expect(throws: SyncFailure.notEnrolled) {
                try await fleet.node.replaceToken(bent)
            }
        }
        #expect(
            try fleet.readCentral { try $0.tokenGeneration(of: counter.replica) } == before)
        try await fleet.node.replaceToken(genuine)
        #expect(try await fleet.node.authenticate(token: token.text).replica == counter.replica)
    }

    @Test("a replacement that is repeated late brings no former token back")
    func replayed() async throws {
        let key = try key(counter)
        let tokens = (0..<3).map { _ in BearerToken(SystemRandomSource()) }
        let sent = tokens.enumerated().map { number, token in
            TokenReplacement(
                replica: counter.replica, generation: UInt64(number) + 1, token: token, key: key)
        }
        for (replacement, token) in zip(sent, tokens) {
            try await fleet.node.replaceToken(replacement)
            try await fleet.node.replaceToken(replacement)
            _ = try await fleet.node.authenticate(token: token.text)
            try await fleet.node.replaceToken(replacement)
        }
        for replacement in sent.dropLast() {
            await #expect(throws: SyncFailure.tokenReplaced(generation: 3)) {
                try await fleet.node.replaceToken(replacement)
            }
        }
        for token in tokens.dropLast() { await expectReplaced(token.text) }
        #expect(try await fleet.node.authenticate(token: tokens[2].text).replica == counter.replica)
        // A former token, said to be a newer one.
        let again = TokenReplacement(
            replica: counter.replica, generation: 4, token: tokens[0], key: key)
        let failure = await #expect(throws: SyncFailure.self) {
            try await fleet.node.replaceToken(again)
        }
        #expect(failure?.problemName == "malformed")
    }

    @Test("a device cannot take the token of another")
    func tokenOfAnother() async throws {
        let other = try await fleet.enrol("B")
        let taken = TokenReplacement(
            replica: other.replica, generation: 1, token: BearerToken(text: try token(counter)),
            key: try key(other))
        let failure = await #expect(throws: SyncFailure.self) {
            try await fleet.node.replaceToken(taken)
        }
        #expect(failure?.problemName == "malformed")
        #expect(try await fleet.node.authenticate(token: token(counter)).replica == counter.replica)
    }

    @Test("a revoked device gets no token, and none of its tokens is taken")
    func revoked() async throws {
        let next = BearerToken(SystemRandomSource())
        let key = try key(counter)
        let first = try token(counter)
        try await expectSynced(counter, takesNewToken: true)
        try await fleet.node.replaceToken(
            TokenReplacement(replica: counter.replica, generation: 2, token: next, key: key))
        try fleet.editCentralTransaction { _ = try $0.revoke(counter.replica) }
        await #expect(throws: SyncFailure.revoked) {
            try await fleet.node.replaceToken(
                TokenReplacement(
                    replica: counter.replica, generation: 3,
                    token: BearerToken(SystemRandomSource()), key: key))
        }
        for token in [first, try token(counter), next.text] {
            await #expect(throws: SyncFailure.revoked) {
                try await fleet.node.authenticate(token: token)
            }
        }
        _ = try counter.make()
        for takesNewToken in [false, true] {
            var options = SyncOptions()
            options.takesNewToken = takesNewToken
            let report = try await counter.sync(options)
            #expect(report.failure == .revoked)
            #expect(report.outcome == .denied)
            #expect(report.pending == 1)
        }
    }

    @Test("who waits for news with a token that was replaced meanwhile is sent to sync")
    func waiting() async throws {
        let copy = try counter.copied(to: fleet.directory + "/waiting.db", slot: fleet.slot)
        try await expectSynced(counter, takesNewToken: true)
        let session = try CounterSession(
            path: copy.path, transport: copy.transport, clock: copy.clock)
        #expect(try await session.waitForNews(seconds: 1))
    }

    @Test("a copy's wish for a new identity is not granted to a token that was replaced meanwhile")
    func rotation() async throws {
        let id = try counter.make()
        let copy = try counter.copied(to: fleet.directory + "/rotating.db", slot: fleet.slot)
        try counter.set(id, "fee_vnd", .integer(1))
        #expect(try await counter.sync().outcome == .synced)
        let wish = Mutex<SyncRequest?>(nil)
        copy.transport.onRequest { request in
            guard request.rotation != nil else { return }
            wish.withLock { $0 = request }
            copy.transport.setDown(true)
            throw SyncFailure.interrupted(reason: "the test keeps the request")
        }
        try copy.set(id, "fee_vnd", .integer(2))
        #expect(try await copy.sync().outcome != .synced)
        let request = try #require(wish.withLock { $0 })
        // Central remembers whose it is; then it is replaced.
        let holder = try await fleet.node.holder(ofPresented: try token(counter))
        try await expectSynced(counter, takesNewToken: true)
        await #expect(throws: SyncFailure.tokenReplaced(generation: 1)) {
            try await fleet.node.exchange(
                request, from: holder.replica, WaitingRequest(of: holder))
        }
        #expect(try fleet.readCentral { try $0.devices().count } == 1)
        let present = try await fleet.node.holder(ofPresented: try token(counter))
        let reply = try await fleet.node.exchange(
            request, from: present.replica, WaitingRequest(of: present))
        #expect(reply.identity != nil)
    }

    @Test("central's file holds no token, and the counter's none but those it may need")
    func hashesOnly() async throws {
        var tokens: [String] = [try token(counter)]
        for _ in 0..<2 {
            try await expectSynced(counter, takesNewToken: true)
            tokens.append(try token(counter))
        }
        let bytes = try fleet.centralFileBytes()
        for token in tokens {
            #expect(bytes.firstRange(of: Array(token.utf8)) == nil)
            #expect(bytes.firstRange(of: BearerToken(text: token).hash.bytes) != nil)
        }
    }
}
