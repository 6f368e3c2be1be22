// Custom fields, and what a newer version or another client put into a field: any CBOR, shown as
// readable JSON. JSON's objects become maps in canonical order, so the members' order is not kept.

internal import CBOR
internal import Crypto
internal import JSON
internal import Replication

extension FieldCodec {
    /// The value of a custom field.
    static func customValue(
        from json: JSONValue, name: FieldName
    ) throws(DossierError) -> FieldValue {
        switch json {
        case .null: .null
        case .bool(let flag): .bool(flag)
        case .integer(let number): .integer(number)
        case .real(let number): .real(number)
        case .string(let text): .text(text)
        case .array, .object: .other(try cbor(from: json, name: name, levels: 0))
        }
    }

    /// Checks a custom field's size, depth and texts.
    static func checkCustom(_ value: FieldValue, name: FieldName) throws(DossierError) {
        guard case .other(let value) = value else { return }
        try checkCustom(value, name: name, levels: 0)
        if value.encoded().count > DossierLimits.customBytesMax {
            throw .tooLarge(name, bytesMax: DossierLimits.customBytesMax)
        }
    }

    /// Checks a text in a custom field.
    static func checkCustom(_ text: String, name: FieldName) throws(DossierError) {
        try check(text, charactersMax: DossierLimits.noteCharactersMax, name: name)
        if text.utf8.count > DossierLimits.customBytesMax {
            throw .tooLarge(name, bytesMax: DossierLimits.customBytesMax)
        }
    }

    /// A CBOR value as readable JSON.
    static func json(from value: CBORValue) -> JSONValue {
        switch value {
        case .unsigned(let number):
            Int64(exactly: number).map(JSONValue.integer)
                ?? ["$integer": .string(String(number))]
        case .negative(let number):
            // The integer is -1 - number.
            Int64(exactly: number).map { .integer(-1 - $0) }
                ?? ["$integer": .string(negativeDigits(number))]
        case .bytes(let bytes): ["$bytes": .string(Hexadecimal.text(bytes))]
        case .text(let text): .string(text)
        case .array(let elements): .array(elements.map { json(from: $0) })
        case .map(let pairs): json(from: pairs)
        case .tag(let number, let content):
            ["$tag": json(from: .unsigned(number)), "value": json(from: content)]
        case .bool(let flag): .bool(flag)
        case .null: .null
        case .undefined: ["$undefined": true]
        case .double(let number): .real(number)
        case .simple(let number): ["$simple": .integer(Int64(number))]
        }
    }

    private static func json(from pairs: [CBORPair]) -> JSONValue {
        var members: [JSONMember] = []
        for pair in pairs {
            guard case .text(let name) = pair.key, !members.contains(where: { $0.name == name })
            else {
                // Keys that JSON has not, or that it would take for one another.
                return ["$map": .array(pairs.map { [json(from: $0.key), json(from: $0.value)] })]
            }
            members.append(JSONMember(name: name, value: json(from: pair.value)))
        }
        return .object(members)
    }

    private static func negativeDigits(_ number: UInt64) -> String {
        let (magnitude, overflow) = number.addingReportingOverflow(1)
        return overflow ? "-18446744073709551616" : "-\(magnitude)"
    }

    private static func cbor(
        from json: JSONValue, name: FieldName, levels: Int
    ) throws(DossierError) -> CBORValue {
        switch json {
        case .null: return .null
        case .bool(let flag): return .bool(flag)
        case .integer(let number): return CBORValue(number)
        case .real(let number): return .double(number)
        case .string(let text): return .text(text)
        case .array(let elements):
            try checkDepth(levels, name: name)
            var values: [CBORValue] = []
            for element in elements {
                values.append(try cbor(from: element, name: name, levels: levels + 1))
            }
            return .array(values)
        case .object(let members):
            try checkDepth(levels, name: name)
            var pairs: [CBORPair] = []
            for member in members {
                let value = try cbor(from: member.value, name: name, levels: levels + 1)
                pairs.append(CBORPair(.text(member.name), value))
            }
            do {
                return try CBORValue(sortingPairs: pairs)
            } catch {
                throw .malformed(name, reason: "has a member that occurs twice")
            }
        }
    }

    private static func checkCustom(
        _ value: CBORValue, name: FieldName, levels: Int
    ) throws(DossierError) {
        switch value {
        case .text(let text): try checkCustom(text, name: name)
        case .array(let elements):
            try checkDepth(levels, name: name)
            for element in elements {
                try checkCustom(element, name: name, levels: levels + 1)
            }
        case .map(let pairs):
            try checkDepth(levels, name: name)
            for pair in pairs {
                try checkCustom(pair.key, name: name, levels: levels + 1)
                try checkCustom(pair.value, name: name, levels: levels + 1)
            }
        case .tag(_, let content):
            try checkDepth(levels, name: name)
            try checkCustom(content, name: name, levels: levels + 1)
        default: return
        }
    }

    private static func checkDepth(_ levels: Int, name: FieldName) throws(DossierError) {
        if levels >= DossierLimits.customDepthMax {
            throw .tooDeep(name, depthMax: DossierLimits.customDepthMax)
        }
    }
}
