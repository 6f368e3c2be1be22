internal import CBOR
public import Crypto
internal import Replication

/// A replica's place in central's feed: a position and the short hash of the commit that holds it.
///
/// The hash is how a replica notices that central was restored from a backup.
public struct Cursor: Hashable, Sendable {
    /// The last position that the replica has taken in; 0 before the first.
    public let position: UInt64
    /// The feed's hash at the commit that holds the position.
    public let hash: ShortHash

    /// The start of every feed.
    public static let start = Cursor(position: 0, hash: .zero)

    /// Makes a cursor from the whole hash.
    public init(position: UInt64, hash: Hash256) {
        self.init(position: position, hash: ShortHash(hash))
    }

    /// Makes a cursor.
    public init(position: UInt64, hash: ShortHash) {
        self.position = position
        self.hash = hash
    }
}

/// The end of a replica's hash chain: its last seq and the short hash after it.
public struct ChainEnd: Hashable, Sendable {
    /// The seq of the last change; 0 before the first.
    public let seq: UInt64
    /// The hash after it.
    public let hash: ShortHash

    /// Makes a chain end from the whole hash.
    public init(seq: UInt64, hash: Hash256) {
        self.init(seq: seq, hash: ShortHash(hash))
    }

    /// Makes a chain end.
    public init(seq: UInt64, hash: ShortHash) {
        self.seq = seq
        self.hash = hash
    }
}

/// Reads and writes the pairs of number and hash that the exchange is full of.
enum NumberedHash {
    static func encode(_ number: UInt64, _ hash: ShortHash, to writer: inout CBORWriter) {
        writer.writeArrayHeader(count: 2)
        writer.writeUnsigned(number)
        writer.writeBytes(hash.bytes)
    }

    static func decode(from reader: inout CBORReader) throws -> (UInt64, ShortHash) {
        guard try reader.readArrayHeader() == 2 else { throw FormatError.member }
        let number = try reader.readUnsigned()
        guard number <= Limits.seqMax, let hash = ShortHash(bytes: try reader.readBytesSlice())
        else {
            throw FormatError.member
        }
        return (number, hash)
    }
}
