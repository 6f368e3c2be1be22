public import Dossiers
public import Replication
public import SQLite

/// Why the store could not do what was asked. No case carries the content of a record.
public enum StoreError: Error, Sendable {
    /// SQLite failed.
    case sqlite(SQLiteError)
    /// The file is no database of this kind.
    case notThisKind(path: String, expected: DatabaseRole)
    /// A newer program wrote the file.
    case newerVersion(path: String)
    /// There is no file.
    case missing(path: String, expected: DatabaseRole)
    /// There is a file already where one is to be made.
    case exists(path: String)
    /// A rule of the domain forbids the edit.
    case domain(DossierError)
    /// No record has this id or code.
    case noSuchRecord
    /// Several records have this code: name one by its id.
    case ambiguousCode([RecordID])
    /// A record with this id exists already.
    case duplicateID
    /// A dossier with this code exists already.
    case duplicateCode
    /// The record belongs to another office.
    case outOfScope
    /// The catalog has no office with this code.
    case unknownOffice
    /// This replica is not enrolled.
    case notEnrolled
    /// A copy of this replica wrote to the record under this replica's identity.
    case identityTaken
    /// The field is not in conflict.
    case notInConflict
    /// A stored row contradicts itself: the file is damaged.
    case damaged(table: String, key: Int64)
}

extension StoreError: CustomStringConvertible {
    /// What happened, in one sentence for a person.
    public var description: String {
        switch self {
        case .sqlite(let error): Self.words(for: error)
        case .notThisKind(let path, let expected):
            "\(path) is no DossierSync \(expected.words)"
        case .newerVersion(let path): "\(path) was written by a newer version of this program"
        case .missing(let path, let expected): "there is no \(expected.words) at \(path)"
        case .exists(let path): "there is already a database at \(path)"
        case .domain(let error): "\(error)"
        case .noSuchRecord: "no record has this id or code"
        case .ambiguousCode(let ids):
            "\(ids.count) dossiers have this code: "
                + ids.map(\.description).joined(separator: ", ")
        case .duplicateID: "a record with this id exists already"
        case .duplicateCode: "a dossier with this code exists already"
        case .outOfScope: "the record belongs to another office"
        case .unknownOffice: "the catalog has no office with this code"
        case .notEnrolled: "this replica is not enrolled"
        case .identityTaken: "another copy of this replica has written to the record"
        case .notInConflict: "the field is not in conflict"
        case .damaged(let table, let key): "row \(key) of \(table) is damaged"
        }
    }

    /// What the person can do about it.
    public var hint: String {
        switch self {
        case .sqlite(let error) where error.isFull: "make room on the disk; nothing was lost"
        case .sqlite(let error) where error.isOutOfFiles:
            "raise the limit of open files (ulimit -n), or end other programs; nothing was lost"
        case .sqlite(let error) where error.isBusy:
            "another program is writing; try again, or end that program"
        case .sqlite(let error) where error.isReadOnly: "check who owns the file and the directory"
        case .sqlite, .damaged: "nothing was written; keep a copy of the file and ask for help"
        case .notThisKind, .missing: "check --home (or DOSSIER_HOME)"
        case .newerVersion: "update this program"
        case .exists: "choose another --home"
        case .domain(let error): error.hint
        case .noSuchRecord: "look for it with: counter list --search TEXT"
        case .ambiguousCode: "name the dossier by its id"
        case .duplicateID: "leave the id out, or use set to change the record"
        case .duplicateCode: "leave the code out to have one given"
        case .outOfScope: "only the office that holds the dossier can write to it"
        case .unknownOffice: "sync first, or ask the central office to add it"
        case .notEnrolled: "ask the central office for a code, then: counter enrol URL --code C"
        case .identityTaken: "run counter sync: it gives this one an identity of its own"
        case .notInConflict: "see the conflicts that wait with: counter conflicts"
        }
    }

    private static func words(for error: SQLiteError) -> String {
        if error.isOutOfFiles { return "too many files are open" }
        if error.isFull { return "the disk is full" }
        if error.isBusy { return "the database is locked by another program" }
        if error.isReadOnly { return "the database cannot be written to" }
        if error.isNotADatabase { return "the file is no database" }
        if error.isCorrupt {
            // SQLite itself calls it damage when the system cannot read a page (EIO).
            return "the database is damaged, or the disk cannot be read "
                + "(SQLite \(error.extendedCode))"
        }
        if error.isIOFailure { return "the disk failed (SQLite \(error.extendedCode))" }
        if error.cannotOpen { return "the database cannot be opened" }
        return "the database failed (SQLite \(error.extendedCode))"
    }
}

extension DatabaseRole {
    /// What people call such a database.
    public var words: String {
        switch self {
        case .counter: "replica"
        case .central: "central"
        }
    }
}
