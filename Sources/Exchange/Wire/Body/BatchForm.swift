// How batches are written (`Protocol/columns.md`, member 17 of the request, 15 of the reply). Both ends of
// revision 4 read columns; one of an older revision passes over the member, and gets sequences.

internal import CBOR
internal import Replication

/// How the changes of a push or the items of a reply are written.
public enum BatchForm: Hashable, Sendable {
    /// One after the other: a CBOR sequence, which every revision reads.
    case sequence
    /// In columns.
    case columns
}

/// What a device says of batches.
public struct BatchWishes: Hashable, Sendable {
    /// Whether it reads columns.
    public var readsColumns = true
    /// The zstd level that suits its link, 1 to 19: the slower the link, the higher.
    public var compressionLevel = Compression.levelDefault
    /// The newest dictionary that it reads; 0 for none. It reads all older ones too.
    public var dictionary = CompressionDictionary.newest.number

    /// Columns, at the level of a link that is not known to be slow.
    public init() {}
}

/// What central says of batches.
public enum BatchAnswer: UInt64, Hashable, Sendable {
    /// It reads columns.
    case readsColumns = 1
    /// It reads columns, but not those of this push: they name changes that it does not have. The
    /// push is to come again as a sequence.
    case wantsSequence = 2
}

extension BatchAnswer {
    /// Bits of the answer in its number; above them is the newest dictionary that central reads.
    static let bitCount: UInt64 = 2
    static let bits: UInt64 = 1 << bitCount - 1
}

extension BatchWishes {
    private static let columnsBit: UInt64 = 1

    func encode(_ push: Push?, to writer: inout CBORWriter) {
        writer.writeArrayHeader(count: push == nil ? 2 : 3)
        writer.writeUnsigned((readsColumns ? Self.columnsBit : 0) | UInt64(dictionary) << 1)
        writer.writeUnsigned(UInt64(Compression.clamped(compressionLevel)))
        push?.encode(to: &writer)
    }

    /// Reads what a device says, and its push in columns if there is one.
    static func decode(from reader: inout CBORReader) throws -> (BatchWishes, Push?) {
        let count = try reader.readArrayHeader()
        guard count == 2 || count == 3 else { throw FormatError.member }
        var wishes = BatchWishes()
        let forms = try reader.readUnsigned()
        wishes.readsColumns = forms & columnsBit != 0
        wishes.dictionary = UInt32(clamping: forms >> 1)
        guard let level = Int32(exactly: try reader.readUnsigned()),
            Compression.clamped(level) == level
        else { throw FormatError.member }
        wishes.compressionLevel = level
        guard count == 3 else { return (wishes, nil) }
        return (wishes, try Push(.columns, from: &reader))
    }
}
