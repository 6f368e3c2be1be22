internal import CommandLine
internal import Foundation
internal import Text
internal import ReplicaStore

/// A replica's home directory: the database, and the lock of its syncs.
struct CounterHome {
    let path: String

    static let option = Option(
        "--home", valueName: "DIR",
        help: Message(
            "the replica's directory (default: DOSSIER_HOME, or the XDG data directory)",
            vi: "thư mục dữ liệu của quầy "
                + "(mặc định: DOSSIER_HOME, hoặc thư mục dữ liệu XDG)"))

    init(_ invocation: Invocation, _ environment: [String: String]) throws {
        path = try HomeDirectory.path(
            given: invocation.value("--home"), environment, program: "counter")
    }

    var databasePath: String { ReplicaDatabase.path(inHome: path, role: .counter) }
    /// Where the agent says what it does.
    var agentStatusPath: String { path + "/agent.json" }
    /// Where an agent takes wishes for a sync.
    var agentSocketPath: String { path + "/" + Self.agentSocketName }
    static let agentSocketName = "agent.sock"
    var exists: Bool { FileManager.default.fileExists(atPath: databasePath) }

    /// The file that whoever syncs, or is the agent, has locked.
    func lockPath(_ purpose: FileLock.Purpose) -> String {
        switch purpose {
        case .sync: path + "/sync.lock"
        case .agent: path + "/agent.lock"
        }
    }

    /// Opens the replica that is there.
    ///
    /// - Throws: `StoreError`.
    func open() throws -> ReplicaDatabase {
        try ReplicaDatabase(path: databasePath, role: .counter)
    }

    /// Makes the directory, readable by its owner only, unless there is one.
    ///
    /// - Throws: `CommandFailure`.
    func makeDirectory() throws {
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
        } catch {
            throw CommandFailure(
                .cantCreate,
                Message(
                    "the home directory \(path) cannot be made",
                    vi: "không tạo được thư mục \(path)"),
                hint: Message(
                    "check --home, who may write there, and whether the disk is full",
                    vi: "kiểm tra --home, quyền ghi, và ổ đĩa có đầy không"))
        }
    }
}
