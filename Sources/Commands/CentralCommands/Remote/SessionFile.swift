// Sessions at centrals elsewhere, one for each address, in a file that only its owner may read: what is in it
// lets whoever has it do what the account may, for a working day.

internal import CommandLine
internal import Files
internal import Foundation
internal import JSON
internal import SharedCommands
internal import Store
internal import Text

/// A session at a central elsewhere.
struct RemoteSession {
    /// The account's name.
    var name: String
    /// What proves it.
    var token: String
    /// By what central is known there.
    var trust: CentralTrust
}

/// The file of sessions.
struct SessionFile {
    static let option = Option(
        "--session", valueName: "FILE",
        help: Message(
            "with --remote: the file that keeps the session (default: in the XDG config directory)",
            vi: "với --remote: tệp giữ phiên (mặc định: trong thư mục cấu hình XDG)"))

    private static let bytesMax = 8 << 20

    let path: String

    /// The file that `--session` names, or the one of the environment.
    ///
    /// - Throws: `CommandFailure` when nothing tells where it is.
    init(_ invocation: Invocation, _ environment: [String: String]) throws(CommandFailure) {
        func folder(_ name: String) -> String? {
            environment[name].flatMap { $0.hasPrefix("/") ? $0 : nil }
        }
        let configuration =
            folder("XDG_CONFIG_HOME") ?? folder("HOME").map { $0 + "/.config" }
        guard
            let path = invocation.value(Self.option.name)
                ?? configuration.map({ $0 + "/dossiersync/central-sessions.json" })
        else {
            throw CommandFailure(
                .configuration,
                Message("no place for the session is known", vi: "không biết nơi giữ phiên"),
                hint: Message("give --session FILE", vi: "ghi --session TỆP"))
        }
        self.path = path
    }

    /// The session at an address; `nil` when there is none.
    ///
    /// - Throws: `CommandFailure` when the file cannot be used.
    func session(at url: String) throws(CommandFailure) -> RemoteSession? {
        guard let entry = try entries().first(where: { $0.name == url })?.value else { return nil }
        guard let name = entry["name"]?.stringValue, let token = entry["token"]?.stringValue else {
            throw damaged
        }
        return RemoteSession(
            name: name, token: token,
            trust: CentralTrust(
                pin: entry["pin"]?.stringValue, authorities: entry["authorities"]?.stringValue))
    }

    /// Keeps a session at an address in the place of one before, or forgets it.
    ///
    /// - Throws: `CommandFailure` when the file cannot be used.
    func keep(_ session: RemoteSession?, at url: String) throws(CommandFailure) {
        var entries = try entries().filter { $0.name != url }
        if let session {
            func text(_ text: String?) -> JSONValue { text.map(JSONValue.string) ?? .null }
            entries.append(
                JSONMember(
                    name: url,
                    value: .object([
                        ("name", .string(session.name)), ("token", .string(session.token)),
                        ("pin", text(session.trust.pin)),
                        ("authorities", text(session.trust.authorities)),
                    ])))
        }
        let document = JSONValue.object(entries.map { ($0.name, $0.value) })
        do {
            try Folder.makePrivate(Folder.path(of: path))
            try WholeFile.replace(
                path: path, with: Array((document.serialized() + "\n").utf8), isSynced: true)
        } catch {
            throw CommandFailure(
                .cantCreate,
                Message(
                    "the session cannot be kept in \(path): \(error.reason)",
                    vi: "không giữ được phiên trong \(path): \(error.message.vietnamese)"),
                hint: Message("give another --session FILE", vi: "ghi --session TỆP khác"))
        }
    }

    private func entries() throws(CommandFailure) -> [JSONMember] {
        guard WholeFile.exists(path: path) else { return [] }
        guard !PrivateFile.isOpenToOthers(path: path) else {
            throw CommandFailure(
                .noPermission,
                Message(
                    "others than you may read the sessions in \(path)",
                    vi: "người khác cũng đọc được các phiên trong \(path)"),
                hint: Message(
                    "chmod 600 \(path), and log out and in again: somebody may have a copy",
                    vi: "chmod 600 \(path), rồi đăng xuất và đăng nhập lại: có thể đã bị sao chép"))
        }
        let bytes = try? WholeFile.read(path: path, bytesMax: Self.bytesMax)
        guard let bytes, let members = (try? JSONValue(parsing: bytes[...]))?.objectValue else {
            throw damaged
        }
        return members
    }

    private var damaged: CommandFailure {
        CommandFailure(
            .configuration,
            Message(
                "\(path) holds no sessions that can be read",
                vi: "\(path) không chứa phiên nào đọc được"),
            hint: Message("remove it, and log in again", vi: "xóa tệp rồi đăng nhập lại"))
    }
}
