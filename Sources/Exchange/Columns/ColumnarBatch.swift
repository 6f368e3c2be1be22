// A batch of canonical changes or of feed items as columns (`Protocol/columns.md`). Both directions
// are functions of bytes: what goes in and comes out is the CBOR sequence of change-format.md and
// sync.md. The encoder takes any bytes: what it finds no place for in the columns it carries as it
// is. The decoder rebuilds the very bytes that went in, which the chain's hash proves for changes,
// and checks nothing beyond what it needs to be safe: whoever reads the sequence checks that.

public import Causality
public import Crypto
public import Replication

/// A batch in columns.
public struct ColumnarBatch: Sendable {
    /// The form that is written here: the first byte of a batch.
    public static let form: UInt8 = 1

    /// Some columns of a batch.
    public struct Part: Sendable {
        /// What they hold: `dots`, `clocks`, …, or the name of a field.
        public var name: String
        /// Where they stand.
        public var range: Range<Int>
    }

    /// The batch.
    public var bytes: [UInt8]
    /// The columns in it, one after the other.
    public var parts: [Part]
}

/// What a batch may cost its reader, whatever it says of itself.
public struct ColumnBudget: Hashable, Sendable {
    /// Bytes that may come out.
    public var bytesMax: Int
    /// Rows and entries of all columns together: a column of equal numbers has one byte, however many
    /// they are. Each takes a byte of what comes out, and the largest page asked for has half as many.
    public var elementsMax: Int
    /// Fields of all shapes of rows together, and dots of contexts that are kept for later rows.
    public var partsMax: Int
    /// Columns of fields: one for each field of each kind.
    public var fieldColumnsMax: Int
    /// Dots of one context.
    public var contextDotsMax: Int

    /// A budget; what is not named is as usual.
    public init(
        bytesMax: Int, elementsMax: Int = 1 << 20, partsMax: Int = 1 << 18,
        fieldColumnsMax: Int = 4_096,
        contextDotsMax: Int = FormatBudget.standard.vectorEntriesMax
    ) {
        self.bytesMax = bytesMax
        self.elementsMax = elementsMax
        self.partsMax = partsMax
        self.fieldColumnsMax = fieldColumnsMax
        self.contextDotsMax = contextDotsMax
    }
}

/// What both ends know of a push: where in which chain it begins.
public struct PushOrigin: Hashable, Sendable {
    /// The replica that made the changes.
    public var replica: ReplicaID
    /// The seq of the first.
    public var firstSeq: UInt64
    /// The chain's hash before it.
    public var hashBefore: Hash256

    /// Names the place before a push.
    public init(replica: ReplicaID, firstSeq: UInt64, hashBefore: Hash256) {
        self.replica = replica
        self.firstSeq = firstSeq
        self.hashBefore = hashBefore
    }
}

extension ColumnarBatch {
    /// The columns of consecutive own changes: a CBOR sequence of canonical changes.
    ///
    /// A record that a change has seen is named by a change to it that the context names, also by
    /// one that is not in this batch: the reader has it, or could not take the change. O(bytes).
    public init(changes sequence: [UInt8], from origin: PushOrigin) {
        self = sequence.withUnsafeBytes { source in
            var encoder = BatchEncoder(source, ofItems: false, replica: origin.replica)
            encoder.expect(firstSeq: origin.firstSeq, hashBefore: origin.hashBefore)
            return encoder.encoded()
        }
    }

    /// The columns of feed items: a CBOR sequence of items.
    ///
    /// - Parameter reader: the replica that they are for.
    /// - Parameter hashAfter: the hash of a replica's chain after a change, where it is known: with
    ///   it, ids that come from a chain are left out where several follow each other. O(bytes).
    public init(
        items sequence: [UInt8], for reader: ReplicaID,
        hashAfter: (Dot) throws -> Hash256?
    ) rethrows {
        self = try sequence.withUnsafeBytes { source in
            var encoder = BatchEncoder(source, ofItems: true, replica: reader)
            return try encoder.encodedItems(hashAfter)
        }
    }

    /// The columns of feed items of which no chain is known. O(bytes).
    public init(items sequence: [UInt8], for reader: ReplicaID) {
        self.init(items: sequence, for: reader) { _ in nil }
    }

    /// The changes of a push, as the sequence that went in.
    ///
    /// - Parameter budget: what may come out; memory stays in proportion to it and to the batch.
    /// - Parameter record: the record that a change of any replica wrote to; `nil` when the change
    ///   is not known.
    /// - Throws: `ColumnError`, or what `record` throws.
    public static func changes(
        of batch: [UInt8], from origin: PushOrigin, within budget: ColumnBudget,
        record: (Dot) throws -> RecordID?
    ) throws -> [UInt8] {
        try batch.withUnsafeBytes { source in
            var decoder = try BatchDecoder(
                source, ofItems: false, replica: origin.replica, within: budget)
            decoder.expect(firstSeq: origin.firstSeq, hashBefore: origin.hashBefore)
            return try decoder.decoded(record)
        }
    }

    /// The items of a reply, as the sequence that went in.
    ///
    /// - Parameter reader: the replica that they are for.
    /// - Parameter budget: what may come out.
    /// - Throws: `ColumnError`.
    public static func items(
        of batch: [UInt8], for reader: ReplicaID, within budget: ColumnBudget
    ) throws -> [UInt8] {
        try batch.withUnsafeBytes { source in
            var decoder = try BatchDecoder(
                source, ofItems: true, replica: reader, within: budget)
            return try decoder.decoded { _ in nil }
        }
    }
}
