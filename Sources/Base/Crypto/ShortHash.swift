/// The first eight bytes of a hash: enough to notice that two ends hold different things by accident,
/// where a whole hash or a signature decides what is true.
public struct ShortHash: Hashable, Sendable {
    /// Bytes of one.
    public static let byteCount = 8

    /// The bytes as a number, the first the most significant.
    public let rawValue: UInt64

    /// The short form of a hash.
    public init(_ hash: Hash256) {
        rawValue = UInt64(littleEndian: hash.lanes.x).byteSwapped
    }

    /// Takes exactly eight bytes; `nil` for any other count.
    public init?(bytes: some Collection<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        rawValue = bytes.reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// The eight bytes.
    public var bytes: [UInt8] { withUnsafeBytes(of: rawValue.bigEndian, Array.init) }

    /// Whether it is the short form of a hash.
    public static func == (short: ShortHash, hash: Hash256?) -> Bool {
        hash.map { ShortHash($0) == short } ?? false
    }

    /// Whether it is not the short form of a hash.
    public static func != (short: ShortHash, hash: Hash256?) -> Bool { !(short == hash) }
}

extension ShortHash: CustomStringConvertible {
    /// Sixteen lower-case hexadecimal digits.
    public var description: String { Hexadecimal.text(bytes) }
}
