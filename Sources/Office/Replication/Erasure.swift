// Erasure by law: the fields that may hold a person's data go from a record, everywhere and for good;
// the rest of it stays (`Protocol/erasure.md`).
//
// An erasure is an entry of the field `erased` that lists the fields which stay. A record with one
// holds no values in others, whoever writes them, and knows their dots all the same. Why replicas
// still converge: entries of `erased` are only ever added, so joining them is a union, and what a
// record holds is the join of values cut down to the fields that all of its entries leave. Cutting down
// by a set that only shrinks commutes with the join. The list travels with the record, so replicas of
// different versions cut down alike.

internal import CBOR
internal import Causality
public import Crypto

/// An order that a record's content be erased, signed by central: whoever gives it a record back that
/// it has lost cannot invent one.
public struct Erasure: Hashable, Sendable {
    private static let domain = Array("dossiersync erasure 1".utf8)

    /// Why: the decision by which it was done.
    public let reason: String
    /// The fields that stay, in canonical order.
    public let keptFields: [FieldName]
    /// Ed25519, by central's key, over the record and the order.
    public let signature: [UInt8]

    /// Makes an order for a record.
    public init(
        of record: RecordID, keeping fields: some Sequence<FieldName>, reason: String,
        signedBy key: SigningKey
    ) {
        self.reason = reason
        keptFields = Set(fields).sorted()
        signature = key.signature(of: Self.message(record, reason, keptFields))
    }

    /// Reads what an entry of `erased` holds; `nil` when that is no such order: it erases nothing.
    public init?(_ value: FieldValue) {
        guard case .other(.array(let parts)) = value, parts.count == 3,
            case .text(let reason) = parts[0], case .array(let names) = parts[1],
            case .bytes(let signature) = parts[2]
        else { return nil }
        var fields: [FieldName] = []
        for case .text(let name) in names { fields.append(FieldName(name)) }
        guard fields.count == names.count, zip(fields, fields.dropFirst()).allSatisfy(<) else {
            return nil
        }
        self.reason = reason
        keptFields = fields
        self.signature = signature
    }

    /// What an entry of `erased` holds.
    public var value: FieldValue {
        .other(.array(Self.parts(reason, keptFields) + [.bytes(signature)]))
    }

    /// Whether central signed this order, for this record.
    public func isValid(for record: RecordID, by key: PublicKey) -> Bool {
        key.isValid(signature: signature, of: Self.message(record, reason, keptFields))
    }

    private static func parts(_ reason: String, _ fields: [FieldName]) -> [CBORValue] {
        [.text(reason), .array(fields.map { .text($0.rawValue) })]
    }

    private static func message(
        _ record: RecordID, _ reason: String, _ fields: [FieldName]
    ) -> [UInt8] {
        domain + record.bytes + CBORValue.array(parts(reason, fields)).encoded()
    }
}

extension RecordState {
    /// The field whose entries are erasures.
    public static let erasedField: FieldName = "erased"

    /// The orders by which the record was erased, by dot.
    public var erasures: [Erasure] { self[Self.erasedField].compactMap { Erasure($0.value) } }

    /// The fields that the record may hold values of; `nil` when it was not erased.
    public var keptFields: Set<FieldName>? {
        guard let first = erasures.first else { return nil }
        return erasures.dropFirst().reduce(into: Set(first.keptFields + [Self.erasedField])) {
            $0.formIntersection($1.keptFields + [Self.erasedField])
        }
    }

    /// Lets go of what was erased.
    mutating func dropErased() {
        guard let kept = keptFields else { return }
        fields.removeAll { !kept.contains($0.name) }
        for place in voids.indices { voids[place].keep(kept.contains) }
    }
}

/// What is left of values that were erased from a change.
public struct ErasedContent: Hashable, Sendable {
    /// The hash of the change's bytes as they were: it stands in the chain.
    public var innerHash: Hash256
    /// The fields whose values are gone, in canonical order.
    public var fields: [FieldName]
}

extension Change {
    /// The hash by which the change stands in its writer's chain.
    public var innerHash: Hash256 {
        erasedContent?.innerHash ?? Hash256(hashing: canonicalBytes)
    }

    /// The hash by which bytes stand in a chain, whether they are a change or not.
    public static func innerHash(of bytes: UnsafeRawBufferPointer) -> Hash256 {
        guard mayBeErased(bytes) else { return Hash256(hashing: bytes) }
        do throws(FormatError) {
            let change = try Change(canonicalBytes: Array(bytes))
            if let erased = change.erasedContent { return erased.innerHash }
        } catch {
            // Whoever reads the sequence says what is wrong with it.
        }
        return Hash256(hashing: bytes)
    }

    /// Whether bytes have member 10, as far as they are a change. Reads no values.
    private static func mayBeErased(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var reader = CBORReader(bytes)
        do throws(CBORError) {
            for _ in 0..<(try reader.readMapHeader()) {
                let key = try reader.readUnsigned()
                guard key < 10 else { return key == 10 }
                try reader.skipItem()
            }
        } catch {
            // Then they are no change.
        }
        return false
    }

    /// The change without its values in fields other than these; the same when it has none.
    public func erased(keeping kept: Set<FieldName>) -> Change {
        let names = (writes + additions).map(\.name).filter { !kept.contains($0) }
        guard !names.isEmpty else { return self }
        var left = self
        left.erasedContent = ErasedContent(
            innerHash: innerHash, fields: Set(names + (erasedContent?.fields ?? [])).sorted())
        left.writes.removeAll { !kept.contains($0.name) }
        left.additions.removeAll { !kept.contains($0.name) }
        return left
    }
}

extension Change {
    /// Names of fields that are left of a change whose content is not kept.
    private static let namesLeftMax = 8
    /// Bytes of a name, or of the writer's, that are left at most: more than any that is well-formed.
    private static let nameBytesLeftMax = 400

    /// What is left of a refused change of which the content is not kept: who and when, its record, some
    /// names of fields, and its place in the chain. At most a few KB, whatever it was.
    public func withoutContent() -> Change {
        let names = (writes + additions).map(\.name)
            .filter { $0.rawValue.utf8.count <= Self.nameBytesLeftMax }
        var left = Change(
            dot: dot, clock: clock, kind: kind, record: record, context: VersionVector(),
            writes: [], at: at,
            by: by.flatMap { $0.utf8.count <= Self.nameBytesLeftMax * 4 ? $0 : nil })
        left.idRule = idRule
        left.erasedContent = ErasedContent(
            innerHash: innerHash,
            fields: names.isEmpty ? ["content"] : Array(names.sorted().prefix(Self.namesLeftMax)))
        return left
    }
}

extension ErasedContent {
    /// Whether bytes of a change may have lost values: a look that spares reading most. O(bytes).
    public static func mayBeIn(_ canonicalBytes: [UInt8]) -> Bool {
        // Key 10, an array of two, a string of 32 bytes.
        canonicalBytes.withUnsafeBufferPointer { bytes in
            bytes.indices.dropLast(3).contains { place in
                bytes[place] == 0x0A && bytes[place + 1] == 0x82 && bytes[place + 2] == 0x58
                    && bytes[place + 3] == 0x20
            }
        }
    }

    func encode(to writer: inout CBORWriter) {
        writer.writeArrayHeader(count: 2)
        writer.writeBytes(innerHash.bytes)
        writer.writeArrayHeader(count: fields.count)
        for field in fields { writer.writeText(field.rawValue) }
    }

    init(from reader: inout CBORReader) throws {
        guard try reader.readArrayHeader() == 2,
            let hash = Hash256(bytes: try reader.readBytesSlice())
        else { throw FormatError.member }
        innerHash = hash
        fields = []
        for _ in 0..<(try reader.readArrayHeader()) {
            let name = try FieldName(from: &reader)
            guard fields.last.map({ $0 < name }) ?? true else { throw FormatError.order }
            fields.append(name)
        }
        guard !fields.isEmpty else { throw FormatError.member }
    }
}

extension RecordState {
    /// The orders alone: what an office hears that has only a copy of the record from before, and
    /// whoever gets a change that has lost values.
    ///
    /// It tells nothing else of the record, and answers no question for its state.
    public var erasureNotice: RecordState {
        var notice = filtered { name, _ in name == Self.erasedField }
        notice.vv = VersionVector(notice.stamps.map(\.dot))
        notice.voids = []
        return notice
    }

    /// Whether it is such a notice.
    public var isErasureNotice: Bool { !erasures.isEmpty && self == erasureNotice }
}
