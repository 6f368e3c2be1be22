internal import Causality
internal import CommandLine
internal import Crypto
internal import Dossiers
internal import Foundation
internal import JSON
internal import Text
internal import ReplicaStore
internal import SQLite

/// A central's home directory and its database.
struct CentralHome {
    let path: String
    /// The command that is run; `nil` in the demonstration, where nobody is told of a clock.
    private let invocation: Invocation?

    static let option = Option(
        "--home", valueName: "DIR",
        help: Message(
            "central's directory (default: DOSSIER_HOME, or the XDG data directory)",
            vi: "thư mục của trung tâm "
                + "(mặc định: DOSSIER_HOME, hoặc thư mục dữ liệu XDG)"))

    init(_ invocation: Invocation) throws {
        self.invocation = invocation
        path = try HomeDirectory.path(
            given: invocation.value("--home"), ProcessInfo.processInfo.environment,
            program: "central")
    }

    init(path: String) {
        self.path = path
        invocation = nil
    }

    var databasePath: String { ReplicaDatabase.path(inHome: path, role: .central) }

    /// Opens the database; makes home and database when they are missing and `isMaking` is set.
    func open(isMaking: Bool = false) throws -> ReplicaDatabase {
        do {
            guard isMaking, !FileManager.default.fileExists(atPath: databasePath) else {
                return try ReplicaDatabase(path: databasePath, role: .central)
            }
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
            return try ReplicaDatabase(path: databasePath, role: .central, isNew: true)
        } catch let error as StoreError {
            throw CommandFailure(error)
        } catch {
            throw CommandFailure(
                .cantCreate,
                Message(
                    "the home directory cannot be made at \(path)",
                    vi: "không tạo được thư mục \(path)"),
                hint: Message(
                    "check --home, and who may write there", vi: "kiểm tra --home và quyền ghi"))
        }
    }

    /// Runs `body` with the database open.
    func withDatabase<R>(isMaking: Bool = false, _ body: (ReplicaDatabase) throws -> R) throws -> R
    {
        let database = try open(isMaking: isMaking)
        defer { database.close() }
        do {
            return try body(database)
        } catch let error as StoreError {
            throw CommandFailure(error)
        } catch let error as DossierError {
            throw CommandFailure(.dataError, error.message, hint: error.hint)
        }
    }

    /// Tells of a clock that is wrong, before something is written by it. It is never a reason to refuse;
    /// a person at a terminal may think better of it.
    func heedClock(_ database: ReplicaDatabase) throws {
        let now = SystemClock().now()
        let fault = try database.read { try database.clockFault(at: now) }
        guard let invocation, let fault else { return }
        let wasAsked = try database.read { try database.wasAsked(about: fault) }
        if try invocation.tell(ofClock: fault.words, wasAsked: wasAsked, .atTerminal) {
            try database.write(now: now) { try $0.noteAsked(about: fault) }
        }
    }

    /// Writes as central, under an identity of this one run.
    func write<R>(
        _ database: ReplicaDatabase, _ body: (LocalEdit, WriteTransaction) throws -> R
    ) throws -> R {
        try heedClock(database)
        let session = ReplicaID(SystemRandomSource().number() >> 1)
        return try database.write(now: SystemClock().now()) { transaction in
            try body(try LocalEdit(transaction, session: session), transaction)
        }
    }
}

extension ReplicaDatabase {
    /// Refuses the code of an office that the catalog does not have; `nil` is no code.
    ///
    /// - Parameter isOnlyRead: an office counts as well whose code the catalog has no more, while records
    ///   name it.
    /// - Throws: `CommandFailure`, `StoreError`.
    func requireOffice(_ code: String?, isOnlyRead: Bool = false) throws {
        guard let code, try !hasOffice(code) else { return }
        if isOnlyRead {
            var filter = RecordFilter()
            filter.office = code
            if try recordCount(filter) > 0 { return }
        }
        throw CommandFailure(
            .dataError,
            Message(
                "the catalog has no office with this code",
                vi: "danh mục không có cơ quan mang mã này"),
            hint: Message("see: central office list", vi: "xem: central office list"))
    }
}

extension CommandFailure {
    /// What a failed store means for the person and for the exit code.
    init(_ error: StoreError) {
        let code: ExitCode =
            switch error {
            case .sqlite(let error) where error.isOutOfFiles: .osError
            case .sqlite(let error) where error.isBusy: .temporaryFailure
            case .sqlite(let error) where error.isReadOnly || error.cannotOpen: .noPermission
            case .sqlite(let error) where error.isFull || error.isIOFailure: .ioError
            case .sqlite, .damaged: .dataError
            case .notThisKind, .newerVersion, .missing: .configuration
            case .displaced: .ioError
            case .exists: .cantCreate
            case .notEnrolled: .noPermission
            default: .dataError
            }
        var hint = error.hint
        if case .noSuchRecord = error {
            hint = Message(
                "see ids and codes with: central records --ndjson",
                vi: "xem id và mã bằng: central records --ndjson")
        }
        self.init(code, error.message, hint: hint)
    }
}

/// Times as the office reads them.
enum ShownTime {
    static func text(_ time: Timestamp?) -> String {
        time.map { OfficeTime.text(milliseconds: $0.milliseconds) } ?? "never"
    }

    static func json(_ time: Timestamp?) -> JSONValue {
        time.map { .string(OfficeTime.text(milliseconds: $0.milliseconds)) } ?? .null
    }
}
