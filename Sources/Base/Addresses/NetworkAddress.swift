import Glibc

/// A numeric IPv4 or IPv6 address.
///
/// An IPv4 address that is written as an IPv6 one (`::ffff:192.0.2.1`, RFC 4291 §2.5.5.2) is the IPv4
/// address.
public struct NetworkAddress: Hashable, Sendable, CustomStringConvertible {
    /// The address as a number, an IPv4 one in the last 32 bits.
    fileprivate let high: UInt64
    fileprivate let low: UInt64
    /// Whether it is one of IPv6.
    public let isIPv6: Bool

    private init(high: UInt64, low: UInt64, isIPv6: Bool) {
        let isMapped = isIPv6 && high == 0 && low >> 32 == 0xFFFF
        self.high = high
        self.low = isMapped ? low & 0xFFFF_FFFF : low
        self.isIPv6 = isIPv6 && !isMapped
    }

    /// Reads a numeric address, of IPv6 without brackets; a zone (`%eth0`) is passed over.
    public init?(_ text: some StringProtocol) {
        let text = String(text.prefix { $0 != "%" })
        if text.utf8.contains(UInt8(ascii: ":")) {
            var address = in6_addr()
            guard inet_pton(AF_INET6, text, &address) == 1 else { return nil }
            let (high, low) = withUnsafeBytes(of: address) {
                (
                    UInt64(bigEndian: $0.load(as: UInt64.self)),
                    UInt64(bigEndian: $0.load(fromByteOffset: 8, as: UInt64.self))
                )
            }
            self.init(high: high, low: low, isIPv6: true)
        } else {
            var address = in_addr()
            guard inet_pton(AF_INET, text, &address) == 1 else { return nil }
            self.init(high: 0, low: UInt64(UInt32(bigEndian: address.s_addr)), isIPv6: false)
        }
    }

    /// The network of so many leading bits that the address is in.
    public func network(bits: Int) -> NetworkAddress {
        func mask(_ bits: Int) -> UInt64 {
            bits <= 0 ? 0 : bits >= 64 ? .max : ~(UInt64.max >> UInt64(bits))
        }
        guard isIPv6 else {
            return NetworkAddress(high: 0, low: low & mask(bits + 32), isIPv6: false)
        }
        return NetworkAddress(
            high: high & mask(bits), low: low & mask(bits - 64), isIPv6: true)
    }

    /// Whom limits are counted for: an IPv4 address, and of IPv6 the 64 bits that one customer has at
    /// least (RFC 6177): within them anybody takes as many addresses as he likes.
    public var client: NetworkAddress { isIPv6 ? network(bits: 64) : self }

    /// The numeric form.
    public var description: String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        if isIPv6 {
            var address = in6_addr()
            withUnsafeMutableBytes(of: &address) {
                $0.storeBytes(of: high.bigEndian, as: UInt64.self)
                $0.storeBytes(of: low.bigEndian, toByteOffset: 8, as: UInt64.self)
            }
            inet_ntop(AF_INET6, &address, &text, socklen_t(text.count))
        } else {
            var address = in_addr(s_addr: UInt32(truncatingIfNeeded: low).bigEndian)
            inet_ntop(AF_INET, &address, &text, socklen_t(text.count))
        }
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}

/// The addresses of one network, as `10.0.0.0/8` or `2001:db8::/32` (RFC 4632 §3.1).
public struct AddressRange: Hashable, Sendable, CustomStringConvertible {
    private let start: NetworkAddress
    private let bits: Int

    /// Reads a range; an address alone is a range of one. `nil` when it is none, or when bits are set
    /// beyond the prefix: then something else was meant.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let start = NetworkAddress(parts[0]), !parts[0].contains("%") else { return nil }
        let all = start.isIPv6 ? 128 : 32
        var bits = all
        if parts.count == 2 {
            guard parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) }),
                let number = Int(parts[1]), number <= all
            else { return nil }
            bits = number
        }
        guard start.network(bits: bits) == start else { return nil }
        self.start = start
        self.bits = bits
    }

    /// Whether an address is in it.
    public func contains(_ address: NetworkAddress) -> Bool {
        address.isIPv6 == start.isIPv6 && address.network(bits: bits) == start
    }

    /// The range as it is read.
    public var description: String { "\(start)/\(bits)" }
}
