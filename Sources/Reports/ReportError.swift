public import JSON
internal import ReplicaStore
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
    /// The store is damaged or of another version; the text is the store's.
    case store(String)
    /// This central's feed does not have the position of the cut.
    case unknownCut
    /// A record came in whole since the cut, so that what it was then is not known any more.
    case cutNotKept
    /// The document holds no cut.
    case noCut
    /// The command line names no period, or two.
    case badPeriod
    /// The report cannot be written; the text says why.
    case output(String)
}

extension ReportError {
    /// What an error of the store means for a report.
    init(_ error: any Error, path: String) {
        switch error {
        case let error as ReportError: self = error
        case is StateNotKept: self = .cutNotKept
        case let error as SQLiteError where error.isNotADatabase:
            self = .notADossierDatabase(path: path)
        case let error as SQLiteError: self = .sqlite(error)
        case StoreError.missing: self = .missing(path: path)
        case StoreError.notThisKind: self = .notADossierDatabase(path: path)
        case StoreError.sqlite(let error) where error.isNotADatabase:
            self = .notADossierDatabase(path: path)
        case StoreError.sqlite(let error): self = .sqlite(error)
        default: self = .store("\(error)")
        }
    }
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
        case .store(let reason): reason
        case .unknownCut: "this central does not have the position of that report"
        case .cutNotKept: "a record has come in whole since that report"
        case .noCut: "the file holds no cut of a report"
        case .badPeriod: "the period is missing, or is none"
        case .output(let reason): reason
        }
    }

    /// What the person can do about it.
    public var hint: String {
        switch self {
        case .emptyPeriod: "give the earlier day as --from and the later one as --to"
        case .missing, .notADossierDatabase: "name the home directory of a replica or a central"
        case .unknownOffice: "see the offices with: central office list"
        case .sqlite(let error) where error.isBusy: "try again when the other program is done"
        case .sqlite, .store: "check the file and its disk; restore a backup if it is damaged"
        case .unknownCut: "it was restored from a backup since, or the report is another central's"
        case .cutNotKept: "what it was at that time is not kept; make a new report"
        case .badPeriod:
            "give --from and --to as YYYY-MM-DD, or --period as 2021-05, 2021-Q2 or 2021-H1"
        case .output: "check the disk, or where the output goes"
        case .noCut: "give the report that was printed with --json"
        }
    }
}
