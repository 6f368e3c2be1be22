// The fields of every kind of record. One name has one type in all kinds (a test holds us to it),
// so that a line of `apply` can be read before the record that it names has been looked up.

public import Replication

/// What a field may hold.
public enum FieldType: Hashable, Sendable {
    /// Text of at most so many characters (Unicode code points); line feeds and tabs are allowed.
    case text(charactersMax: Int)
    /// A code: text without white space, at most `DossierLimits.codeCharactersMax` characters.
    case code
    /// An identity or passport number, kept as text: letters, digits and hyphens.
    case identityNumber
    /// A telephone number, kept as text: digits, spaces and `+ ( ) . -`.
    case phone
    /// An instant: milliseconds since the Unix epoch.
    case instant
    /// A whole number of this range.
    case integer(ClosedRange<Int64>)
    /// One of these words.
    case choice([String])
    /// The status of a dossier.
    case status
    /// A day without a time: text `YYYY-MM-DD`.
    case day
    /// How long a procedure may take: text that `TimeLimit` reads.
    case timeLimit
    /// Which steps a procedure allows: text that `TransitionTable` reads.
    case transitions
    /// When an office is open: text that `OfficeHours` reads.
    case officeHours
    /// An order that the record be erased: an `Erasure`, which nobody writes as a field.
    case erasure
    /// How far the clock was off under which a change was written: milliseconds, negative for behind.
    case clockOff
    /// The times of acts that were set right: text that `TimesFix` reads.
    case timesFix
    /// What happened: text that `DossierEvent` reads.
    case events
    /// An address of electronic mail, kept as text.
    case email
    /// A limit that was lengthened: text that `LimitExtension` reads.
    case limitExtension
    /// A step inside the office: text that `OfficeStep` reads.
    case officeStep
    /// Desks of an office and their names: text that `ListedDesk` reads.
    case desks
    /// A custom field: any JSON value within the limits.
    case custom

    /// Whether people write it as a field: the others are written by commands of their own.
    public var isWritten: Bool {
        switch self {
        case .erasure, .clockOff, .timesFix, .events, .limitExtension, .officeStep, .desks: false
        default: true
        }
    }
}

/// One field of a kind of record.
public struct FieldDefinition: Hashable, Sendable {
    /// Its number in stored blobs: the same in every kind that has the field, given once, and never
    /// given to another.
    public let number: UInt64
    /// The field's name.
    public let name: FieldName
    /// What it may hold.
    public let type: FieldType
    /// Whether it may hold a citizen's data. Custom fields count as if they did.
    public let isPersonal: Bool
    /// Whether values accumulate instead of replacing each other (notes).
    public let isEntries: Bool
    /// Whether replicas keep it in a column of its own, to be searched and sorted by. All else
    /// stands in the record's blob.
    public let hasColumn: Bool

    init(
        _ number: UInt64, _ name: FieldName, _ type: FieldType, isPersonal: Bool = false,
        isEntries: Bool = false, hasColumn: Bool = true
    ) {
        self.number = number
        self.name = name
        self.type = type
        self.isPersonal = isPersonal
        self.isEntries = isEntries
        self.hasColumn = hasColumn
    }

    /// A field that offices name themselves: it has no number, and blobs hold its name.
    init(custom name: FieldName) {
        self.init(0, name, .custom, isPersonal: true, hasColumn: false)
    }

    /// What is shown when the field has several values.
    public var rule: MergeRule {
        if isEntries { return .entries }
        return type == .status ? .workflow(DossierWorkflow()) : .register
    }

    /// Whether `null` may be written. A dossier keeps a status, and a record an office: without
    /// one it would leave every counter's scope, its own included.
    public var isClearable: Bool {
        !isEntries && type != .status && name.rawValue != RecordSchema.officeField.rawValue
    }
}

/// The fields of each kind of record.
public enum RecordSchema {
    /// The field that puts a record into an office's scope.
    public static let officeField: FieldName = "office"
    /// The field that accumulates notes.
    public static let notesField: FieldName = "notes"
    /// The field with a dossier's status.
    public static let statusField: FieldName = "status"
    /// The field that accumulates the statuses by which a dossier's clock stopped and went on.
    public static let pausesField: FieldName = "pauses"
    /// The field that says who is to settle a record's conflicts: the latest entry counts.
    public static let assignedField: FieldName = "assigned"
    /// The field that accumulates the orders by which a record was erased.
    public static let erasedField = RecordState.erasedField
    /// The field whose entries say which changes were written under a wrong clock.
    public static let clockOffField: FieldName = "clock_off"
    /// The field that accumulates the times that were set right since.
    public static let timesFixedField: FieldName = "times_fixed"
    /// The field that accumulates what happened to a record.
    public static let eventsField: FieldName = "events"
    /// The field that accumulates extensions of a dossier's limit.
    public static let extensionsField: FieldName = "extensions"
    /// The field that accumulates a dossier's steps inside the office.
    public static let stepsField: FieldName = "steps"
    /// The field that accumulates an office's desks and their names.
    public static let desksField: FieldName = "desks"
    /// What the names of custom fields begin with.
    public static let customPrefix = "x."

    /// The fields in the order of columns; empty for a kind that this version does not know.
    public static func definitions(of kind: RecordKind) -> [FieldDefinition] {
        table(of: kind)?.definitions ?? []
    }

    /// A field of a kind, custom ones included; `nil` when this version does not know it. O(1).
    public static func definition(of name: FieldName, in kind: RecordKind) -> FieldDefinition? {
        guard let table = table(of: kind) else { return nil }
        if let place = table.place(of: name) { return table.definitions[place] }
        return isCustom(name) ? FieldDefinition(custom: name) : nil
    }

    /// A field of any kind, custom ones included; `nil` when this version does not know it. O(1).
    public static func definition(of name: FieldName) -> FieldDefinition? {
        if let place = allKinds.place(of: name) { return allKinds.definitions[place] }
        return isCustom(name) ? FieldDefinition(custom: name) : nil
    }

    /// What is shown when a field has several values; `register` for what is not known. O(1).
    public static func rule(of name: FieldName, in kind: RecordKind) -> MergeRule {
        guard let table = table(of: kind), let place = table.place(of: name) else {
            return .register
        }
        return table.rules[place]
    }

    /// What an erasure leaves of a kind of record: the fields that hold no person's data. O(fields).
    public static func fieldsKeptByErasure(of kind: RecordKind) -> [FieldName] {
        definitions(of: kind).filter { !$0.isPersonal && $0.name != erasedField }.map(\.name)
    }

    /// Whether this is a well-formed custom name: `x.` and 1 to 64 of `a-z 0-9 _ . -`.
    public static func isCustom(_ name: FieldName) -> Bool {
        name.rawValue.hasPrefix(customPrefix)
            && name.rawValue.utf8.count > customPrefix.utf8.count && isWellFormed(name)
    }

    /// Whether this may name a field of this or a newer version: 1 to 66 of `a-z 0-9 _ . -`.
    public static func isWellFormed(_ name: FieldName) -> Bool {
        let bytes = name.rawValue.utf8
        return (1...DossierLimits.fieldNameBytesMax).contains(bytes.count)
            && bytes.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                    UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }

    /// Whether the schema of the kind has this field, custom ones excluded.
    static func isDefined(_ name: FieldName, of kind: RecordKind) -> Bool {
        table(of: kind)?.place(of: name) != nil
    }

    private static func table(of kind: RecordKind) -> SchemaTable? {
        switch kind {
        case .dossier: dossier
        case .contact: contact
        case .office: office
        case .procedure: procedure
        case .holiday: holiday
        default: nil
        }
    }
}

/// The fields of one kind with an index by name: it is asked for every field of every change and record.
final class SchemaTable: Sendable {
    let definitions: [FieldDefinition]
    let rules: [MergeRule]
    private let places: [FieldName: Int]

    init(_ definitions: [FieldDefinition]) {
        self.definitions = definitions
        rules = definitions.map(\.rule)
        places = Dictionary(
            uniqueKeysWithValues: definitions.enumerated().map { ($1.name, $0) })
    }

    func place(of name: FieldName) -> Int? { places[name] }
}
