// Where a walk over states goes on. The order is one that writes do not disturb: by parts of the scope, each
// from its newest record down, which a store numbers as it makes them. What changes meanwhile comes by
// the feed, which starts at the cursor taken when the first page was made.

public import CBOR

/// Where a first download goes on: a part of the scope, and the number below which records are still to
/// come. The store alone knows what they are.
public struct SnapshotPlace: Hashable, Sendable {
    /// The number of the part.
    public var phase: Int
    /// The number that the next record is below.
    public var belowKey: Int64

    /// The beginning.
    public static let start = SnapshotPlace(phase: 0, belowKey: .max)

    /// The end: all states have been given.
    public static let end = SnapshotPlace(phase: .max, belowKey: 0)

    /// A place.
    public init(phase: Int, belowKey: Int64) {
        self.phase = phase
        self.belowKey = belowKey
    }

    /// Appends the place.
    public func encode(to writer: inout CBORWriter) {
        writer.writeUnsigned(UInt64(phase))
        writer.writeInteger(belowKey)
    }

    /// Reads a place.
    ///
    /// - Throws: `CBORError`.
    public init(from reader: inout CBORReader) throws(CBORError) {
        phase = Int(clamping: try reader.readUnsigned())
        belowKey = try reader.readInteger()
    }
}
