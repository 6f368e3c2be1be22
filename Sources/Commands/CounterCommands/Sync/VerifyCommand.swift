internal import Causality
internal import CommandLine
internal import JSON
internal import SQLiteStore
internal import SharedCommands
internal import Text

enum VerifyCommand {
    static func command(_ context: CounterContext) -> Command {
        Command(
            "verify",
            summary: Message(
                "recompute everything in this replica, and say what is wrong",
                vi: "tính lại toàn bộ dữ liệu máy này và nêu chỗ sai"),
            discussion:
                Message(
                    """
                    Reads the whole file and changes nothing. Ends with 65 when it is damaged. Says how old
                    the newest change is: a sound file may lack what was written last.
                    """,
                    vi: """
                        Đọc toàn bộ tệp và không thay đổi gì. Kết thúc với 65 khi tệp hỏng. Cho biết thay đổi
                        mới nhất từ khi nào: tệp nguyên vẹn vẫn có thể thiếu những gì ghi sau cùng.
                        """),
            options: [.json]
        ) { invocation in
            let path = try CounterHome(invocation, context.environment).databasePath
            let hadLog = CounterDatabase.hasLog(path: path)
            var found = try context.withDatabase(invocation) { try $0.verify() }
            found.hadLog = hadLog
            if invocation.has("--json") {
                try invocation.printJSON(found.json)
            } else {
                for line in found.lines(in: invocation.language, now: context.clock.now()) {
                    try invocation.printOut(line)
                }
            }
            guard found.faults.isEmpty else {
                throw CommandFailure(
                    .dataError, found.summary,
                    hint: Message(
                        "keep a copy of the file; a fresh enrolment brings back what central has",
                        vi: "giữ một bản sao của tệp; đăng ký mới sẽ lấy lại những gì trung tâm có")
                )
            }
            return .ok
        }
    }
}
