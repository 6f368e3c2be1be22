// Fields as people type them, one word each:
//
//     FIELD=VALUE    text, number, day or time, as the field's type asks; custom fields take text
//     FIELD=         clears the field
//     FIELD:=JSON    any JSON value, for custom fields
//
// A field that accumulates (notes) is added to, never written over.

public import Dossiers
internal import JSON
public import Replication
internal import Text
public import Time

/// The fields of an edit, read from the command line.
public struct FieldArguments {
    /// Fields to write.
    public private(set) var writes: [FieldWrite] = []
    /// Entries to add.
    public private(set) var additions: [FieldWrite] = []

    /// Reads words; without a kind the fields of all kinds are known.
    ///
    /// - Parameter today: The day that a time alone means; without it a time alone is refused.
    /// - Throws: `RecordArgumentError.notAField` for a word of another form, `DossierError` for its content.
    public init(
        _ words: [String], kind: RecordKind? = nil, today: CalendarDate? = nil
    ) throws {
        for (place, word) in words.enumerated() {
            guard let sign = word.firstIndex(of: "="), sign > word.startIndex else {
                throw RecordArgumentError.notAField(place: place + 1)
            }
            let isJSON = word[word.index(before: sign)] == ":"
            let name = FieldName(String(word[..<sign].dropLast(isJSON ? 1 : 0)))
            let text = String(word[word.index(after: sign)...])
            let definition = try Self.definition(of: name, in: kind)
            let value =
                isJSON
                ? try Self.value(ofJSON: text, for: definition)
                : try Self.value(of: text, for: definition, today: today)
            if definition.isEntries {
                additions.append(FieldWrite(name, value))
            } else {
                writes.append(FieldWrite(name, value))
            }
        }
    }

    /// Whether the field was given a value.
    public func names(_ name: FieldName) -> Bool {
        writes.contains { $0.name == name }
    }

    /// Writes a field that was not given.
    public mutating func setDefault(_ name: FieldName, _ value: FieldValue) {
        if !names(name) { writes.append(FieldWrite(name, value)) }
    }

    /// Leaves out cleared fields: a new record has nothing to clear.
    public mutating func dropCleared() {
        writes.removeAll { $0.value == .null }
    }

    /// The field of this name.
    ///
    /// - Throws: `DossierError.unknownField`.
    public static func definition(
        of name: FieldName, in kind: RecordKind?
    ) throws(DossierError) -> FieldDefinition {
        let found =
            kind.map { RecordSchema.definition(of: name, in: $0) }
            ?? RecordSchema.definition(of: name)
        guard let found else { throw .unknownField(name, kind) }
        return found
    }

    /// A typed text as a field's value; an empty one clears.
    ///
    /// - Throws: `DossierError`.
    public static func value(
        of text: String, for definition: FieldDefinition, today: CalendarDate? = nil
    ) throws(DossierError) -> FieldValue {
        // Blanks clear what they stand in, but for a name: there they are a slip.
        let isBlank = Folding.trimmed(text).isEmpty && !DossierRules.namesPeople(definition.name)
        let isEmpty = text.isEmpty || definition.type != .custom && isBlank
        return try FieldCodec.value(
            from: isEmpty ? .null : .string(text), for: definition, today: today)
    }

    /// One field with a typed text.
    ///
    /// - Throws: `DossierError`.
    public static func write(
        _ name: FieldName, typed text: String, today: CalendarDate? = nil
    ) throws(DossierError) -> FieldWrite {
        FieldWrite(
            name, try value(of: text, for: try definition(of: name, in: nil), today: today))
    }

    private static func value(
        ofJSON text: String, for definition: FieldDefinition
    ) throws(DossierError) -> FieldValue {
        let json: JSONValue
        do {
            json = try JSONValue(parsing: text)
        } catch {
            throw .malformed(definition.name, reason: "is no JSON after :=")
        }
        return try FieldCodec.value(from: json, for: definition)
    }
}
