public import CommandLine
public import RecordArguments
public import Replication
internal import Text

extension ConflictChoice {
    /// The arguments and the option of a command that settles a conflict, after the record.
    public static let arguments = [
        Positional(
            "FIELD",
            help: Message(
                "the field in conflict; or FIELD=VALUE",
                vi: "trường đang mâu thuẫn; hoặc TRƯỜNG=GIÁ-TRỊ"), optional: true
        ),
        Positional(
            "VALUE",
            help: Message(
                "the value that holds from now on, or its number among those in conflict",
                vi: "giá trị có hiệu lực từ nay, hoặc số thứ tự trong các giá trị mâu thuẫn"),
            optional: true),
    ]
    /// Names a change.
    public static let option = Option(
        "--use", valueName: "REPLICA:SEQ",
        help: Message("the change whose value holds", vi: "thay đổi có giá trị được giữ"))

    /// Reads the arguments.
    ///
    /// - Throws: `UsageError`.
    public init(_ invocation: Invocation) throws {
        let change = try invocation.value(
            "--use", expected: Message(verbatim: "REPLICA:SEQ"), transform: Self.change(parsing:))
        guard invocation.optionalPositional("FIELD") != nil else {
            throw UsageError(
                Message("the argument FIELD is missing", vi: "thiếu đối số TRƯỜNG"))
        }
        do {
            try self.init(
                field: invocation.positional("FIELD"),
                value: invocation.optionalPositional("VALUE"), change: change)
        } catch {
            throw UsageError(error.message, hint: error.hint)
        }
    }

    /// The value, among those of a record.
    ///
    /// - Throws: `CommandFailure` when no value was written by the change that is named, `DossierError`
    ///   when the field cannot hold the value.
    public func chosenValue(in state: RecordState) throws -> FieldValue {
        do {
            return try value(in: state)
        } catch let error as RecordArgumentError {
            throw CommandFailure(.dataError, error.message, hint: error.hint)
        }
    }
}
