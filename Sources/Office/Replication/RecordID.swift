public import Causality
public import Crypto

/// How the id of a record follows from the change that makes it (`Protocol/change-format.md` §Record ids).
/// The change itself names the rule, so that logs, outboxes and files of before keep their ids.
public enum RecordIDRule: UInt64, Sendable {
    /// From the chain hash alone: a UUIDv8. The rule of before, which no change names.
    case chain = 0
    /// From the change's clock, then the chain hash: a UUIDv7. Ids come in the order of time, as far as
    /// clocks are right, so that indexes grow at their end. Nothing else rests on that order.
    case time = 1
}

/// Names one record everywhere: a UUID (RFC 9562).
///
/// A record made by a change without an explicit id takes it from that change and the chain hash after it,
/// so two clones of one device cannot give two dossiers one id.
public struct RecordID: Hashable, Comparable, Sendable {
    /// Bytes in an identifier.
    public static let byteCount = 16

    private let high: UInt64
    private let low: UInt64

    /// The UUIDv8 that a chain hash gives: its first 16 bytes with version and variant set.
    public init(derivedFrom hash: Hash256) {
        let lanes = hash.lanes
        high = lanes.x.byteSwapped & ~0xF000 | 0x8000
        low = lanes.y.byteSwapped & (UInt64.max >> 2) | 1 << 63
    }

    /// The id that a change gives the record which it makes. By its time it is 48 bits of the clock's
    /// milliseconds, and behind them what the chain's rule has there, with version 7: 74 bits of the hash.
    ///
    /// - Parameters:
    ///   - rule: what the change names.
    ///   - hash: the chain hash after it.
    ///   - clock: its clock.
    public init(by rule: RecordIDRule, from hash: Hash256, at clock: HybridTimestamp) {
        let random = RecordID(derivedFrom: hash)
        switch rule {
        case .chain: self = random
        case .time:
            high = clock.rawValue & ~0xFFFF | random.high & 0x0FFF | 0x7000
            low = random.low
        }
    }

    /// Takes exactly 16 bytes; `nil` for any other count.
    public init?(bytes: some Collection<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        var words = (UInt64(0), UInt64(0))
        var place = 0
        for byte in bytes {
            if place < 8 {
                words.0 = words.0 << 8 | UInt64(byte)
            } else {
                words.1 = words.1 << 8 | UInt64(byte)
            }
            place += 1
        }
        (high, low) = words
    }

    /// Reads the usual text form, 8-4-4-4-12 hexadecimal digits of either case.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.map(\.utf8.count) == [8, 4, 4, 4, 12],
            let bytes = Hexadecimal.bytes(parts.joined())
        else { return nil }
        self.init(bytes: bytes)
    }

    /// The 16 bytes, most significant first.
    public var bytes: [UInt8] {
        withBytes { Array($0) }
    }

    /// Lends the 16 bytes.
    public func withBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        try withUnsafeBytes(of: (high.bigEndian, low.bigEndian), body)
    }

    /// How many digest buckets there are.
    public static let bucketCount = 256

    /// The last byte: which digest bucket the record falls into. Of an id by either rule it is the hash's;
    /// the first byte of an id by time is the same for 35 years on end.
    public var bucket: UInt8 { UInt8(truncatingIfNeeded: low) }

    /// Orders by the bytes.
    public static func < (left: RecordID, right: RecordID) -> Bool {
        left.high == right.high ? left.low < right.low : left.high < right.high
    }
}

extension RecordID: CustomStringConvertible {
    /// The usual text form in lower case.
    public var description: String {
        let digits = Array(Hexadecimal.text(bytes))
        return [0..<8, 8..<12, 12..<16, 16..<20, 20..<32]
            .map { String(digits[$0]) }.joined(separator: "-")
    }
}
