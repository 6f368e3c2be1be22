public import CBOR
public import Causality

/// Why bytes are no canonical change or state. The texts hold no content: it is citizens' data.
public enum FormatError: Error, Hashable, Sendable {
    /// The bytes are no deterministic CBOR.
    case cbor(CBORError)
    /// A required member is missing, or one is outside its range.
    case member
    /// A record identifier is not 16 bytes.
    case record
    /// Map keys, fields, dots or stamps are not in canonical order.
    case order
    /// A value names a stamp that is not there.
    case stamp
    /// A vector, or a list of fields, is longer than any is read.
    case tooLong
}

extension FormatError: CustomStringConvertible {
    /// What is wrong, without the content.
    public var description: String {
        switch self {
        case .cbor(let error): "not deterministic CBOR: \(error)"
        case .member: "a required member is missing or outside its range"
        case .record: "a record identifier is not 16 bytes"
        case .order: "map keys or dots are not in canonical order"
        case .stamp: "a value refers to a stamp that is not there"
        case .tooLong: "a vector or a list of fields is longer than is read"
        }
    }
}

/// Limits of the change format, each with its unit.
public enum Limits {
    /// The highest seq: what SQLite's INTEGER holds.
    public static let seqMax = UInt64(Int64.max)
    /// Dots that a change's context covers and that it had not seen, at most: values of one field or
    /// another that the device itself wrote before it took the change over from an export.
    public static let unseenDotsMax = 256
    /// Identities that may write to one record. A context that names so many takes about 49 KiB, and a
    /// change has 64 KiB: with more, nobody could write any more at all. No record comes near: one that
    /// each day another identity writes to has so many after eleven years.
    public static let writersMax = 4_096
    /// Refused changes that central notes in one record; more are noted in none.
    public static let voidsMax = 256
    /// Fields that a record names of one refused change, the first by name: no record of the office has as many.
    public static let voidFieldsMax = 64
}

/// What one change or state may cost whoever reads it.
public struct FormatBudget: Hashable, Sendable {
    /// Entries of a version vector: twice `Limits.writersMax`, since desks that are apart may each be
    /// the last that is allowed to write.
    public var vectorEntriesMax: Int
    /// Fields of a change or state: a change writes 256 at most, and a record gathers those of several.
    public var fieldsMax: Int
    /// Refused changes of a state: twice `Limits.voidsMax`, since two lives of central may have noted others.
    public var voidsMax: Int
    /// Of what holds them.
    public var cbor: CBORBudget

    /// A budget; what is not named is as usual.
    public init(
        vectorEntriesMax: Int = 2 * Limits.writersMax, fieldsMax: Int = 4_096,
        voidsMax: Int = 2 * Limits.voidsMax, cbor: CBORBudget = .standard
    ) {
        self.vectorEntriesMax = vectorEntriesMax
        self.fieldsMax = fieldsMax
        self.voidsMax = voidsMax
        self.cbor = cbor
    }

    /// The usual one.
    public static let standard = FormatBudget()
}

enum Decoding {
    /// Runs a decoder over all of the bytes.
    static func whole<R>(
        _ bytes: [UInt8], within budget: CBORBudget,
        _ decode: (inout CBORReader) throws(FormatError) -> R
    ) throws(FormatError) -> R {
        let result: Result<R, FormatError> = bytes.withUnsafeBytes { buffer in
            var reader = CBORReader(buffer, within: budget)
            do throws(FormatError) {
                let value = try decode(&reader)
                guard reader.isAtEnd else {
                    return .failure(.cbor(CBORError(.trailingBytes, at: reader.offset)))
                }
                return .success(value)
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }
}

/// Walks the unsigned keys of a map and insists on ascending order.
public struct MapKeys {
    private var left: Int
    private var previous: UInt64?

    /// Starts on a map whose header said how many members follow.
    public init(count: Int) {
        left = count
    }

    /// The next key, or `nil` after the last.
    ///
    /// - Throws: `CBORError` for a key that is no unsigned number; `FormatError.order`.
    public mutating func next(in reader: inout CBORReader) throws -> UInt64? {
        guard left > 0 else { return nil }
        left -= 1
        let key = try reader.readUnsigned()
        if let previous, key <= previous { throw FormatError.order }
        previous = key
        return key
    }
}

extension VersionVector {
    /// Appends the vector as a map of replica to seq.
    public func encode(to writer: inout CBORWriter) {
        writer.writeMapHeader(count: entries.count)
        for entry in entries {
            writer.writeUnsigned(entry.replica.rawValue)
            writer.writeUnsigned(entry.seq)
        }
    }

    /// Reads a map of replica to seq: the keys come in order, so that it takes a step for each.
    ///
    /// - Throws: `CBORError`, or `FormatError` when there are more entries than the budget has, keys
    ///   are unordered or a seq is out of range.
    public init(from reader: inout CBORReader, within budget: FormatBudget = .standard) throws {
        let count = try reader.readMapHeader()
        guard count <= budget.vectorEntriesMax else { throw FormatError.tooLong }
        var keys = MapKeys(count: count)
        self.init()
        while let key = try keys.next(in: &reader) {
            let seq = try reader.readUnsigned()
            guard key > 0, (1...Limits.seqMax).contains(seq) else { throw FormatError.member }
            append(Dot(ReplicaID(key), seq))
        }
    }
}
