/// An IPv4 packet that carries TCP (RFC 791, RFC 9293), as far as a relay needs to know it.
struct TCPPacket {
    private static let tcpProtocol: UInt8 = 6
    private static let reset: UInt8 = 0x04
    private static let acknowledge: UInt8 = 0x10

    private let bytes: [UInt8]
    private let headerBytes: Int

    /// - Returns: `nil` for anything else.
    init?(_ bytes: [UInt8]) {
        guard bytes.count >= 40, bytes[0] >> 4 == 4, bytes[9] == Self.tcpProtocol else {
            return nil
        }
        self.bytes = bytes
        headerBytes = Int(bytes[0] & 0x0F) * 4
        guard headerBytes >= 20, bytes.count >= headerBytes + 20 else { return nil }
    }

    var sourcePort: UInt16 { number(headerBytes) }
    var destinationPort: UInt16 { number(headerBytes + 2) }

    /// Whether it opens a connection.
    var opens: Bool { bytes[headerBytes + 13] & 0x12 == 0x02 }

    /// Bytes of content.
    var payloadBytes: Int {
        Int(number(2)) - headerBytes - Int(bytes[headerBytes + 12] >> 4) * 4
    }

    /// A packet in its place that ends the connection at its receiver.
    var resetInItsPlace: [UInt8] {
        var made = Array(bytes[..<20])
        made[0] = 0x45
        made.replaceSubrange(2..<4, with: [0, 40])
        made.replaceSubrange(6..<8, with: [0, 0])
        made.replaceSubrange(10..<12, with: [0, 0])
        var segment = Array(bytes[headerBytes..<headerBytes + 12])
        segment += [0x50, Self.reset | Self.acknowledge, 0, 0, 0, 0, 0, 0]
        let pseudoHeader = Array(bytes[12..<20]) + [0, Self.tcpProtocol, 0, 20]
        made.replaceSubrange(10..<12, with: Self.checksum(made))
        segment.replaceSubrange(16..<18, with: Self.checksum(pseudoHeader + segment))
        return made + segment
    }

    /// The Internet checksum (RFC 1071) of an even number of bytes.
    static func checksum(_ bytes: [UInt8]) -> [UInt8] {
        var sum: UInt32 = 0
        for place in stride(from: 0, to: bytes.count, by: 2) {
            sum += UInt32(bytes[place]) << 8 | UInt32(bytes[place + 1])
        }
        while sum > 0xFFFF { sum = sum & 0xFFFF + sum >> 16 }
        return [UInt8(truncatingIfNeeded: ~sum >> 8), UInt8(truncatingIfNeeded: ~sum)]
    }

    private func number(_ place: Int) -> UInt16 {
        UInt16(bytes[place]) << 8 | UInt16(bytes[place + 1])
    }
}
