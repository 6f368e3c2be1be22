// The head of a bundle's file (`Protocol/bundles.md` §Files): all that is in the clear. It names whom
// the file is for and holds the hash of the body, so that the sender's signature over it covers the
// whole file, and a damaged file is known before anything of it is opened.

internal import CBOR
public import Causality
public import Crypto
internal import Replication

/// A bundle's name: sixteen random bytes.
public struct BundleID: Hashable, Sendable, CustomStringConvertible {
    /// Sixteen bytes.
    public static let byteCount = 16
    /// The sixteen bytes.
    public let bytes: [UInt8]

    /// Takes exactly sixteen bytes; `nil` for any other count.
    public init?(bytes: [UInt8]) {
        guard bytes.count == Self.byteCount else { return nil }
        self.bytes = bytes
    }

    /// A new name.
    public init(_ random: any RandomSource) {
        bytes = random.bytes(Self.byteCount)
    }

    /// Thirty-two hexadecimal digits.
    public var description: String { Hexadecimal.text(bytes) }
}

/// Sixteen bytes that stand for central's key.
public struct CentralFingerprint: Hashable, Sendable {
    /// Sixteen bytes.
    public static let byteCount = 16
    /// The first sixteen bytes of the key's hash.
    public let bytes: [UInt8]

    /// Takes exactly sixteen bytes; `nil` for any other count.
    public init?(bytes: [UInt8]) {
        guard bytes.count == Self.byteCount else { return nil }
        self.bytes = bytes
    }

    /// The fingerprint of a key.
    public init(of key: PublicKey) {
        bytes = Array(Hash256(hashing: key.bytes).bytes.prefix(Self.byteCount))
    }
}

/// Which way a bundle goes.
public enum BundleDirection: UInt64, Hashable, Sendable {
    /// From a device to central: requests.
    case up = 1
    /// From central to a device: requests with their replies.
    case down = 2
}

/// What all parts of a bundle have in common.
public struct BundleEnvelope: Hashable, Sendable {
    /// Which way it goes.
    public var direction: BundleDirection
    /// The central that it is for or from.
    public var central: CentralFingerprint
    /// The device that it is from or for.
    public var replica: ReplicaID
    /// Its name.
    public var id: BundleID

    /// Makes an envelope.
    public init(
        direction: BundleDirection, central: CentralFingerprint, replica: ReplicaID, id: BundleID
    ) {
        self.direction = direction
        self.central = central
        self.replica = replica
        self.id = id
    }

    /// What every message of the sealed stream is bound to.
    var context: [UInt8] {
        var writer = CBORWriter()
        writer.writeArrayHeader(count: 4)
        encode(to: &writer)
        return Array("dossiersync bundle body 1".utf8) + writer.bytes
    }

    fileprivate func encode(to writer: inout CBORWriter) {
        writer.writeUnsigned(direction.rawValue)
        writer.writeBytes(central.bytes)
        writer.writeUnsigned(replica.rawValue)
        writer.writeBytes(id.bytes)
    }
}

/// The head of one file.
public struct BundleHeader: Hashable, Sendable {
    /// What all parts have in common.
    public var envelope: BundleEnvelope
    /// Which part this is, from 1.
    public var part: UInt64
    /// How many parts there are.
    public var partCount: UInt64
    /// Bytes of the body in this file.
    public var bodyByteCount: UInt64
    /// The hash of these bytes, by `BundleBodyHash`.
    public var bodyHash: Hash256

    /// Makes a head.
    public init(
        envelope: BundleEnvelope, part: UInt64, partCount: UInt64, bodyByteCount: UInt64,
        bodyHash: Hash256
    ) {
        self.envelope = envelope
        self.part = part
        self.partCount = partCount
        self.bodyByteCount = bodyByteCount
        self.bodyHash = bodyHash
    }

    /// The head's CBOR.
    public func encoded() -> [UInt8] {
        var writer = CBORWriter()
        writer.writeArrayHeader(count: 8)
        envelope.encode(to: &writer)
        writer.writeUnsigned(part)
        writer.writeUnsigned(partCount)
        writer.writeUnsigned(bodyByteCount)
        bodyHash.withBytes { writer.writeBytes($0) }
        return writer.bytes
    }

    /// Reads a head's CBOR; `nil` for bytes that are none.
    public init?(encoded bytes: [UInt8]) {
        let header = try? bytes.withUnsafeBytes { buffer -> BundleHeader in
            var reader = CBORReader(buffer)
            guard try reader.readArrayHeader() == 8,
                let direction = BundleDirection(rawValue: try reader.readUnsigned()),
                let central = CentralFingerprint(bytes: try reader.readBytes())
            else { throw FormatError.member }
            let replica = try reader.readUnsigned()
            guard replica > 0, let id = BundleID(bytes: try reader.readBytes()) else {
                throw FormatError.member
            }
            let (part, count) = (try reader.readUnsigned(), try reader.readUnsigned())
            let size = try reader.readUnsigned()
            guard (1...BundleLimits.partsMax).contains(count), (1...count).contains(part),
                size <= BundleLimits.partBytesMax,
                let hash = Hash256(bytes: try reader.readBytesSlice())
            else { throw FormatError.member }
            try reader.requireEnd()
            return BundleHeader(
                envelope: BundleEnvelope(
                    direction: direction, central: central, replica: ReplicaID(replica), id: id),
                part: part, partCount: count, bodyByteCount: size, bodyHash: hash)
        }
        guard let header else { return nil }  // whatever is wrong, it is no head
        self = header
    }
}

/// The hash of a body, taken block by block: a chain like those of changes.
public struct BundleBodyHash: Sendable {
    /// Bytes of a block; the last may be shorter.
    public static let blockByteCount = 64 << 10
    /// The hash of the blocks so far.
    public private(set) var value = Hash256.zero

    /// The hash of nothing.
    public init() {}

    /// Takes the next block.
    public mutating func append(block: [UInt8]) {
        value = value.chained(with: Hash256(hashing: block))
    }
}

/// Limits of bundles.
public enum BundleLimits {
    /// Parts of one bundle: their files are open one at a time, and their heads are kept.
    public static let partsMax: UInt64 = 10_000
    /// Bytes of a body in one file: what a signed 64-bit offset can tell, and more than any medium.
    public static let partBytesMax: UInt64 = 1 << 48
    /// The smallest file that a bundle may be split into: most of it is still body.
    public static let partSizeMin = 4_096
    /// Bytes of a head at most: bounds what is read of a stranger's file.
    public static let headerBytesMax = 160
    /// Bytes of one frame before it is compressed: a request or a reply, and the request that it
    /// answers.
    public static let frameBytesMax = WireLimits.decodedBytesMax + (1 << 20)
    /// Bytes of a compressed frame: a little more than a body on the wire, for the request beside the
    /// reply.
    public static let packedFrameBytesMax = WireLimits.bodyBytesMax + (1 << 20)
}
