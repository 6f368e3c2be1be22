// Backups of central: sets with the database, its certificate, and the lists of who was shut out and what was
// ordered to be erased.

internal import AdminDocuments
internal import Administration
internal import Backups
internal import Causality
internal import CommandLine
internal import JSON
internal import SQLiteStore
internal import SharedCommands
internal import Text

enum BackupCommand {
    static let revokedName = "revoked.json"
    static let ordersName = "erasures.ndjson"
    /// What stands beside the database and cannot be made again: counters know the key by its pin.
    private static let besides = ["tls-cert.pem", "tls-key.pem"]

    static let command = Command(
        "backup",
        summary: Message(
            "back up the database while it is in use; list, verify backups",
            vi: "sao lưu cơ sở dữ liệu khi đang dùng; liệt kê, kiểm tra bản sao lưu"),
        discussion: Message(
            """
            Makes a folder named after the time in DIR: the database as of one moment, the home's certificate
            and key, the lists that central recover takes, and a manifest with the hash of each file. It is
            written aside, read again and brought to the disk before it takes its name. It holds all that
            central holds, its keys too: guard it like central itself.

            A dead disk costs what central itself wrote since the last backup: its own edits, imports,
            accounts, codes. What counters had sent they give back (central recover). Who cannot bear
            that loss takes PostgreSQL with a standby.
              central backup /media/safe/central --keep 24h,7d,4w,12m
              central backup /media/safe/central --verify
              central restore /media/safe/central --home /srv/new
            """,
            vi: """
                Tạo trong DIR một thư mục mang tên thời điểm: cơ sở dữ liệu tại một thời điểm, chứng thư và khóa,
                các danh sách cho central recover, và bản kê có mã băm của từng tệp. Tệp được ghi riêng, đọc
                lại và ghi xuống ổ đĩa rồi mới mang tên đó. Bản sao lưu có mọi thứ của trung tâm, cả khóa: hãy
                giữ như giữ trung tâm.

                Hỏng ổ đĩa thì mất những gì chính trung tâm ghi từ lần sao lưu cuối: sửa đổi, nhập liệu, tài khoản,
                mã đăng ký. Những gì các quầy đã gửi thì quầy đưa lại (central recover). Nơi không chấp nhận mất
                mát đó thì dùng PostgreSQL có máy dự phòng.
                  central backup /media/safe/central --keep 24h,7d,4w,12m
                  central backup /media/safe/central --verify
                  central restore /media/safe/central --home /srv/new
                """),
        arguments: Invocation.backupArguments, options: Invocation.backupOptions
    ) { invocation in
        let home = try CentralHome(invocation)
        let parts = BackupRun<CentralHome>.Parts(
            version: CentralTool.version, besides: besides,
            position: { try $0.lastCommit().position }, lists: lists)
        return try BackupRun(invocation, home, now: SystemClock().now())
            .run(parts) { try home.withDatabase($0) }
    }

    private static func lists(
        _ database: CentralDatabase
    ) throws -> [(name: String, bytes: [UInt8])] {
        let devices = try DeviceList(database).json(onlyRevoked: true)
        let orders = try ErasureList(database, backups: []).documents
        return [
            (revokedName, devices.serializedBytes() + [0x0A]),
            (ordersName, orders.flatMap { $0.serializedBytes() + [0x0A] }),
        ]
    }
}

enum RestoreCommand {
    static let command = Command(
        "restore",
        summary: Message(
            "restore a backup into an empty home, and begin to recover",
            vi: "khôi phục bản sao lưu vào thư mục trống, và bắt đầu phục hồi"),
        discussion: Message(
            """
            Checks the newest backup in DIR, or the one that --set names, and puts it into the home, which
            must have no database. Shuts out and erases anew what the newest backup's lists name, and
            begins a new epoch as central recover does. What was revoked or erased after the newest backup
            is not in them: give later lists with central recover --revoked FILE --orders FILE.
            """,
            vi: """
                Kiểm tra bản sao lưu mới nhất trong DIR, hoặc bản do --set nêu, rồi đặt vào thư mục chưa có cơ sở
                dữ liệu. Chặn lại và xóa lại những gì danh sách của bản mới nhất nêu, và bắt đầu kỷ mới như
                central recover. Những gì thu hồi hoặc xóa sau bản mới nhất không có trong đó: hãy đưa danh
                sách mới hơn bằng central recover --revoked TỆP --orders TỆP.
                """),
        arguments: Invocation.backupArguments,
        options: [
            Invocation.setOption,
            Option("--json", help: Message("answer in JSON", vi: "trả lời bằng JSON")),
        ]
    ) { invocation in
        let home = try CentralHome(invocation)
        return try invocation.restoring(.central) { place, set in
            try home.makeFolder(
                orSay: Message(
                    "the home directory cannot be made at \(home.path)",
                    vi: "không tạo được thư mục \(home.path)"),
                hint: Message(
                    "check --home, and who may write there", vi: "kiểm tra --home và quyền ghi"))
            // An older set forgets more than the newest one knows.
            let newest = try place.usableSet(nil, of: .central)
            let lists = try RecoveryLists(of: newest, in: place)
            let outcome = try place.restore(set, into: home.path) { path in
                let database = try CentralDatabase(path: path)
                defer { database.close() }
                let act = Recover(isEnding: false, lists: lists)
                let outcome = try database.perform(act, by: home.actor)
                _ = database.emptyLog()
                return outcome
            }
            try CentralDatabase(path: home.databasePath).close()
            if invocation.has("--json") {
                let members = outcome.json.objectValue ?? []
                try invocation.printOut(
                    JSONValue.object(
                        [JSONMember(name: "set", value: .string(set.name))] + members
                    ).serialized())
                return .ok
            }
            let made = ShownTime.text(set.made)
            try invocation.say(
                Message(
                    "restored as of \(made.english), position \(set.position)",
                    vi: "đã khôi phục như lúc \(made.vietnamese), vị trí \(set.position)"))
            for line in outcome.lines { try invocation.say(line) }
            return .ok
        }
    }
}
