// One line of `apply FILE.ndjson` (the command line's contract):
//
//     {"new":KIND,"id":UUID,"fields":{…}}     a new record; the id is optional
//     {"set":ID or CODE,"fields":{…}}         writes fields of a record
//     {"note":ID or CODE,"text":…}            adds a note
//
// Each may carry "at" (when it happened: RFC 3339, or as people write a time) and "by" (who did it). `notes` among the fields
// of the first two is added, never written over. A member that we do not know is refused: in a
// hand-written line it is a typing error. What `set` names is not looked up here, so its fields are
// checked against all kinds, and once more by `DossierRules.checkFields` when the kind is known.

public import Causality
internal import JSON
public import Replication
internal import Text

/// One edit of a file of edits.
public struct EditLine: Hashable, Sendable {
    /// What the line asks for.
    public enum Action: Hashable, Sendable {
        /// A new record, with the id that it brings along, if any.
        case new(RecordKind, RecordID?, writes: [FieldWrite], additions: [FieldWrite])
        /// Writes to fields of a record.
        case set(RecordReference, writes: [FieldWrite], additions: [FieldWrite])
        /// A note added to a record.
        case note(RecordReference, text: String)
    }

    /// What the line asks for.
    public var action: Action
    /// When it happened; `nil` for now.
    public var at: Timestamp?
    /// Who did it.
    public var by: String?

    /// Makes a line.
    public init(action: Action, at: Timestamp? = nil, by: String? = nil) {
        self.action = action
        self.at = at
        self.by = by
    }

    /// Reads one line, without its line feed.
    ///
    /// - Throws: `DossierError`; its text holds nothing of the line's values.
    public init(parsing bytes: [UInt8]) throws(DossierError) {
        try self.init(parsing: bytes[...])
    }

    /// Reads one line, without its line feed.
    ///
    /// - Throws: `DossierError`; its text holds nothing of the line's values.
    public init(parsing bytes: ArraySlice<UInt8>) throws(DossierError) {
        let json: JSONValue
        do {
            json = try JSONValue(parsing: bytes)
        } catch {
            throw .notJSON(error)
        }
        guard case .object(let members) = json else {
            throw .notAnEdit(reason: "the line is no JSON object")
        }
        try self.init(EditMembers(members))
    }

    private init(_ members: EditMembers) throws(DossierError) {
        at = try members.time("at")
        by = try members.writer()
        switch try members.verb() {
        case "new":
            try members.allow(["new", "id", "fields"])
            let kind = try members.kind()
            let fields = try members.fields(of: kind)
            action = .new(
                kind, try members.id(), writes: fields.writes, additions: fields.additions)
        case "set":
            try members.allow(["set", "fields"])
            let record = try RecordReference(try members.text("set"))
            let fields = try members.fields(of: nil)
            action = .set(record, writes: fields.writes, additions: fields.additions)
        default:
            try members.allow(["note", "text"])
            let record = try RecordReference(try members.text("note"))
            action = .note(record, text: try members.note())
        }
    }
}

/// The members of a line's object, read one at a time.
private struct EditMembers {
    private static let verbs: [FieldName] = ["new", "set", "note"]
    private let members: [JSONMember]

    init(_ members: [JSONMember]) {
        self.members = members
    }

    func verb() throws(DossierError) -> FieldName {
        let found = Self.verbs.filter { self[$0] != nil }
        guard let verb = found.first else {
            throw .notAnEdit(reason: "the line has none of new, set and note")
        }
        guard found.count == 1 else {
            throw .notAnEdit(reason: "the line has more than one of new, set and note")
        }
        return verb
    }

    /// Refuses members other than these, `at` and `by`.
    func allow(_ names: Set<FieldName>) throws(DossierError) {
        for member in members {
            let name = FieldName(member.name)
            if !names.contains(name), name != "at", name != "by" { throw .unknownMember(name) }
        }
    }

    func text(_ name: FieldName) throws(DossierError) -> String {
        guard let text = self[name]?.stringValue else {
            throw .wrongType(name, expected: "text")
        }
        return text
    }

    func kind() throws(DossierError) -> RecordKind {
        guard let kind = RecordKind(name: try text("new")) else { throw .unknownKind }
        return kind
    }

    func id() throws(DossierError) -> RecordID? {
        guard self["id"] != nil else { return nil }
        guard let id = RecordID(try text("id")) else {
            throw .malformed("id", reason: "is no UUID")
        }
        return id
    }

    func time(_ name: FieldName) throws(DossierError) -> Timestamp? {
        guard self[name] != nil else { return nil }
        return Timestamp(milliseconds: try FieldReader.instant(try text(name), of: name))
    }

    func writer() throws(DossierError) -> String? {
        guard self["by"] != nil else { return nil }
        let writer = Folding.squeezed(try text("by"))
        if writer.isEmpty { throw .malformed("by", reason: "is empty") }
        try FieldCodec.check(
            writer, charactersMax: DossierLimits.writerCharactersMax, name: "by")
        return writer
    }

    func note() throws(DossierError) -> String {
        let text = Folding.trimmed(try text("text"))
        if text.isEmpty { throw .malformed("text", reason: "is empty") }
        try FieldCodec.check(
            text, charactersMax: DossierLimits.noteCharactersMax, name: "text")
        return text
    }

    /// The fields of a kind, or of any kind; in canonical order.
    func fields(
        of kind: RecordKind?
    ) throws(DossierError) -> (writes: [FieldWrite], additions: [FieldWrite]) {
        guard case .object(let fields)? = self["fields"] else {
            throw .wrongType("fields", expected: "an object of fields and values")
        }
        if fields.isEmpty { throw .notAnEdit(reason: "fields is empty") }
        if fields.count > DossierLimits.changeFieldsMax {
            throw .tooManyFields(max: DossierLimits.changeFieldsMax)
        }
        var (writes, additions): ([FieldWrite], [FieldWrite]) = ([], [])
        for field in fields {
            let name = FieldName(field.name)
            let known =
                kind.map { RecordSchema.definition(of: name, in: $0) }
                ?? RecordSchema.definition(of: name)
            guard let definition = known else { throw .unknownField(name, kind) }
            let write = FieldWrite(
                name, try FieldCodec.value(from: field.value, for: definition))
            if definition.isEntries { additions.append(write) } else { writes.append(write) }
        }
        return (writes.sorted { $0.name < $1.name }, additions)
    }

    private subscript(name: FieldName) -> JSONValue? {
        members.first { $0.name == name.rawValue }?.value
    }
}
