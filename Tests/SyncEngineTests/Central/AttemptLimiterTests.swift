import Causality
import Crypto
import HTTP
import HTTPClient
import HTTPServer
import SQLiteStore
import SeededRandom
import Store
import TestSupport
import Testing
import Wire

@testable import Addresses
@testable import CentralEngine
@testable import CounterEngine

@Suite("Wrong codes may be tried only so often")
struct AttemptLimiterTests {
    private static let minute = Duration.seconds(60)

    private func address(_ text: String) throws -> NetworkAddress {
        try #require(NetworkAddress(text))
    }

    /// Takes a try and is wrong; how long it would have had to wait, zero when it could try.
    private func fail(
        _ limiter: inout AttemptLimiter, _ address: NetworkAddress?, account: String = "",
        at now: Duration = .zero
    ) -> Duration {
        switch limiter.take(address, account: account, at: now) {
        case .go(let attempt):
            limiter.end(attempt, isWrong: true, at: now)
            return .zero
        case .wait(let wait): return wait
        case .waitForOthers:
            Issue.record("nothing is under way")
            return .zero
        }
    }

    @Test("ten at once from one address, then one a minute")
    func oneAddress() throws {
        var limiter = AttemptLimiter()
        let (a, b) = (try address("10.0.0.1"), try address("10.0.0.2"))
        for _ in 0..<10 { #expect(fail(&limiter, a) == .zero) }
        #expect(fail(&limiter, a) == Self.minute)
        #expect(fail(&limiter, b) == .zero)
        #expect(fail(&limiter, a, at: .seconds(45)) == .seconds(15))
        #expect(fail(&limiter, a, at: Self.minute) == .zero)
        #expect(fail(&limiter, a, at: Self.minute) == Self.minute)
        // After ten minutes of peace all ten are back.
        for _ in 0..<10 { #expect(fail(&limiter, a, at: Self.minute * 12) == .zero) }
        #expect(fail(&limiter, a, at: Self.minute * 12) == Self.minute)
    }

    @Test("tries count while they are under way, and are given back when they were right")
    func underWay() throws {
        var limiter = AttemptLimiter()
        let a = try address("10.0.0.1")
        for _ in 0..<4 { #expect(fail(&limiter, a) == .zero) }
        var attempts: [AttemptLimiter.Attempt] = []
        while case .go(let attempt) = limiter.take(a, at: .zero) { attempts.append(attempt) }
        #expect(attempts.count == 6)
        guard case .waitForOthers = limiter.take(a, at: .zero) else {
            Issue.record("an eleventh try, or a wait for tries that may be right")
            return
        }
        for attempt in attempts { limiter.end(attempt, isWrong: false, at: .zero) }
        for _ in 0..<6 { #expect(fail(&limiter, a) == .zero) }
        #expect(fail(&limiter, a) == Self.minute)
    }

    @Test("of strangers no more than fifty are looked at at once: each may cost a password's hash")
    func pendingStrangers() throws {
        var limiter = AttemptLimiter()
        limiter.note(known: try address("192.0.2.1"), account: "chief", at: .zero)
        var attempts: [AttemptLimiter.Attempt] = []
        for number in 0..<60 {
            let stranger = try address("10.0.1.\(number)")
            if case .go(let attempt) = limiter.take(stranger, account: "chief", at: .zero) {
                attempts.append(attempt)
            }
        }
        #expect(attempts.count == AttemptLimits.standard.pendingMax)
        // Who has an account does not wait for them.
        guard case .go = limiter.take(try address("192.0.2.1"), account: "chief", at: .zero) else {
            Issue.record("strangers hold up who has an account")
            return
        }
        limiter.end(attempts[0], isWrong: false, at: .zero)
        guard case .go = limiter.take(try address("10.0.2.1"), account: "chief", at: .zero) else {
            Issue.record("a place is free again")
            return
        }
    }

    @Test("an IPv6 customer is one address, and a site that anybody can have is bounded")
    func version6() throws {
        var limiter = AttemptLimiter()
        for number in 0..<10 {
            #expect(fail(&limiter, try address("2001:db8:1:1::\(number)")) == .zero)
        }
        #expect(fail(&limiter, try address("2001:db8:1:1:ffff::1")) == Self.minute)
        for number in 0..<30 {
            #expect(fail(&limiter, try address("2001:db8:1:\(number + 2)::1")) == .zero)
        }
        #expect(fail(&limiter, try address("2001:db8:1:ffff::1")) == .seconds(15))
        #expect(fail(&limiter, try address("2001:db8:2:1::1")) == .zero)
        #expect(fail(&limiter, try address("::ffff:10.0.0.1")) == .zero)
        for _ in 0..<9 { #expect(fail(&limiter, try address("10.0.0.1")) == .zero) }
        #expect(fail(&limiter, try address("::ffff:10.0.0.1")) == Self.minute)
    }

    @Test("from however many addresses, not more than 1,600 in a code's quarter of an hour")
    func manyAddresses() throws {
        var limiter = AttemptLimiter()
        var tries = 0
        let addresses = try (0..<5_000).map { try address("10.1.\($0 / 250).\($0 % 250)") }
        for second in 0..<900 {
            // Fifty go on trying, five are new.
            let new = addresses[50 + second * 5..<55 + second * 5]
            for address in addresses.prefix(50) + new
            where fail(&limiter, address, at: .seconds(second)) == .zero { tries += 1 }
        }
        #expect((1_400...1_605).contains(tries), "\(tries)")
    }

    @Test("addresses that go on trying leave the first tries of others alone, and the known ones")
    func strangers() throws {
        var limiter = AttemptLimiter()
        let home = try address("192.0.2.1")
        limiter.note(known: home, account: "chief", at: .zero)
        for number in 0..<100 {
            let stranger = try address("10.0.0.\(number)")
            for _ in 0..<10 { _ = fail(&limiter, stranger, account: "chief") }
        }
        #expect(fail(&limiter, try address("10.0.0.1"), account: "chief") > .zero)
        #expect(fail(&limiter, try address("198.51.100.1"), account: "chief") == .zero)
        // Somebody with a thousand addresses uses up the first tries as well.
        for number in 0..<1_000 {
            _ = fail(&limiter, try address("10.2.\(number / 250).\(number % 250)"))
        }
        #expect(fail(&limiter, try address("198.51.100.2"), account: "chief") > .zero)
        for _ in 0..<10 { _ = fail(&limiter, home, account: "other") }
        guard case .go(let attempt) = limiter.take(home, account: "chief", at: .zero) else {
            Issue.record("strangers shut out who has an account")
            return
        }
        #expect(attempt.isKnown)
        limiter.end(attempt, isWrong: false, at: .zero)
        for _ in 0..<10 { #expect(fail(&limiter, home, account: "chief") == .zero) }
        #expect(fail(&limiter, home, account: "chief") == Self.minute, "nobody guesses for ever")
    }

    @Test(
        "patience makes no newcomers: a hundred addresses that try once a minute leave others theirs"
    )
    func patience() throws {
        var limiter = AttemptLimiter()
        let patient = try (0..<100).map { try address("10.0.0.\($0)") }
        for minute in 0..<180 {
            for address in patient { _ = fail(&limiter, address, at: Self.minute * minute) }
        }
        #expect(fail(&limiter, try address("198.51.100.1"), at: Self.minute * 180) == .zero)
    }

    @Test("what it remembers is bounded, and the worst are remembered")
    func bounded() throws {
        var limiter = AttemptLimiter()
        let worst = try address("192.0.2.1")
        for _ in 0..<10 { _ = fail(&limiter, worst) }
        // Slowly enough that the first tries of new addresses do not run out.
        for number in 0..<12_000 {
            let new = try address("10.0.\(number / 250).\(number % 250)")
            let now = Duration.seconds(number * 4)
            limiter.note(known: new, account: "a", at: now)
            #expect(fail(&limiter, new, at: now) == .zero)
            while fail(&limiter, worst, at: now) == .zero {}
        }
        #expect(limiter.rememberedCount <= AttemptLimits.standard.addressesMax + 2)
        #expect(limiter.knownCount <= AttemptLimits.standard.knownMax)
        #expect(fail(&limiter, worst, at: .seconds(11_999 * 4)) > .zero)
    }

    @Test("forty wrong codes at the same moment are ten tries, and right ones wait for no other")
    func atOnce() async throws {
        let fleet = try Fleet()
        try fleet.startCentral(timer: ManualTimer())
        let codes = (UInt64(1)...20).map { EnrolmentCode(SeededRandomSource(seed: $0)) }
        for code in codes { try fleet.add(code) }
        func results(
            _ texts: [String], from address: String
        ) async throws -> [SyncFailure?] {
            try await withThrowingTaskGroup(of: SyncFailure?.self) { group in
                for (number, text) in texts.enumerated() {
                    let seed = [UInt8](repeating: UInt8(number + 1), count: 32)
                    let key = try #require(SigningKey(seed: seed))
                    group.addTask {
                        do throws(SyncFailure) {
                            _ = try await fleet.node.enrol(
                                EnrolmentRequest(code: text, key: key, device: "d"), from: address)
                            return nil
                        } catch {
                            return error
                        }
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
        }
        let wrong = (UInt64(101)...140).map { EnrolmentCode(SeededRandomSource(seed: $0)).text }
        let failures = try await results(wrong, from: "10.0.0.1")
        #expect(failures.count { $0 == .badEnrolmentCode } == 10)
        #expect(failures.count { $0 == .tooManyTries(retryAfterSeconds: 60) } == 30)
        let right = try await results(codes.map(\.text), from: "10.0.0.2")
        #expect(right.allSatisfy { $0 == nil }, "\(right)")
    }

    @Test("fifteen wrong passwords at the same moment are ten tries")
    func passwordsAtOnce() async throws {
        let fleet = try Fleet()
        try fleet.startCentral(timer: ManualTimer())
        let password = try #require(PasswordHash(of: Array("a long password".utf8)))
        try fleet.editCentralTransaction {
            try $0.save(AdminAccount(name: "chief", role: .admin, password: password, made: $0.now))
        }
        let node = fleet.node
        let outcomes = await withTaskGroup(of: String.self) { group in
            for _ in 0..<15 {
                group.addTask {
                    do throws(SyncFailure) {
                        let session = try await node.logIn(
                            name: "chief", password: "wrong", from: "10.0.0.1")
                        return session == nil ? "wrong" : "right"
                    } catch {
                        return "later"
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(outcomes.count { $0 == "wrong" } == 10)
        #expect(outcomes.count { $0 == "later" } == 5)
        #expect(
            try await node.logIn(name: "chief", password: "a long password", from: "10.0.0.2")
                != nil)
    }

    @Test("strangers do not shut out an office that has a device: its codes are taken")
    func office() async throws {
        let fleet = try Fleet()
        try fleet.startCentral(timer: ManualTimer())
        let counter = try await fleet.enrol("A")
        let token = try #require(try counter.read { try $0.identity()?.token })
        _ = try await fleet.node.authenticate(token: token, from: "192.0.2.1")
        for number in 0..<1_300 {
            let stranger = "10.0.\(number / 250).\(number % 250)"
            guard let attempt = try? await fleet.node.codeAttempts.take(from: stranger) else {
                continue
            }
            fleet.node.codeAttempts.end(attempt, isWrong: true)
        }
        #expect(try await tryNewCode(fleet, seed: 50, from: "10.1.1.1") != nil)
        #expect(try await tryNewCode(fleet, seed: 51, from: "192.0.2.1") == nil)
    }

    /// Enrols with a right code; what came in the way.
    private func tryNewCode(
        _ fleet: Fleet, seed: UInt64, from address: String
    ) async throws -> SyncFailure? {
        let code = EnrolmentCode(SeededRandomSource(seed: seed))
        try fleet.add(code)
        let key = try #require(SigningKey(seed: [UInt8](repeating: UInt8(seed), count: 32)))
        do throws(SyncFailure) {
            _ = try await fleet.node.enrol(
                EnrolmentRequest(code: code.text, key: key, device: "d"), from: address)
            return nil
        } catch {
            return error
        }
    }

    @Test("central says when the next try may be, and then takes the right code")
    func central() async throws {
        let fleet = try Fleet()
        let timer = ManualTimer()
        try fleet.startCentral(timer: timer)
        let code = EnrolmentCode(SeededRandomSource(seed: 1))
        try fleet.add(code)
        let key = try #require(SigningKey(seed: [UInt8](repeating: 3, count: 32)))
        func tryCode(_ text: String, from address: String) async -> SyncFailure? {
            do throws(SyncFailure) {
                _ = try await fleet.node.enrol(
                    EnrolmentRequest(code: text, key: key, device: "d"), from: address)
                return nil
            } catch {
                return error
            }
        }
        for seed in UInt64(2)...11 {
            let wrong = EnrolmentCode(SeededRandomSource(seed: seed)).text
            #expect(await tryCode(wrong, from: "10.0.0.1") == .badEnrolmentCode)
        }
        #expect(
            await tryCode(code.text, from: "10.0.0.1") == .tooManyTries(retryAfterSeconds: 60))
        timer.advance(by: .seconds(60))
        #expect(await tryCode("mistyped", from: "10.0.0.1") == .badEnrolmentCode)
        #expect(
            await tryCode(code.text, from: "10.0.0.1") == .tooManyTries(retryAfterSeconds: 60))
        #expect(await tryCode(code.text, from: "10.0.0.2") == nil)
    }
}
