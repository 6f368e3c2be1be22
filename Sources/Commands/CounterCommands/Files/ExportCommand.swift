// Unsynced work in a file that people and another device can read: the way out for a device that may
// not sync any more.

internal import CommandLine
internal import JSON
internal import SQLiteStore
internal import Replication
internal import SharedCommands
internal import Text

enum ExportCommand {
    static func command(_ context: CounterContext) -> Command {
        Command(
            "export",
            summary: Message(
                "write what waits for central into a file of edits",
                vi: "ghi những gì đang chờ trung tâm vào một tệp thay đổi"),
            discussion: Message(
                """
                For a device that was revoked, or can sync no more: one line for each change that
                central has not confirmed, as counter apply takes it. Enrol another device of the
                office, run counter sync there, then counter apply FILE and counter sync. Each line
                carries what its writer had seen: what somebody else wrote meanwhile stays beside it,
                as a conflict. The same file again changes nothing. It holds citizens' data, and only its
                owner may read it: carry it as you would the dossiers, and remove it afterwards. It
                holds no key and no token. This replica stays as it is. What central refused is not
                in it: see counter refused.
                """,
                vi: """
                    Dùng khi thiết bị bị thu hồi, hoặc không đồng bộ được nữa: mỗi thay đổi trung tâm chưa xác nhận
                    là một dòng, theo dạng counter apply nhận. Đăng ký thiết bị khác của cơ quan, chạy counter sync ở
                    đó, rồi counter apply TỆP và counter sync. Mỗi dòng mang theo những gì người ghi đã thấy: giá trị
                    người khác ghi trong lúc đó vẫn còn, thành mâu thuẫn. Nhận lại cùng tệp thì không có gì thay
                    đổi. Tệp có dữ liệu công dân, chỉ chủ tệp
                    đọc được: giữ như giữ hồ sơ, dùng xong thì xóa. Tệp không có khóa hay mã truy cập. Dữ liệu tại máy
                    này giữ nguyên. Phần trung tâm từ chối không có trong tệp: xem counter refused.
                    """),
            arguments: [
                Positional(
                    "FILE",
                    help: Message(
                        "the file to make; it must not be there yet",
                        vi: "tệp sẽ tạo; tệp chưa được có sẵn"))
            ],
            options: [.json]
        ) { try run($0, context) }
    }

    private static func run(_ invocation: Invocation, _ context: CounterContext) throws -> ExitCode
    {
        let path = invocation.positional("FILE")
        guard !path.isEmpty, !path.hasSuffix("/") else {
            throw UsageError(
                Message("FILE needs the name of a file", vi: "FILE cần tên một tệp"),
                hint: Message("as in /media/stick/edits", vi: "ví dụ /media/stick/edits"))
        }
        let count = try context.read(invocation) { database in
            let (identity, _) = try database.enrolledIdentity()
            let waiting = try database.waitingCarriedCount()
            guard identity.pendingCount > 0 || waiting > 0 else { return 0 }
            let file = try OutputFile(creating: path)
            let count = try write(database, to: file)
            try file.finish()
            return count
        }
        if invocation.has("--json") {
            try invocation.printJSON(.object([("lines", .integer(Int64(count)))]))
        } else if count == 0 {
            try invocation.say(
                Message(
                    "no change waits here; no file was made",
                    vi: "không có thay đổi nào chờ; không tạo tệp"))
        } else {
            let safe = TerminalSafe.text(path)
            try invocation.say(
                Message(
                    "wrote \(GroupedNumber.counted(count, "line")) to \(safe), which only its "
                        + "owner may read",
                    vi: "đã ghi \(count) dòng vào \(safe), chỉ chủ tệp đọc được"))
        }
        return .ok
    }

    /// One line for each change that central has not confirmed, in their order.
    private static func write(
        _ database: CounterDatabase, to file: OutputFile
    ) throws -> Int {
        var count = 0
        try database.forEachCarried { carried in
            try file.write(line: carried.line.serializedBytes())
            count += 1
        }
        return count
    }
}
