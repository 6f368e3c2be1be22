// What both programs look at for a person who asks what is wrong: each matter with a verdict and, where it is not well,
// a sentence on what to do. A bundle for support holds the same in English, and nothing of records or people.

public import Causality
public import CommandLine
internal import Dossiers
internal import Files
internal import Foundation
internal import Glibc
public import JSON
public import SQLiteStore
public import Text

/// One matter that was looked at.
public struct Finding: Sendable {
    /// How it stands.
    public enum Verdict: String, Sendable {
        /// Well.
        case ok
        /// It will be a fault.
        case warning
        /// It hinders work.
        case fault
    }

    /// What was looked at, in one word for programs.
    public var name: String
    /// How it stands.
    public var verdict: Verdict
    /// What was found.
    public var what: Message
    /// What to do.
    public var advice: Message?

    /// Makes a finding.
    public init(_ name: String, _ verdict: Verdict, _ what: Message, advice: Message? = nil) {
        (self.name, self.verdict, self.what, self.advice) = (name, verdict, what, advice)
    }
}

/// Looks at what both programs stand on, and tells.
public struct Doctor<Home: ProgramHome> {
    /// Bytes that are to be free on the disk.
    private static var freeBytesMin: UInt64 { 256 << 20 }

    private let invocation: Invocation
    private let home: Home
    private let now: Timestamp
    /// What was found.
    public private(set) var findings: [Finding] = []

    /// Nothing looked at yet.
    public init(_ invocation: Invocation, _ home: Home, now: Timestamp) {
        (self.invocation, self.home, self.now) = (invocation, home, now)
    }

    /// Adds what was found elsewhere.
    public mutating func add(_ finding: Finding?) {
        if let finding { findings.append(finding) }
    }

    /// Looks at the program, the home's folder, the disk and backups.
    public mutating func lookAround(_ backup: Message, isBackedUp: Bool) {
        add(
            Finding(
                "version", .ok,
                Message(verbatim: ProgramVersion.text(of: Home.role))))
        add(folder)
        add(disk)
        add(
            Finding(
                "backup", isBackedUp ? .ok : .warning, backup,
                advice: isBackedUp
                    ? nil
                    : Message(
                        "make one on another disk, and have a timer do it",
                        vi: "hãy sao lưu sang ổ đĩa khác, và đặt lịch tự động")))
    }

    /// Looks at an open database.
    public mutating func look(at database: ReplicaDatabase) throws {
        let newest = try database.newestChange()
        add(
            Finding(
                "database", .ok,
                newest.map {
                    Message("newest change: ", vi: "thay đổi mới nhất: ")
                        + ChangeAge.words($0, now: now)
                }
                    ?? Message("it holds no change", vi: "chưa có thay đổi nào")))
        let fault = try database.read { try database.clockFault(at: now) }
        add(
            Finding(
                "clock", fault == nil ? .ok : .warning,
                fault?.words
                    ?? Message("this machine's clock is plausible", vi: "đồng hồ máy này hợp lý"),
                advice: fault.map { _ in
                    Message(
                        "set it, and have it kept by NTP: timedatectl",
                        vi: "chỉnh lại, và giữ bằng NTP: timedatectl")
                }))
    }

    private var folder: Finding {
        var status = stat()
        guard stat(home.path, &status) == 0 else {
            return Finding(
                "home", .fault,
                Message("there is no folder \(home.path)", vi: "không có thư mục \(home.path)"),
                advice: Message("name it with --home", vi: "ghi bằng --home"))
        }
        let owner = getpwuid(status.st_uid).map { String(cString: $0.pointee.pw_name) } ?? "?"
        if status.st_uid != geteuid() {
            return Finding(
                "home", .warning,
                Message("\(home.path) belongs to \(owner)", vi: "\(home.path) thuộc về \(owner)"),
                advice: Message(
                    "run commands as that user: sudo -u \(owner)",
                    vi: "chạy lệnh bằng tài khoản đó: sudo -u \(owner)"))
        }
        if status.st_mode & 0o077 != 0 || PrivateFile.isOpenToOthers(path: home.databasePath) {
            return Finding(
                "home", .warning,
                Message("others may read \(home.path)", vi: "người khác đọc được \(home.path)"),
                advice: Message(verbatim: "chmod -R go= \(home.path)"))
        }
        return Finding(
            "home", .ok,
            Message("\(home.path), for \(owner) alone", vi: "\(home.path), chỉ \(owner) dùng được"))
    }

    private var disk: Finding? {
        guard let free = Folder.freeByteCount(at: home.path) else { return nil }
        let bytes = Int(clamping: free)
        let isEnough = free >= Self.freeBytesMin
        return Finding(
            "disk", isEnough ? .ok : .fault,
            Message(
                "\(ByteCount.string(bytes)) free", vi: "còn trống \(ByteCount.vietnamese(bytes))"),
            advice: isEnough ? nil : Message("make room", vi: "giải phóng ổ đĩa"))
    }

    /// Tells what was found, and writes the bundle that the invocation asks for.
    ///
    /// - Parameter status: the program's own status document, for the bundle.
    /// - Returns: 69 where something hinders work.
    public func tell(status: JSONValue) throws -> ExitCode {
        if let path = invocation.value("--bundle") { try write(status, to: path) }
        if invocation.has("--json") {
            try invocation.printOut(JSONValue.array(findings.map(json)).serialized())
        } else {
            for finding in findings {
                try invocation.say(Self.mark(finding.verdict) + TerminalSafe.message(finding.what))
                if let advice = finding.advice {
                    try invocation.say(Message(verbatim: "      → ") + TerminalSafe.message(advice))
                }
            }
        }
        return findings.contains { $0.verdict == .fault } ? .unavailable : .ok
    }

    private static func mark(_ verdict: Finding.Verdict) -> Message {
        switch verdict {
        case .ok: Message("ok    ", vi: "tốt   ")
        case .warning: Message("note  ", vi: "lưu ý ")
        case .fault: Message("fault ", vi: "lỗi   ")
        }
    }

    private func json(_ finding: Finding) -> JSONValue {
        .object([
            ("name", .string(finding.name)), ("verdict", .string(finding.verdict.rawValue)),
            ("what", .string(finding.what.english)),
            ("advice", finding.advice.map { .string($0.english) } ?? .null),
        ])
    }

    private func write(_ status: JSONValue, to path: String) throws {
        let file = try OutputFile(creating: path)
        var system = utsname()
        uname(&system)
        let kernel = withUnsafePointer(to: &system.release) {
            $0.withMemoryRebound(to: CChar.self, capacity: 65) { String(cString: $0) }
        }
        let release = (try? WholeFile.text(path: "/etc/os-release"))?
            .split(separator: "\n").first { $0.hasPrefix("PRETTY_NAME=") }.map(String.init)
        let bundle = JSONValue.object([
            ("program", .string("\(Home.role) \(ProgramVersion.text(of: Home.role))")),
            ("at", .integer(now.milliseconds)), ("kernel", .string(kernel)),
            ("system", release.map(JSONValue.string) ?? .null),
            ("findings", .array(findings.map(json))), ("status", status),
        ])
        try file.write(line: bundle.serializedBytes(pretty: true))
        try file.finish()
    }
}

extension TerminalSafe {
    fileprivate static func message(_ message: Message) -> Message {
        Message(text(message.english), vi: text(message.vietnamese))
    }
}

extension Invocation {
    /// The options of both programs' `doctor`.
    public static var doctorOptions: [Option] {
        [
            Option(
                "--bundle", valueName: "FILE",
                help: Message(
                    "write all of it into this new file for support: nothing of records or people",
                    vi:
                        "ghi tất cả vào tệp mới này để gửi hỗ trợ: không có gì của hồ sơ hay cá nhân"
                )),
            Option("--json", help: Message("answer in JSON", vi: "trả lời bằng JSON")),
        ]
    }
}
