// The one reader of what people write into fields: on a command line, in a file of edits, in a cell of
// a table, in JSON. What a screen or a paper shows of a value can be typed back, in both languages, and
// means the same (`FieldWords`). A value is read whole or refused, with the place from which it was not
// understood: half a value would be wrong without a word.

internal import Causality
public import Replication
internal import Text
public import Time

/// Reads the text of a field.
public enum FieldReader {
    /// The value; `.null` for what says that there is none, such as `-` where a number should stand.
    ///
    /// Of an instant: a day at the offices' time means its first second, of `due_at` its last.
    /// - Parameter today: The day that a time alone means; without it a time alone is refused.
    /// - Throws: `DossierError`; it holds nothing of the text.
    public static func value(
        _ text: String, for field: FieldDefinition, today: CalendarDate? = nil
    ) throws(DossierError) -> FieldValue {
        if says(text, FieldWords.cleared) { return .null }
        switch field.type {
        case .instant: return try instant(text, field.name, today)
        case .integer: return try number(text, field.name)
        case .day: return try day(text, field.name)
        case .status, .choice: return choice(text, field)
        case .timeLimit: return .text(LimitReader.limit(text)?.description ?? text)
        case .code:
            // No code has blanks: those are the typist's, or a letter's.
            let code = CodeText.plain(text)
            return absent(code) || says(code, FieldWords.cleared) ? .null : .text(code)
        case .identityNumber: return absent(text) ? .null : try identity(text, field.name)
        case .phone: return absent(text) ? .null : .text(DigitsText.phone(text))
        case .text: return .text(plain(text, field))
        case .email: return absent(text) ? .null : .text(Folding.trimmed(text))
        case .transitions: return .text(Folding.trimmed(text))
        case .officeHours:
            return .text(HoursReader.canonical(text) ?? Folding.trimmed(text))
        case .custom, .erasure, .clockOff, .timesFix, .events, .limitExtension, .officeStep,
            .desks:
            return .text(text)
        }
    }

    /// The day of an option, an argument or a cell.
    ///
    /// - Throws: `DossierError.unread`.
    public static func day(_ text: String, of name: FieldName) throws(DossierError) -> CalendarDate
    {
        do throws(Unread) {
            return try TimeReader.day(text)
        } catch {
            throw .unread(name, error)
        }
    }

    /// The instant of an option or a member; a day means its first second.
    ///
    /// - Throws: `DossierError`.
    public static func instant(
        _ text: String, of name: FieldName, today: CalendarDate? = nil
    ) throws(DossierError) -> Int64 {
        let moment: TimeReader.Moment
        do throws(Unread) {
            moment = try TimeReader.moment(text, today: today)
        } catch {
            throw .unread(name, error)
        }
        let instant =
            switch moment {
            case .instant(let instant): instant
            case .day(let day):
                name == "due_at" ? OfficeTime.endOfDay(day) : OfficeTime.startOfDay(day)
            }
        try FieldCodec.check(instant, in: DossierLimits.instant, name: name)
        return instant
    }

    /// Until when a limit was lengthened, as a table says it: a day means its last second; `nil` for none.
    ///
    /// - Throws: `DossierError`.
    public static func limitExtension(_ text: String) throws(DossierError) -> LimitExtension? {
        if absent(text) { return nil }
        let moment: TimeReader.Moment
        do throws(Unread) {
            moment = try TimeReader.moment(text, today: nil)
        } catch {
            throw .unread(RecordSchema.extensionsField, error)
        }
        let end =
            switch moment {
            case .instant(let instant): instant
            case .day(let day): OfficeTime.endOfDay(day)
            }
        try FieldCodec.check(end, in: DossierLimits.instant, name: RecordSchema.extensionsField)
        return LimitExtension(to: Timestamp(milliseconds: end), from: nil, signer: "")
    }

    private static func instant(
        _ text: String, _ name: FieldName, _ today: CalendarDate?
    ) throws(DossierError) -> FieldValue {
        absent(text) ? .null : .integer(try instant(text, of: name, today: today))
    }

    private static func day(
        _ text: String, _ name: FieldName
    ) throws(DossierError) -> FieldValue {
        absent(text) ? .null : .text(try day(text, of: name).description)
    }

    private static func number(
        _ text: String, _ name: FieldName
    ) throws(DossierError) -> FieldValue {
        let isMoney = name == "fee_vnd"
        if !isMoney, absent(text) { return .null }
        do throws(Unread) {
            return .integer(
                isMoney ? try NumberReader.money(text) : try NumberReader.whole(text))
        } catch {
            throw .unread(name, error)
        }
    }

    /// What is none of the field's words stays as it is, for the check to refuse.
    private static func choice(_ text: String, _ field: FieldDefinition) -> FieldValue {
        absent(text) && field.isClearable
            ? .null : .text(ChoiceWords.word(text, of: field) ?? text)
    }

    private static func identity(
        _ text: String, _ name: FieldName
    ) throws(DossierError) -> FieldValue {
        let number = DigitsText.identity(text)
        if !TextRules.mayBeIdentity(number) {
            throw .malformed(
                name,
                reason: "has the wrong number of digits: a person's has 9 or 12, "
                    + "a tax code 10 or 13")
        }
        return .text(number)
    }

    /// Names and addresses have no runs of blanks; notes and details are laid out by their writers.
    private static func plain(_ text: String, _ field: FieldDefinition) -> String {
        if field.name == "papers" {
            return text.split(separator: "\n").map { Folding.trimmed(String($0)) }
                .filter { !$0.isEmpty }
                .map(DossierPaper.line(typed:)).joined(separator: "\n")
        }
        if field.isEntries || field.name == "details" { return Folding.trimmed(text) }
        return Folding.squeezed(text)
    }

    private static func says(_ text: String, _ words: Message) -> Bool {
        guard text.utf8.count < 64 else { return false }
        let text = Folding.trimmed(text)
        return text == words.english || text == words.vietnamese
    }

    /// A dash alone, as tables and screens show that there is nothing.
    private static func absent(_ text: String) -> Bool {
        // Where a letter or digit of ASCII stands, something is said.
        text.utf8.count < 16 && !text.utf8.contains { isLetterOrDigit($0) }
            && TypedText(text).rest == [.sign("-")]
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }
}
