import Causality
import CentralEngine
import CounterEngine
import Crypto
import SQLiteStore
import SeededRandom
import Store
import TestSupport
import Testing
import Wire

@Suite("Enrolment codes and devices")
struct EnrolmentTests {
    private static let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ")

    @Test("a code reads back in any case, with and without hyphen, O for 0 and I or L for 1")
    func readsBack() throws {
        for seed in Seeds.all(50) {
            let code = EnrolmentCode(SeededRandomSource(seed: seed))
            let text = code.text
            #expect(text.count == 9)
            var spellings = [text, text.lowercased(), text.filter { $0 != "-" }, " \(text) "]
            spellings.append(String(text.map { $0 == "0" ? "O" : $0 == "1" ? "l" : $0 }))
            spellings.append(String(text.map { $0 == "0" ? "o" : $0 == "1" ? "I" : $0 }))
            for spelling in spellings {
                #expect(EnrolmentCode(spelling) == code, "seed \(seed): \(spelling)")
                #expect(EnrolmentCode(spelling)?.hash == code.hash)
            }
        }
    }

    @Test("every single wrong symbol is noticed, and so is a symbol too many or too few")
    func singleErrors() {
        for seed in Seeds.all(10) {
            let symbols = Array(
                EnrolmentCode(SeededRandomSource(seed: seed)).text.filter { $0 != "-" })
            for place in symbols.indices {
                for symbol in Self.alphabet where symbol != symbols[place] {
                    var bent = symbols
                    bent[place] = symbol
                    #expect(EnrolmentCode(String(bent)) == nil, "seed \(seed)")
                }
                var short = symbols
                short.remove(at: place)
                #expect(EnrolmentCode(String(short)) == nil)
            }
            #expect(EnrolmentCode(String(symbols + ["0"])) == nil)
        }
        for text in ["", "-", "U234-5678", "ABC", "ÄÖÜ1-2345", "7KQM-3XR!"] {
            #expect(EnrolmentCode(text) == nil)
        }
    }

    private func request(_ code: EnrolmentCode, key: UInt8) throws -> EnrolmentRequest {
        let key = try #require(SigningKey(seed: [UInt8](repeating: key, count: 32)))
        return EnrolmentRequest(code: code.text, key: key, device: "pc")
    }

    private func token(_ key: UInt8) throws -> String {
        let key = try #require(SigningKey(seed: [UInt8](repeating: key, count: 32)))
        return BearerToken(of: key).text
    }

    @Test("the same code and key again give the same device; another key none")
    func retried() async throws {
        let fleet = try Fleet()
        let code = EnrolmentCode(SystemRandomSource())
        try fleet.add(code, lasting: EnrolmentCode.lifetimeMilliseconds)
        let first = try await fleet.node.enrol(request(code, key: 1))
        let second = try await fleet.node.enrol(request(code, key: 1))
        #expect(first.replica == second.replica)
        #expect(first.desk == second.desk)
        #expect(first.office == "A")
        #expect(try fleet.readCentral { try $0.devices().count } == 1)
        #expect(try await fleet.node.authenticate(token: token(1)).replica == first.replica)
        await #expect(throws: SyncFailure.notEnrolled) {
            try await fleet.node.authenticate(token: token(2))
        }
        await #expect(throws: SyncFailure.badEnrolmentCode) {
            try await fleet.node.enrol(request(code, key: 2))
        }
    }

    @Test("wrong and expired codes are refused, and desks are counted by office")
    func refused() async throws {
        let fleet = try Fleet()
        let (code, stale) = (
            EnrolmentCode(SeededRandomSource(seed: 1)), EnrolmentCode(SeededRandomSource(seed: 2))
        )
        try fleet.add(stale, lasting: EnrolmentCode.lifetimeMilliseconds)
        fleet.clock.advance(milliseconds: EnrolmentCode.lifetimeMilliseconds)
        for wrong in [code, stale] {
            await #expect(throws: SyncFailure.badEnrolmentCode) {
                try await fleet.node.enrol(request(wrong, key: 1))
            }
        }
        #expect(try fleet.readCentral { try $0.devices() }.isEmpty)
        try fleet.add(code, lasting: 60_000)
        #expect(try await fleet.node.enrol(request(code, key: 1)).desk == 1)
        let other = EnrolmentCode(SeededRandomSource(seed: 3))
        try fleet.add(other, lasting: 60_000)
        #expect(try await fleet.node.enrol(request(other, key: 2)).desk == 2)
    }

    @Test("central's file holds neither codes nor tokens")
    func hashesOnly() async throws {
        let fleet = try Fleet()
        let code = EnrolmentCode(SystemRandomSource())
        try fleet.add(code, lasting: 60_000)
        _ = try await fleet.node.enrol(request(code, key: 1))
        let bytes = try fleet.centralFileBytes()
        for secret in try [code.text, code.text.filter { $0 != "-" }, token(1)] {
            #expect(bytes.firstRange(of: Array(secret.utf8)) == nil)
        }
        #expect(bytes.firstRange(of: code.hash.bytes) != nil)
    }

    @Test("a revoked device's token is turned away as such")
    func revokedToken() async throws {
        let fleet = try Fleet()
        let code = EnrolmentCode(SystemRandomSource())
        try fleet.add(code, lasting: 60_000)
        let reply = try await fleet.node.enrol(request(code, key: 1))
        let central = try fleet.openCentral()
        _ = try central.write(now: fleet.clock.now()) { try $0.revoke(reply.replica) }
        central.close()
        await #expect(throws: SyncFailure.revoked) {
            try await fleet.node.authenticate(token: token(1))
        }
        await #expect(throws: SyncFailure.notEnrolled) {
            try await fleet.node.authenticate(token: token(1) + "0")
        }
    }
}
