// Backups of a replica. What is restored goes on under a new identity at its next sync (promise 6); until then
// it gives none of the codes that it may have given out since.

internal import Backups
internal import Causality
internal import CommandLine
internal import JSON
internal import SQLiteStore
internal import SharedCommands
internal import Text

enum BackupCommand {
    static func command(_ context: CounterContext) -> Command {
        Command(
            "backup",
            summary: Message(
                "back up this replica while it is in use; list, verify backups",
                vi: "sao lưu dữ liệu quầy khi đang dùng; liệt kê, kiểm tra bản sao lưu"),
            discussion: Message(
                """
                Makes a folder named after the time in DIR: the replica as of one moment, and a manifest with
                its hash. It is written aside, read again and brought to the disk before it takes its name.
                It holds citizens' data and this device's key: guard it like the machine itself.

                What central has confirmed is safe without it: a new machine enrols, and gets all of it. A
                backup saves what was written and not yet synced.
                  counter backup /media/stick/desk1 --keep 7d,4w
                  counter restore /media/stick/desk1
                """,
                vi: """
                    Tạo trong DIR một thư mục mang tên thời điểm: dữ liệu quầy tại một thời điểm, và bản kê có mã
                    băm. Tệp được ghi riêng, đọc lại và ghi xuống ổ đĩa rồi mới mang tên đó. Bản sao lưu có dữ
                    liệu công dân và khóa của máy này: hãy giữ như giữ máy.

                    Những gì trung tâm đã xác nhận thì an toàn dù không sao lưu: máy mới đăng ký là nhận lại đủ. Bản sao
                    lưu giữ những gì đã ghi mà chưa đồng bộ.
                      counter backup /media/stick/desk1 --keep 7d,4w
                      counter restore /media/stick/desk1
                    """),
            arguments: Invocation.backupArguments, options: Invocation.backupOptions
        ) { invocation in
            let home = try CounterHome(invocation, context.environment)
            let parts = BackupRun<CounterHome>.Parts(
                version: CounterTool.version, position: { try $0.identity()?.seq ?? 0 })
            return try CommandFailure.translating {
                try BackupRun(invocation, home, now: context.clock.now())
                    .run(parts) { try context.withDatabase(invocation, $0) }
            }
        }
    }
}

enum RestoreCommand {
    /// Numbers of codes that a desk gives out in a day at the most between two backups.
    private static let codesLeftFree: Int64 = 100

    static func command(_ context: CounterContext) -> Command {
        Command(
            "restore",
            summary: Message(
                "restore a backup of this replica into an empty home",
                vi: "khôi phục bản sao lưu vào thư mục trống"),
            discussion: Message(
                """
                Checks the newest backup in DIR, or the one that --set names, and puts it into the home, which
                must have no replica. The next \(codesLeftFree) numbers of each day's codes since then stay free: citizens
                hold receipts with codes that the backup does not know. At its next sync central sees what
                was restored, and the desk goes on under a new identity and number; what others and central
                have comes back.
                """,
                vi: """
                    Kiểm tra bản sao lưu mới nhất trong DIR, hoặc bản do --set nêu, rồi đặt vào thư mục chưa có dữ
                    liệu quầy. \(codesLeftFree) số kế tiếp trong mã của mỗi ngày từ đó được để trống: công dân giữ giấy hẹn mang
                    mã mà bản sao lưu không biết. Lần đồng bộ tới trung tâm nhận ra việc khôi phục, quầy tiếp tục
                    dưới danh tính và số mới; những gì nơi khác và trung tâm có sẽ trở lại.
                    """),
            arguments: Invocation.backupArguments, options: [Invocation.setOption, .json]
        ) { invocation in
            let home = try CounterHome(invocation, context.environment)
            return try CommandFailure.translating {
                try invocation.restoring(.counter) { place, set in
                    try home.makeDirectory()
                    try place.restore(set, into: home.path) { path in
                        let database = try CounterDatabase(path: path)
                        defer { database.close() }
                        if try database.identity()?.replica != nil {
                            try database.write(now: context.clock.now()) {
                                try CounterEdit($0).leaveCodesFree(codesLeftFree, from: set.made)
                            }
                        }
                        _ = database.emptyLog()
                    }
                    try home.open().close()
                    if invocation.has("--json") {
                        try invocation.printJSON(.object([("set", .string(set.name))]))
                        return .ok
                    }
                    let made = ShownText.moment(set.made)
                    try invocation.say(
                        Message(
                            "restored as of \(made.english); what was written here since, and was not "
                                + "synced, is lost",
                            vi:
                                "đã khôi phục như lúc \(made.vietnamese); những gì ghi ở đây từ đó mà chưa "
                                + "đồng bộ đã mất"))
                    try invocation.say(
                        Message(
                            "the next \(codesLeftFree) numbers of each day's codes stay free; now: counter sync",
                            vi:
                                "\(codesLeftFree) số mã kế tiếp của mỗi ngày được để trống; bây giờ: counter sync"
                        ))
                    return .ok
                }
            }
        }
    }
}
