internal import CommandLine
public import RecordArguments
public import Replication
public import Time

extension FieldArguments {
    /// Reads words of a command line; without a kind the fields of all kinds are known.
    ///
    /// - Parameter today: The day that a time alone means; without it a time alone is refused.
    /// - Throws: `UsageError` for a word of another form, `DossierError` for its content.
    public init(
        typed words: [String], kind: RecordKind? = nil, today: CalendarDate? = nil
    ) throws {
        do {
            try self.init(words, kind: kind, today: today)
        } catch let error as RecordArgumentError {
            throw UsageError(error.message, hint: error.hint)
        }
    }
}
