internal import Administration
internal import Causality
internal import CentralServer
internal import CommandLine
internal import Crypto
internal import Dossiers
internal import Foundation
internal import Glibc
internal import JSON
internal import SQLiteStore
internal import SharedCommands
internal import Store
internal import Text
internal import Time

/// A central's home directory and its database.
struct CentralHome: ProgramHome {
    typealias Database = CentralDatabase
    let path: String
    /// The command that is run.
    private let invocation: Invocation

    static let option = homeOption(
        Message(
            "central's directory (default: DOSSIER_HOME, or the XDG data directory)",
            vi: "thư mục của trung tâm "
                + "(mặc định: DOSSIER_HOME, hoặc thư mục dữ liệu XDG)"))

    init(_ invocation: Invocation) throws {
        self.invocation = invocation
        path = try Self.path(invocation, ProcessInfo.processInfo.environment)
    }

    /// Who works, for the trail: an account from another machine, or the user of this one.
    var actor: String {
        if let account = invocation.account { return "admin:" + account }
        let user = getpwuid(geteuid()).map { String(cString: $0.pointee.pw_name) }
        return "local:" + (user ?? String(geteuid()))
    }

    /// Opens the database; makes home and database when they are missing and `isMaking` is set.
    func open(isMaking: Bool = false) throws -> CentralDatabase {
        do {
            guard isMaking, !exists else {
                Housekeeping.writeNotes(besides: databasePath)
                return try CentralDatabase(
                    path: databasePath, onUpgrade: invocation.upgradeReport())
            }
            try makeFolder(
                orSay: Message(
                    "the home directory cannot be made at \(path)",
                    vi: "không tạo được thư mục \(path)"),
                hint: Message(
                    "check --home, and who may write there", vi: "kiểm tra --home và quyền ghi"))
            return try CentralDatabase(path: databasePath, isNew: true)
        } catch let error as StoreError {
            throw CommandFailure(error)
        }
    }

    /// Runs `body` with the database open.
    func withDatabase<R>(isMaking: Bool = false, _ body: (CentralDatabase) throws -> R) throws -> R
    {
        let database = try open(isMaking: isMaking)
        defer { database.close() }
        do {
            return try body(database)
        } catch let error as StoreError {
            throw CommandFailure(error)
        } catch let error as DossierError {
            throw CommandFailure(.dataError, error.message, hint: error.hint)
        } catch let error as AdministrationError {
            throw CommandFailure(error)
        } catch let error as RevocationError {
            throw CommandFailure(error)
        }
    }

    /// Tells of a clock that is wrong, before something is written by it. It is never a reason to refuse;
    /// a person at a terminal may think better of it.
    func heedClock(_ database: CentralDatabase) throws {
        let now = SystemClock().now()
        let fault = try database.read { try database.clockFault(at: now) }
        guard let fault else { return }
        let wasAsked = try database.read { try database.wasAsked(about: fault) }
        // Who asks from another machine is not at this one's terminal.
        let person = invocation.account == nil ? Person.atTerminal : nil
        if try invocation.tell(ofClock: fault.words, wasAsked: wasAsked, person) {
            try database.write(now: now) { try $0.noteAsked(about: fault) }
        }
    }

    /// Performs an act that writes records; a wrong clock is told of.
    ///
    /// - Throws: as the act.
    func perform<Act: OfficeAct>(
        _ act: Act, _ database: CentralDatabase
    ) throws -> Act.Outcome {
        try heedClock(database)
        return try database.perform(act, by: actor)
    }

    /// Writes as central, under an identity of this one run.
    func write<R>(
        _ database: CentralDatabase, _ body: (CentralEdit, CentralWriteTransaction) throws -> R
    ) throws -> R {
        try heedClock(database)
        let session = ReplicaID(SystemRandomSource().number() >> 1)
        return try database.write(now: SystemClock().now()) { transaction in
            try body(try CentralEdit(ofCentral: transaction, session: session), transaction)
        }
    }
}

extension CentralDatabase {
    /// Performs an act now.
    ///
    /// - Parameter actor: for the trail (`CentralHome.actor`).
    /// - Throws: as the act.
    func perform<Act: OfficeAct>(_ act: Act, by actor: String) throws -> Act.Outcome {
        try perform(act, at: SystemClock().now(), by: actor)
    }
}

extension CommandFailure {
    /// What a failed store means for the person and for the exit code.
    init(_ error: StoreError) {
        var hint = error.hint
        if case .noSuchRecord = error {
            hint = Message(
                "see ids and codes with: central records --ndjson",
                vi: "xem id và mã bằng: central records --ndjson")
        }
        self.init(ExitCode(error), error.message, hint: hint)
    }
}

extension CommandFailure {
    /// What an act that was not done means for the person.
    init(_ error: AdministrationError) {
        let (message, hint): (Message, Message?) =
            switch error {
            case .noSuchOffice:
                (
                    Message(
                        "the catalog has no office with this code",
                        vi: "danh mục không có cơ quan mang mã này"),
                    Message("see: central office list", vi: "xem: central office list")
                )
            case .officeExists:
                (
                    Message(
                        "there is an office with this code already", vi: "đã có cơ quan mang mã này"
                    ),
                    Message("see: central office list", vi: "xem: central office list")
                )
            case .noSuchDevice:
                (
                    Message("there is no such device", vi: "không có thiết bị này"),
                    Message("see: central devices", vi: "xem: central devices")
                )
            case .noSuchAccount:
                (Message("there is no such account", vi: "không có tài khoản này"), nil)
            }
        self.init(.dataError, message, hint: hint)
    }
}
