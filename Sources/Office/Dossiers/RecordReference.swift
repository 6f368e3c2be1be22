public import Replication

/// How a person names a record: by its id or by its code.
public enum RecordReference: Hashable, Sendable {
    /// The record's id.
    case id(RecordID)
    /// The code in the record's field `code`; which record has it is for the store to say.
    case code(String)
    /// The code, or its end where one dossier's code alone ends so, as a person types it who reads the
    /// answer. Files of edits name whole codes.
    case typed(String)

    /// Reads a UUID as an id and anything else as a code, or the end of one.
    ///
    /// - Throws: `DossierError` when the text can be neither.
    public init(typed text: String) throws(DossierError) {
        self = try RecordReference(text)
        if case .code(let code) = self { self = .typed(code) }
    }

    /// Reads a UUID as an id and anything else as a code.
    ///
    /// - Throws: `DossierError` when the text can be neither.
    public init(_ text: String) throws(DossierError) {
        let text = CodeText.plain(text)
        if let id = RecordID(text) {
            self = .id(id)
            return
        }
        try FieldCodec.check(
            text, charactersMax: DossierLimits.codeCharactersMax, name: "record")
        guard TextRules.isCode(text) else {
            throw .malformed("record", reason: "is neither an id nor a code")
        }
        self = .code(text)
    }
}
