import HTTP
import HTTPClient
import HTTPServer
import Testing

@testable import Addresses

@Suite("Addresses and ranges of addresses", .prompt)
struct NetworkAddressTests {
    @Test(
        "are read and written in numbers",
        arguments: [
            ("127.0.0.1", "127.0.0.1"), ("2001:DB8:0:0::1", "2001:db8::1"), ("::", "::"),
            ("::ffff:192.0.2.1", "192.0.2.1"), ("fe80::1%eth0", "fe80::1"),
            ("255.255.255.255", "255.255.255.255"),
        ])
    func reading(text: String, written: String) throws {
        #expect(try #require(NetworkAddress(text)).description == written)
    }

    @Test(
        "and what is none is not read",
        arguments: ["", "1.2.3", "1.2.3.4.5", "example", "[::1]", ":::", "1.2.3.4 ", "01.2.3.4x"])
    func notRead(text: String) {
        #expect(NetworkAddress(text) == nil)
    }

    @Test("a customer of IPv6 is a /64, one of IPv4 an address")
    func client() throws {
        let address = try #require(NetworkAddress("2001:db8:1:2:3:4:5:6"))
        #expect(address.client.description == "2001:db8:1:2::")
        #expect(address.network(bits: 48).description == "2001:db8:1::")
        #expect(address.network(bits: 0).description == "::")
        #expect(address.network(bits: 128) == address)
        let old = try #require(NetworkAddress("192.0.2.77"))
        #expect(old.client == old)
        #expect(old.network(bits: 24).description == "192.0.2.0")
    }

    @Test("a range holds the addresses of its network, of its own kind")
    func ranges() throws {
        func holds(_ range: String, _ address: String) throws -> Bool {
            try #require(AddressRange(range)).contains(#require(NetworkAddress(address)))
        }
        #expect(try holds("10.0.0.0/8", "10.255.0.1") && !holds("10.0.0.0/8", "11.0.0.1"))
        #expect(try holds("127.0.0.1", "127.0.0.1") && !holds("127.0.0.1", "127.0.0.2"))
        #expect(try holds("0.0.0.0/0", "8.8.8.8") && !holds("0.0.0.0/0", "::1"))
        #expect(try holds("2001:db8::/32", "2001:db8:ffff::1"))
        #expect(try holds("::/0", "2001:db8::1") && !holds("::/0", "10.0.0.1"))
        #expect(try holds("10.0.0.0/8", "::ffff:10.0.0.1"))
        for text in [
            "10.0.0.1/8", "10.0.0.0/33", "::/129", "10.0.0.0/", "/8", "x/8", "10.0.0.0/-1",
        ] {
            #expect(AddressRange(text) == nil, "\(text)")
        }
    }
}
