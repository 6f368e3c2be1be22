// A reply as readable JSON, for `Accept: application/json` (`Protocol/sync.md` §Readable form).

internal import CBOR
internal import Causality
internal import Crypto
public import JSON
internal import Replication

extension SyncReply {
    /// The reply's content as JSON. Items are shown as their CBOR in JSON's terms.
    public var json: JSONValue {
        var members: [(String, JSONValue)] = [
            ("version", .integer(Int64(clamping: version))),
            ("accepted", Self.json(accepted.seq, accepted.hash)),
            ("refusals", .array(refusals.map(Self.json))),
            ("items", .array(itemsJSON)),
            ("hasMore", .bool(hasMore)),
            ("remainingCount", .integer(Int64(clamping: remainingCount))),
            ("time", .integer(time.milliseconds)),
            ("requests", .array(requests.map { .string("\($0)") })),
            ("neededRecords", .array(neededRecords.map { .string($0.description) })),
        ]
        if let cursor { members.append(("cursor", Self.json(cursor.position, cursor.hash))) }
        if let digest { members.append(("digest", .string(digest.description))) }
        if let resumeMark {
            members.append(("resumeMark", .string(Hexadecimal.text(resumeMark))))
        }
        return .object(members)
    }

    private var itemsJSON: [JSONValue] {
        // The items were encoded here; were they not well formed, there is nothing to show.
        let values = (try? CBORValue.decodeSequence(items)) ?? []
        return values.map(Self.json)
    }

    private static func json(_ number: UInt64, _ hash: ShortHash) -> JSONValue {
        .array([.integer(Int64(clamping: number)), .string(hash.description)])
    }

    private static func json(_ refusal: Refusal) -> JSONValue {
        .object([
            ("seq", .integer(Int64(clamping: refusal.seq))),
            ("code", .string(refusal.code.rawValue)), ("reason", .string(refusal.reason)),
        ])
    }

    /// Numbers beyond 64 bits do not occur; bytes are hexadecimal, map keys become text.
    private static func json(_ value: CBORValue) -> JSONValue {
        switch value {
        case .unsigned(let number):
            Int64(exactly: number).map { .integer($0) } ?? .string("\(number)")
        case .negative(let number):
            Int64(exactly: number).map { .integer(-1 - $0) } ?? .string("-1-\(number)")
        case .bytes(let bytes): .string(Hexadecimal.text(bytes))
        case .text(let text): .string(text)
        case .array(let elements): .array(elements.map(json))
        case .map(let pairs):
            .object(
                pairs.map { pair in
                    if case .text(let name) = pair.key { return (name, json(pair.value)) }
                    return (pair.key.diagnosticNotation, json(pair.value))
                })
        case .tag(_, let inner): json(inner)
        case .bool(let value): .bool(value)
        case .null, .undefined: .null
        case .double(let number): .real(number)
        case .simple(let number): .integer(Int64(number))
        }
    }
}
