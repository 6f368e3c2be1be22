public import Backups
public import CommandLine
internal import Files
public import SQLiteStore
public import Text

/// The home directory of a program, which holds its database.
public protocol ProgramHome {
    /// The database.
    associatedtype Database: BackedUpDatabase
    /// The directory.
    var path: String { get }
}

extension ProgramHome {
    /// Whose database it holds; the program's default directory is named after it.
    public static var role: DatabaseRole { Database.role }

    /// Where the database is.
    public var databasePath: String { ReplicaDatabase.path(inHome: path, role: Self.role) }

    /// Whether there is a database.
    public var exists: Bool { WholeFile.exists(path: databasePath) }

    /// The option that names the directory.
    public static func homeOption(_ help: Message) -> Option {
        Option("--home", valueName: "DIR", help: help)
    }

    /// The directory that `--home` names, or the one of the environment.
    ///
    /// - Throws: `UsageError` for an empty `--home`; `CommandFailure` when nothing tells where it is.
    public static func path(
        _ invocation: Invocation, _ environment: [String: String]
    ) throws -> String {
        let given = invocation.value("--home")
        if given?.isEmpty == true {
            throw UsageError(Message("--home needs a directory", vi: "--home cần một thư mục"))
        }
        let program =
            switch role {
            case .central: "central"
            case .counter: "counter"
            }
        guard let path = HomeDirectory.path(given: given, environment, program: program) else {
            throw CommandFailure(
                .configuration,
                Message("no home directory is known", vi: "không biết thư mục dữ liệu"),
                hint: Message("give --home DIR", vi: "ghi --home THƯ-MỤC"))
        }
        return path
    }

    /// Makes the directory, which only its owner may enter, unless there is one.
    ///
    /// - Throws: `CommandFailure` with `cantCreate`, which says what it is given.
    public func makeFolder(
        orSay message: Message, hint: Message
    ) throws(CommandFailure) {
        do {
            try Folder.makePrivate(path)
        } catch {
            throw CommandFailure(.cantCreate, message, hint: hint)
        }
    }
}
