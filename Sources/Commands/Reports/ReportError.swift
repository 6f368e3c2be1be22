internal import SQLiteStore
public import SQLite
public import Text
public import Time

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
    /// A replica has only the records of its own office, which is this one.
    case otherOffice(own: String)
    /// SQLite failed.
    case sqlite(SQLiteError)
    /// The store is damaged or of another version; the words are the store's.
    case store(Message)
    /// This central's feed does not have the position of the cut.
    case unknownCut
    /// A record came in whole since the cut, so that what it was then is not known any more.
    case cutNotKept
    /// The document holds no cut.
    case noCut
    /// The command line names no period, or two.
    case badPeriod
    /// A period or a day that nobody understands.
    case unreadPeriod(Unread)
    /// The report cannot be written; the text says why.
    case output(Message)
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
        case StoreError.engine(let error as SQLiteError) where error.isNotADatabase:
            self = .notADossierDatabase(path: path)
        case StoreError.engine(let error as SQLiteError): self = .sqlite(error)
        case let error as StoreError: self = .store(error.message)
        default: self = .store(Message(verbatim: "\(error)"))
        }
    }
}

extension ReportError: CustomStringConvertible {
    /// What happened, in one sentence, in English.
    public var description: String { message.english }

    /// What happened, in one sentence for a person.
    public var message: Message {
        switch self {
        case .emptyPeriod(let from, let to):
            Message(
                "the period from \(from) to \(to) has no day",
                vi: "kỳ từ \(from) đến \(to) không có ngày nào")
        case .missing(let path):
            Message("there is no database at \(path)", vi: "không có cơ sở dữ liệu tại \(path)")
        case .notADossierDatabase(let path):
            Message(
                "\(path) is neither a replica nor a central store",
                vi: "\(path) không phải bản sao của quầy hay kho của trung tâm")
        case .unreadPeriod(let unread):
            Message("the period ", vi: "kỳ báo cáo ") + unread.message
        case .unknownOffice:
            Message(
                "no office with this code is known here", vi: "không biết cơ quan nào có mã này")
        case .otherOffice(let own):
            Message(
                "this replica has the records of office \(own) only",
                vi: "máy này chỉ có dữ liệu của cơ quan \(own)")
        case .sqlite(let error):
            Message(
                "the database cannot be read: \(error)",
                vi: "không đọc được cơ sở dữ liệu: \(error)")
        case .store(let reason), .output(let reason): reason
        case .unknownCut:
            Message(
                "this central does not have the position of that report",
                vi: "trung tâm này không có vị trí của báo cáo đó")
        case .cutNotKept:
            Message(
                "a record has come in whole since that report",
                vi: "từ báo cáo đó đã có bản ghi được nhận nguyên vẹn")
        case .noCut:
            Message("the file holds no cut of a report", vi: "tệp không có căn cứ của báo cáo")
        case .badPeriod:
            Message(
                "the period is missing, or is none", vi: "thiếu kỳ báo cáo, hoặc kỳ không hợp lệ")
        }
    }

    /// What the person can do about it.
    public var hint: Message {
        switch self {
        case .emptyPeriod:
            Message(
                "give the earlier day as --from and the later one as --to",
                vi: "ghi ngày trước ở --from và ngày sau ở --to")
        case .missing, .notADossierDatabase:
            Message(
                "name the home directory of a replica or a central",
                vi: "ghi thư mục của quầy hoặc của trung tâm")
        case .unknownOffice:
            Message(
                "see the offices with: central office list",
                vi: "xem các cơ quan bằng: central office list")
        case .otherOffice:
            Message(
                "ask central for another office's figures: central report --office CODE",
                vi: "số liệu cơ quan khác thì hỏi trung tâm: central report --office MÃ")
        case .sqlite(let error) where error.isBusy:
            Message(
                "try again when the other program is done", vi: "thử lại khi chương trình kia xong")
        case .sqlite, .store:
            Message(
                "check the file and its disk; restore a backup if it is damaged",
                vi: "kiểm tra tệp và ổ đĩa; khôi phục bản sao lưu nếu hỏng")
        case .unknownCut:
            Message(
                "it was restored from a backup since, or the report is another central's",
                vi: "trung tâm đã được khôi phục từ bản sao lưu, hoặc báo cáo của trung tâm khác")
        case .cutNotKept:
            Message(
                "what it was at that time is not kept; make a new report",
                vi: "trạng thái lúc đó không còn được giữ; hãy lập báo cáo mới")
        case .badPeriod, .unreadPeriod:
            Message(
                "give --from and --to as YYYY-MM-DD, or --period as 2021-05, 2021-Q2 or 2021-H1",
                vi: "ghi --from và --to dạng 31/05/2021, hoặc --period dạng 05/2021, quý 2/2021")
        case .output:
            Message(
                "check the disk, or where the output goes",
                vi: "kiểm tra ổ đĩa, hoặc nơi ghi kết quả")
        case .noCut:
            Message(
                "give the report that was printed with --json", vi: "dùng báo cáo đã in bằng --json"
            )
        }
    }
}
