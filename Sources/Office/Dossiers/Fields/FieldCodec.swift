// Between what people and files say (JSON) and what changes hold (`FieldValue`), and the one check
// of a value against its field, which local edits and changes from devices both pass.

internal import CBOR
public import JSON
public import Replication
public import Time

/// Reads, checks and shows values of fields.
public enum FieldCodec {
    /// The value that JSON gives to a field; `null` clears it. Text is read as people write it
    /// (`FieldReader`), whichever type the field has.
    ///
    /// - Parameter today: The day that a time alone means; without it a time alone is refused.
    /// - Throws: `DossierError` when the field cannot hold it.
    public static func value(
        from json: JSONValue, for field: FieldDefinition, today: CalendarDate? = nil
    ) throws(DossierError) -> FieldValue {
        let value: FieldValue =
            switch (field.type, json) {
            case (.erasure, _), (.clockOff, _), (.timesFix, _), (.events, _),
                (.limitExtension, _), (.officeStep, _), (.desks, _):
                throw .notWritable(field.name)
            case (_, .null): .null
            case (.custom, _): try customValue(from: json, name: field.name)
            case (_, .string(let text)): try FieldReader.value(text, for: field, today: today)
            case (.integer, .integer(let number)): .integer(number)
            case (.integer, .real(let number)):
                try whole(number, for: field)
            case (_, .integer), (_, .bool), (_, .real), (_, .array), (_, .object):
                throw .wrongType(field.name, expected: expectation(of: field.type))
            }
        try check(value, for: field)
        return value
    }

    /// Checks that a field can hold a value.
    ///
    /// - Throws: `DossierError` when it cannot.
    public static func check(
        _ value: FieldValue, for field: FieldDefinition
    ) throws(DossierError) {
        // By value first: texts are the most, and this runs for every field of every change.
        switch value {
        case .text(let text): try check(text, for: field)
        case .null:
            if !field.isClearable { throw .notClearable(field.name) }
        case .integer(let number):
            switch field.type {
            case .instant: try check(number, in: DossierLimits.instant, name: field.name)
            case .integer(let range): try check(number, in: range, name: field.name)
            case .custom, .clockOff: return
            default: throw .wrongType(field.name, expected: expectation(of: field.type))
            }
        case .bool, .real, .other:
            switch field.type {
            case .custom: try checkCustom(value, name: field.name)
            case .erasure: try checkErasure(value, name: field.name)
            default: throw .wrongType(field.name, expected: expectation(of: field.type))
            }
        }
    }

    /// How a value is shown: instants as RFC 3339 at the offices' time, what JSON cannot say as
    /// an object such as `{"$bytes": "00ff"}`.
    public static func json(from value: FieldValue, for field: FieldDefinition?) -> JSONValue {
        switch value {
        case .null: .null
        case .bool(let flag): .bool(flag)
        case .integer(let number):
            field?.type == .instant
                ? .string(OfficeTime.text(milliseconds: number)) : .integer(number)
        case .real(let number): .real(number)
        case .text(let text): .string(text)
        case .other(let other):
            field?.type == .erasure
                ? Erasure(value).map { .string($0.reason) } ?? json(from: other)
                : json(from: other)
        }
    }

    /// Checks an order of erasure: it says why, and leaves the record in its office.
    private static func checkErasure(
        _ value: FieldValue, name: FieldName
    ) throws(DossierError) {
        guard let erasure = Erasure(value), !erasure.reason.isEmpty,
            erasure.keptFields.contains(RecordSchema.officeField)
        else { throw .malformed(name, reason: "is no order of erasure") }
        try check(
            erasure.reason, charactersMax: DossierLimits.reasonCharactersMax, name: "reason")
    }

    /// Checks text that is no field: who wrote a change, a note.
    static func check(
        _ text: String, charactersMax: Int, name: FieldName
    ) throws(DossierError) {
        if TextRules.isLonger(text, than: charactersMax) {
            throw .tooLong(name, charactersMax: charactersMax)
        }
        if let codePoint = TextRules.forbiddenCodePoint(in: text) {
            throw .forbiddenCharacter(name, codePoint: codePoint)
        }
    }

    static func check(
        _ number: Int64, in range: ClosedRange<Int64>, name: FieldName
    ) throws(DossierError) {
        if !range.contains(number) { throw .outOfRange(name, range) }
    }

    private static func check(
        _ text: String, for field: FieldDefinition
    ) throws(DossierError) {
        switch field.type {
        case .text(let charactersMax):
            try check(text, charactersMax: charactersMax, name: field.name)
            if field.isEntries, text.isEmpty { throw .malformed(field.name, reason: "is empty") }
        case .code:
            try check(text, charactersMax: DossierLimits.codeCharactersMax, name: field.name)
            if !TextRules.isCode(text) {
                throw .malformed(field.name, reason: "is empty, or has spaces or invisible marks")
            }
        case .identityNumber:
            try check(text, charactersMax: DossierLimits.numberCharactersMax, name: field.name)
            if !TextRules.isIdentityNumber(text) {
                throw .malformed(
                    field.name, reason: "may have letters A to Z, digits and hyphens only")
            }
        case .phone:
            try check(text, charactersMax: DossierLimits.numberCharactersMax, name: field.name)
            if !TextRules.isPhone(text) {
                throw .malformed(
                    field.name, reason: "needs digits, and may have spaces and + ( ) . - beside")
            }
        case .choice(let words):
            if !words.contains(text) { throw .unknownChoice(field.name, allowed: words) }
        case .status: _ = try status(text)
        case .day:
            if CalendarDate(parsing: text) == nil {
                throw .malformed(field.name, reason: "is no day of the form YYYY-MM-DD")
            }
        case .timeLimit:
            if TimeLimit(parsing: text) == nil {
                throw .malformed(
                    field.name, reason: "is no limit such as 15wd, 30d, 1mo, 8wh or 0wd@15:00")
            }
        case .transitions:
            try check(text, charactersMax: DossierLimits.hoursCharactersMax, name: field.name)
            if TransitionTable(parsing: text) == nil {
                throw .malformed(
                    field.name, reason: "is no list of steps such as new>accepted accepted>finished"
                )
            }
        case .officeHours:
            try check(text, charactersMax: DossierLimits.hoursCharactersMax, name: field.name)
            if OfficeHours(parsing: text) == nil {
                throw .malformed(
                    field.name,
                    reason: "is no hours such as mon-fri 07:30-11:30 13:30-17:00; sat 07:30-11:30")
            }
        case .timesFix:
            try check(text, charactersMax: DossierLimits.timesFixCharactersMax, name: field.name)
            if TimesFix(parsing: text) == nil {
                throw .malformed(field.name, reason: "is no list of times that were set right")
            }
        case .email:
            try check(text, charactersMax: DossierLimits.emailCharactersMax, name: field.name)
            if !TextRules.isEmail(text) {
                throw .malformed(field.name, reason: "is no address such as hoa@example.vn")
            }
        case .limitExtension:
            try check(text, charactersMax: DossierLimits.nameCharactersMax, name: field.name)
            if LimitExtension(parsing: text) == nil {
                throw .malformed(field.name, reason: "is no extension of a limit")
            }
        case .officeStep:
            try check(text, charactersMax: DossierLimits.eventsCharactersMax, name: field.name)
            if OfficeStep(parsing: text) == nil {
                throw .malformed(field.name, reason: "is no step inside the office")
            }
        case .desks:
            try check(text, charactersMax: DossierLimits.desksCharactersMax, name: field.name)
            if ListedDesk.desks(of: text).isEmpty {
                throw .malformed(field.name, reason: "is no list of desks")
            }
        case .events:
            try check(text, charactersMax: DossierLimits.eventsCharactersMax, name: field.name)
            if DossierEvent.parse(text) == nil {
                throw .malformed(field.name, reason: "is no list of events")
            }
        case .custom: try checkCustom(text, name: field.name)
        case .instant, .integer, .erasure, .clockOff:
            throw .wrongType(field.name, expected: expectation(of: field.type))
        }
    }

    /// The status of this name.
    ///
    /// - Throws: `DossierError.unknownChoice`.
    static func status(_ text: String) throws(DossierError) -> DossierStatus {
        guard let status = DossierStatus(rawValue: text) else {
            throw .unknownChoice(
                RecordSchema.statusField, allowed: DossierStatus.allCases.map(\.rawValue))
        }
        return status
    }

    /// What programs that know no whole numbers write for one: `50000.0`.
    private static func whole(
        _ number: Double, for field: FieldDefinition
    ) throws(DossierError) -> FieldValue {
        guard let number = Int64(exactly: number) else {
            throw .wrongType(field.name, expected: expectation(of: field.type))
        }
        return .integer(number)
    }

    private static func expectation(of type: FieldType) -> String {
        switch type {
        case .integer: "a whole number"
        case .instant: "a time as text"
        case .day: "a day as text"
        case .custom: "a JSON value"
        default: "text"
        }
    }
}
