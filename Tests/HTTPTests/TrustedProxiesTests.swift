import Testing

@testable import Addresses
@testable import HTTP
@testable import HTTPClient
@testable import HTTPServer

@Suite("Who asks behind a proxy", .prompt)
struct TrustedProxiesTests {
    private func client(
        _ peer: String, _ headers: [(String, String)], trusted: [String] = ["10.0.0.0/8", "::1"]
    ) throws -> String {
        let proxies = TrustedProxies(try trusted.map { try #require(AddressRange($0)) })
        let peer = try #require(NetworkAddress(peer))
        return proxies.client(behind: peer, HTTPHeaders(headers)).description
    }

    @Test("whoever is no trusted proxy may say what he likes")
    func untrusted() throws {
        let headers = [("X-Forwarded-For", "10.0.0.7"), ("Forwarded", "for=10.0.0.7")]
        #expect(try client("192.0.2.1", headers) == "192.0.2.1")
        #expect(try client("10.0.0.1", headers, trusted: []) == "10.0.0.1")
    }

    @Test(
        "the last address that is no trusted proxy counts, and nothing before it",
        arguments: [
            ("192.0.2.1", "192.0.2.1"), ("198.51.100.9, 192.0.2.1", "192.0.2.1"),
            ("198.51.100.9, 192.0.2.1, 10.0.0.2", "192.0.2.1"),
            ("192.0.2.1:4711", "192.0.2.1"), ("2001:db8::7", "2001:db8::7"),
            ("[2001:db8::7]:4711", "2001:db8::7"), ("10.0.0.3", "10.0.0.3"),
            ("192.0.2.1, unknown", "10.0.0.1"), ("192.0.2.1, _hidden, 10.0.0.2", "10.0.0.2"),
            ("", "10.0.0.1"), (",, ,192.0.2.1", "192.0.2.1"), ("192.0.2.1,x", "10.0.0.1"),
        ])
    func xForwardedFor(value: String, expected: String) throws {
        #expect(try client("10.0.0.1", [("X-Forwarded-For", value)]) == expected)
    }

    @Test("several lines are one list")
    func lines() throws {
        let headers = [("X-Forwarded-For", "198.51.100.9"), ("x-forwarded-for", "192.0.2.1")]
        #expect(try client("10.0.0.1", headers) == "192.0.2.1")
    }

    @Test(
        "Forwarded is read as well",
        arguments: [
            ("for=192.0.2.1", "192.0.2.1"),
            (#"for=198.51.100.9, FOR="[2001:db8::7]:47";proto=https"#, "2001:db8::7"),
            (#"by=10.0.0.1; for="192.0.2.1:80""#, "192.0.2.1"),
            ("for=192.0.2.1, for=10.0.0.2", "192.0.2.1"), ("proto=https", "10.0.0.1"),
            ("for=_x", "10.0.0.1"),
        ])
    func forwarded(value: String, expected: String) throws {
        #expect(try client("10.0.0.1", [("Forwarded", value)]) == expected)
    }

    @Test("two headers that say different things are not believed: a client may have sent one")
    func both() throws {
        let said = [("X-Forwarded-For", "192.0.2.1"), ("Forwarded", "for=203.0.113.9")]
        #expect(try client("10.0.0.1", said) == "10.0.0.1")
        let same = [("X-Forwarded-For", "192.0.2.1"), ("Forwarded", "for=192.0.2.1")]
        #expect(try client("10.0.0.1", same) == "192.0.2.1")
    }
}
