public import Causality
public import CommandLine
internal import Dossiers
public import Replication
internal import Text
public import Time

/// Options and arguments, read as people write what stands in them. No error repeats the text: what
/// slipped into the place of a time may be somebody's name.
extension Invocation {
    /// The option's day; `nil` if it was not given.
    ///
    /// - Throws: `UsageError` with the place that was not understood.
    public func day(_ option: String) throws(UsageError) -> CalendarDate? {
        guard let text = value(option) else { return nil }
        do throws(Unread) {
            return try TimeReader.day(text)
        } catch {
            throw UsageError(Message(verbatim: "\(option) ") + error.message)
        }
    }

    /// The argument's day.
    ///
    /// - Throws: `UsageError` with the place that was not understood.
    public func day(ofArgument name: String) throws(UsageError) -> CalendarDate {
        do throws(Unread) {
            return try TimeReader.day(positional(name))
        } catch {
            throw UsageError(Message("the day ", vi: "ngày ") + error.message)
        }
    }

    /// The option's time; a day means its first instant. `nil` if it was not given.
    ///
    /// - Parameter today: The day that a time alone means; without it a time alone is refused.
    /// - Throws: `UsageError` with the place that was not understood.
    public func instant(
        _ option: String, today: CalendarDate?
    ) throws(UsageError) -> Timestamp? {
        guard let text = value(option) else { return nil }
        do throws(Unread) {
            switch try TimeReader.moment(text, today: today) {
            case .day(let day): return Timestamp(milliseconds: OfficeTime.startOfDay(day))
            case .instant(let instant): return Timestamp(milliseconds: instant)
            }
        } catch {
            throw UsageError(Message(verbatim: "\(option) ") + error.message)
        }
    }

    /// The option as one of a field's words, by its name in either language; `nil` if it was not given.
    ///
    /// - Throws: `UsageError` that lists the words.
    public func word(_ option: String, of field: FieldName) throws(UsageError) -> String? {
        guard let text = value(option) else { return nil }
        return try word(text, of: field, named: option)
    }

    /// The argument as one of a field's words, by its name in either language.
    ///
    /// - Throws: `UsageError` that lists the words.
    public func argument(_ name: String, of field: FieldName) throws(UsageError) -> String {
        try word(positional(name), of: field, named: name)
    }

    private func word(
        _ text: String, of field: FieldName, named name: String
    ) throws(UsageError) -> String {
        guard let definition = RecordSchema.definition(of: field) else { return text }
        if let word = ChoiceWords.word(text, of: definition) { return word }
        let words = ChoiceWords.words(of: definition)
        let list = words.map { word in
            Message(word, vi: "\(ChoiceWords.title(of: word, in: field).vietnamese) (\(word))")
        }
        let nearest = Suggestion.nearest(to: text, among: words)
        throw UsageError(
            Message("\(name) must be one of ", vi: "\(name) phải là một trong: ")
                + .joined(list, separator: ", ")
                + Message(", not “\(text)”", vi: "; không phải “\(text)”"),
            hint: nearest.map {
                Message("did you mean \(name) \($0)?", vi: "có phải ý bạn là \(name) \($0)?")
            })
    }
}
