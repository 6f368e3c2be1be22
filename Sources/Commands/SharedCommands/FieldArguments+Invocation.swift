internal import CommandLine
public import RecordArguments
public import Replication

extension FieldArguments {
    /// Reads words of a command line; without a kind the fields of all kinds are known.
    ///
    /// - Throws: `UsageError` for a word of another form, `DossierError` for its content.
    public init(typed words: [String], kind: RecordKind? = nil) throws {
        do {
            try self.init(words, kind: kind)
        } catch let error as RecordArgumentError {
            throw UsageError(error.message, hint: error.hint)
        }
    }
}
