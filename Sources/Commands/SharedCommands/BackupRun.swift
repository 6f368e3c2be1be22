public import Backups
public import Causality
public import CommandLine
internal import Files
internal import JSON
public import SQLiteStore
public import Text

/// Backups as both programs offer them: made while the program is in use, listed, tried out.
public struct BackupRun<Home: ProgramHome> {
    /// The program's own part of it.
    public struct Parts {
        /// The version of the program.
        public var version: String
        /// Files of the home that belong to a set.
        public var besides: [String]
        /// How much a database holds (`BackupSet.position`).
        public var position: (Home.Database) throws -> UInt64
        /// Further files of a set.
        public var lists: (Home.Database) throws -> [(name: String, bytes: [UInt8])]

        /// Makes it.
        public init(
            version: String, besides: [String] = [],
            position: @escaping (Home.Database) throws -> UInt64,
            lists: @escaping (Home.Database) throws -> [(name: String, bytes: [UInt8])] = { _ in
                []
            }
        ) {
            (self.version, self.besides) = (version, besides)
            (self.position, self.lists) = (position, lists)
        }
    }

    private let invocation: Invocation
    private let home: Home
    private let place: BackupPlace
    private let now: Timestamp

    /// A run of the command.
    public init(_ invocation: Invocation, _ home: Home, now: Timestamp) throws {
        (self.invocation, self.home, self.now) = (invocation, home, now)
        place = try invocation.backupPlace()
    }

    /// Lists sets, tries one out, or makes one.
    ///
    /// - Parameter withDatabase: opens the home's database for as long as the given work lasts.
    /// - Throws: `CommandFailure`, `StoreError`.
    public func run(
        _ parts: Parts, _ withDatabase: ((Home.Database) throws -> Void) throws -> Void
    ) throws -> ExitCode {
        let modes = ["--list", "--verify"].filter(invocation.has)
        guard modes.count < 2, modes.isEmpty || !invocation.has("--keep") else {
            throw UsageError(
                Message(
                    "say one of --list, --verify and --keep",
                    vi: "chỉ ghi một trong --list, --verify và --keep"))
        }
        return try translatingBackups {
            switch modes.first {
            case "--list": return try list()
            case "--verify": return try verify()
            default: return try make(parts, withDatabase)
            }
        }
    }

    private func make(
        _ parts: Parts, _ withDatabase: ((Home.Database) throws -> Void) throws -> Void
    ) throws -> ExitCode {
        let retention = try invocation.value(
            "--keep",
            expected: Message(
                "numbers of hours, days, weeks and months, as in 24h,7d,4w,12m",
                vi: "số giờ, ngày, tuần, tháng, như 24h,7d,4w,12m")
        ) { BackupRetention($0) }
        let start = ContinuousClock.now
        var made: BackupSet?
        try withDatabase { database in
            let plan = BackupPlan(
                role: Home.role, version: parts.version, home: home.path, besides: parts.besides,
                position: try parts.position(database), series: try database.backupSeries())
            made = try place.make(plan, now: now) { try parts.lists(database) }
        }
        guard let made else { return .software }
        let taken = start.duration(to: .now)
        let note = BackupNote(
            folder: place.absolutePath, retention: retention, set: made.name, made: made.made,
            byteCount: made.byteCount,
            milliseconds: Int64(taken / .milliseconds(1)),
            verified: BackupNote(home: home.path)?.verified)
        do throws(FileError) {
            try note.save(home: home.path)
        } catch {
            throw BackupError.file(error, path: home.path)
        }
        let removed = try retention.map { try place.prune($0) } ?? []
        if invocation.has("--json") {
            try invocation.printOut(
                JSONValue.object([
                    ("set", .string(made.name)), ("bytes", .integer(Int64(made.byteCount))),
                    ("position", .integer(Int64(clamping: made.position))),
                    ("milliseconds", .integer(note.milliseconds)),
                    ("removed", .array(removed.map(JSONValue.string))),
                ]).serialized())
            return .ok
        }
        try invocation.say(
            Message(
                "backup \(made.name): \(ByteCount.string(made.byteCount)), written, read again and "
                    + "on the disk",
                vi:
                    "bản sao lưu \(made.name): \(ByteCount.vietnamese(made.byteCount)), đã ghi, đọc lại "
                    + "và nằm trên ổ đĩa"))
        if !removed.isEmpty {
            try invocation.say(
                Message(
                    "removed: \(removed.joined(separator: " "))",
                    vi: "đã bỏ: \(removed.joined(separator: " "))"))
        }
        return .ok
    }

    private func list() throws -> ExitCode {
        let sets = try place.sets()
        if invocation.has("--json") {
            for set in sets { try invocation.printOut(set.json.serialized()) }
            return .ok
        }
        var table = TextTable([
            .init(invocation.text(Message("BACKUP", vi: "BẢN SAO LƯU"))),
            .init(invocation.text(Message("SIZE", vi: "KÍCH THƯỚC")), alignsRight: true),
            .init(invocation.text(Message("AGE", vi: "TUỔI"))),
        ])
        for set in sets {
            let bytes = Message(
                ByteCount.string(set.byteCount), vi: ByteCount.vietnamese(set.byteCount))
            table.add([
                set.name, invocation.text(bytes),
                invocation.text(ChangeAge.words(set.made, now: now)),
            ])
        }
        try invocation.printOut(table)
        return .ok
    }

    /// Reads all sets, or the one that was named, and restores the newest of them aside.
    private func verify() throws -> ExitCode {
        let newest = try place.usableSet(invocation.value("--set"), of: Home.role)
        var damages: [CommandFailure] = []
        let names = try invocation.has("--set") ? [newest.name] : place.names()
        for name in names {
            do throws(BackupError) {
                try place.check(try place.set(name))
            } catch {
                guard case .damaged = error, let failure = error.failure as? CommandFailure else {
                    throw error
                }
                damages.append(failure)
            }
        }
        guard damages.isEmpty else {
            for damage in damages.dropLast() {
                try invocation.printErr(invocation.text(damage.message))
            }
            throw damages[damages.count - 1]
        }
        var found = try place.tryOut(newest) { path in
            let database = try ReplicaDatabase.open(path: path, role: Home.role)
            defer { database.close() }
            return try database.verify()
        }
        found.hadLog = true  // it is made without one
        guard found.faults.isEmpty else {
            for line in found.lines(in: invocation.language, now: now) {
                try invocation.printErr(line)
            }
            throw CommandFailure(.dataError, found.summary)
        }
        if var note = BackupNote(home: home.path), note.folder == place.absolutePath {
            note.verified = now
            try? note.save(home: home.path)  // that it was tried is no reason to fail
        }
        if invocation.has("--json") {
            try invocation.printOut(
                JSONValue.object([
                    ("sets", .integer(Int64(names.count))), ("set", .string(newest.name)),
                    ("records", .integer(Int64(clamping: found.recordCount))),
                    ("changes", .integer(Int64(clamping: found.changeCount))),
                ]).serialized())
            return .ok
        }
        let sets = GroupedNumber.counted(names.count, "backup")
        try invocation.say(
            Message(
                "\(sets) read, all as they were made; \(newest.name) restored aside:",
                vi:
                    "đã đọc \(names.count) bản sao lưu, tất cả như khi tạo; khôi phục thử \(newest.name):"
            ))
        for line in found.lines(in: invocation.language, now: now) {
            try invocation.printOut(line)
        }
        return .ok
    }
}

extension Invocation {
    /// The arguments of both programs' `backup`.
    public static var backupArguments: [Positional] {
        [
            Positional(
                "DIR",
                help: Message(
                    "the folder of this home's backups, on another disk",
                    vi: "thư mục sao lưu riêng của nơi này, trên ổ đĩa khác"))
        ]
    }

    /// The options of both programs' `backup`.
    public static var backupOptions: [Option] {
        [
            Option(
                "--keep", valueName: "24h,7d,4w,12m",
                help: Message(
                    "keep the newest of each of so many hours, days, weeks and months; remove the others",
                    vi: "giữ bản mới nhất của mỗi giờ, ngày, tuần, tháng gần đây; bỏ các bản khác")),
            Option("--list", help: Message("list the backups", vi: "liệt kê các bản sao lưu")),
            Option(
                "--verify",
                help: Message(
                    "read all backups again, and restore the newest aside to try it",
                    vi: "đọc lại mọi bản sao lưu, và khôi phục thử bản mới nhất")),
            setOption,
            Option("--json", help: Message("answer in JSON", vi: "trả lời bằng JSON")),
        ]
    }

    /// The option that names a set.
    public static var setOption: Option {
        Option(
            "--set", valueName: "NAME",
            help: Message("this backup (default: the newest)", vi: "bản này (mặc định: mới nhất)"))
    }

    /// The place that the command names.
    public func backupPlace() throws(UsageError) -> BackupPlace {
        let path = positional("DIR")
        guard !path.isEmpty else {
            throw UsageError(Message("DIR needs a folder", vi: "DIR cần một thư mục"))
        }
        return BackupPlace(path)
    }

    /// Runs `body` with the set that is to be restored; says what is wrong with it.
    public func restoring<R>(
        _ role: DatabaseRole, _ body: (BackupPlace, BackupSet) throws -> R
    ) throws -> R {
        try translatingBackups {
            let place = try backupPlace()
            return try body(place, try place.usableSet(value("--set"), of: role))
        }
    }
}

extension BackupNote {
    /// When the last good backup was made, for a person.
    public func words(now: Timestamp) -> Message {
        Message("last backup: ", vi: "sao lưu lần cuối: ") + ChangeAge.words(made, now: now)
            + Message(verbatim: " (\(TerminalSafe.text(folder)))")
    }

    /// What is said where there is none.
    public static func noneWords(program: String) -> Message {
        Message(
            "no backup was ever made here: \(program) backup DIR",
            vi: "chưa sao lưu lần nào: \(program) backup THƯ-MỤC")
    }
}
