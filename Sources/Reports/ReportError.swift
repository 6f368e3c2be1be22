public import JSON
public import SQLite

/// Why there is no report. No case holds anything of a record.
public enum ReportError: Error, Sendable, Equatable {
    /// The first day lies after the last.
    case emptyPeriod(from: CalendarDate, to: CalendarDate)
    /// There is no file.
    case missing(path: String)
    /// The file is neither a counter's replica nor a central store.
    case notADossierDatabase(path: String)
    /// Neither the catalog nor any record knows this office.
    case unknownOffice
    /// SQLite failed.
    case sqlite(SQLiteError)
}

extension ReportError: CustomStringConvertible {
    /// What happened, in one sentence for a person.
    public var description: String {
        switch self {
        case .emptyPeriod(let from, let to): "the period from \(from) to \(to) has no day"
        case .missing(let path): "there is no database at \(path)"
        case .notADossierDatabase(let path): "\(path) is neither a replica nor a central store"
        case .unknownOffice: "no office with this code is known here"
        case .sqlite(let error): "the database cannot be read: \(error)"
        }
    }

    /// What the person can do about it.
    public var hint: String {
        switch self {
        case .emptyPeriod: "give the earlier day as --from and the later one as --to"
        case .missing, .notADossierDatabase: "name the home directory of a replica or a central"
        case .unknownOffice: "see the offices with: central office list"
        case .sqlite(let error) where error.isBusy: "try again when the other program is done"
        case .sqlite: "check the file and its disk; restore a backup if it is damaged"
        }
    }
}
