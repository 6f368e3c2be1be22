internal import CommandLine
internal import Foundation
internal import SQLiteStore
internal import SharedCommands
internal import Text

/// A replica's home directory: the database, and the lock of its syncs.
struct CounterHome: ProgramHome {
    typealias Database = CounterDatabase
    let path: String

    static let option = homeOption(
        Message(
            "the replica's directory (default: DOSSIER_HOME, or the XDG data directory)",
            vi: "thư mục dữ liệu của quầy "
                + "(mặc định: DOSSIER_HOME, hoặc thư mục dữ liệu XDG)"))

    init(_ invocation: Invocation, _ environment: [String: String]) throws {
        path = try Self.path(invocation, environment)
    }

    /// Where the agent says what it does.
    var agentStatusPath: String { path + "/agent.json" }
    /// Where an agent takes wishes for a sync.
    static let agentSocketName = "agent.sock"

    /// The file that whoever syncs, or is the agent, has locked.
    func lockPath(_ purpose: ReplicaLock.Purpose) -> String {
        switch purpose {
        case .sync: path + "/sync.lock"
        case .agent: path + "/agent.lock"
        }
    }

    /// Opens the replica that is there.
    ///
    /// - Parameter report: hears how a file of before is brought up to date.
    /// - Throws: `StoreError`.
    func open(onUpgrade report: UpgradeReport? = nil) throws -> CounterDatabase {
        try CounterDatabase(path: databasePath, onUpgrade: report)
    }

    /// What a login is told that may not read the replica: where it is, and whose; `nil` for other
    /// errors.
    func refusal(_ error: StoreError) -> CommandFailure? {
        switch error {
        case .missing, .engine:
            guard let owner = ownerWhoAloneReads else { return nil }
            return CommandFailure(
                .noPermission,
                Message(
                    "the replica at \(path) cannot be read by this login: it belongs to \(owner)",
                    vi:
                        "tài khoản này không đọc được dữ liệu quầy tại \(path): nó thuộc về \(owner)"
                ),
                hint: Message(
                    "run the command as \(owner): sudo -u \(owner) counter …",
                    vi: "chạy lệnh bằng tài khoản \(owner): sudo -u \(owner) counter …"))
        default: return nil
        }
    }

    /// Whose the folder is that this login may not read, or that stands in its way; `nil` where none does.
    private var ownerWhoAloneReads: String? {
        let files = FileManager.default
        var place = path
        while !files.fileExists(atPath: place), place.count > 1 {
            place = (place as NSString).deletingLastPathComponent
        }
        let isClosed =
            place == path
            ? !files.isReadableFile(atPath: path) || !files.isExecutableFile(atPath: path)
                || files.fileExists(atPath: databasePath)
                    && !files.isReadableFile(atPath: databasePath)
            : !files.isExecutableFile(atPath: place)
        guard isClosed else { return nil }
        // One whose attributes cannot be read has no owner to name.
        let attributes = try? files.attributesOfItem(atPath: place)
        return attributes?[.ownerAccountName] as? String
    }

    /// Makes the directory, readable by its owner only, unless there is one.
    ///
    /// - Throws: `CommandFailure`.
    func makeDirectory() throws(CommandFailure) {
        try makeFolder(
            orSay: Message(
                "the home directory \(path) cannot be made",
                vi: "không tạo được thư mục \(path)"),
            hint: Message(
                "check --home, who may write there, and whether the disk is full",
                vi: "kiểm tra --home, quyền ghi, và ổ đĩa có đầy không"))
    }
}
