internal import Causality
internal import CommandLine
internal import JSON
internal import SQLiteStore
internal import SharedCommands
internal import Text

enum VerifyCommand {
    static let command = Command(
        "verify",
        summary: Message(
            "recompute everything in central's store, and say what is wrong",
            vi: "tính lại toàn bộ kho của trung tâm và nêu chỗ sai"),
        discussion: Message(
            """
            Reads the whole file and changes nothing. Ends with 65 when it is damaged. Says how old the newest
            change is: a sound file may lack what was written last. With --audit it ends with a mark: write it down away from this machine. Given back later with --mark, it tells whether
            all that there was then is there as it was: also what central wrote itself, which no device
            signs, and the end of the trail.
            """,
            vi: """
                Đọc toàn bộ tệp và không thay đổi gì. Kết thúc với 65 khi tệp hỏng. Cho biết thay đổi mới nhất
                từ khi nào: tệp nguyên vẹn vẫn có thể thiếu những gì ghi sau cùng. Với --audit, dòng cuối là một dấu: hãy ghi lại ở nơi khác máy này. Đưa lại sau bằng --mark, dấu cho biết mọi thứ lúc ấy
                có còn nguyên không: kể cả những gì trung tâm tự ghi, không thiết bị nào ký, và phần cuối nhật
                ký.
                """),
        options: [
            Option(
                "--audit",
                help: Message(
                    "also the devices' signatures over their changes, and the trail of what admins did",
                    vi: "kể cả chữ ký của thiết bị trên các thay đổi, và nhật ký quản trị")),
            Option(
                "--mark", valueName: "MARK",
                help: Message(
                    "what an earlier --audit printed: is all of it still there?",
                    vi: "dấu do một lần --audit trước in ra: mọi thứ còn nguyên không?")),
            Option("--json", help: Message("answer in JSON", vi: "trả lời bằng JSON")),
        ]
    ) { invocation in
        let expected = Message(
            "a mark as verify --audit prints it", vi: "dấu như verify --audit in ra")
        let mark = try invocation.value("--mark", expected: expected) { AuditMark($0) }
        let isAudit = invocation.has("--audit") || mark != nil
        let home = try CentralHome(invocation)
        let hadLog = CentralDatabase.hasLog(path: home.databasePath)
        let (found, present) = try home.withDatabase { database in
            var found = try database.verify()
            found.hadLog = hadLog
            if isAudit { found.faults += try database.verifyAudit() }
            if let mark { found.faults += try database.verify(against: mark) }
            return (found, isAudit ? try database.auditMark() : nil)
        }
        if invocation.has("--json") {
            var members = found.json.objectValue ?? []
            if let present {
                members.append(JSONMember(name: "mark", value: .string(present.description)))
            }
            try invocation.printOut(JSONValue.object(members).serialized())
        } else {
            for line in found.lines(in: invocation.language, now: SystemClock().now()) {
                try invocation.printOut(line)
            }
            if let present {
                try invocation.say(Message("mark: \(present)", vi: "dấu: \(present)"))
            }
        }
        guard found.faults.isEmpty else {
            throw CommandFailure(
                .dataError, found.summary,
                hint: Message(
                    "keep a copy of the file, restore a backup, and let the counters sync",
                    vi: "giữ một bản sao của tệp, khôi phục bản sao lưu, rồi để các quầy "
                        + "đồng bộ"))
        }
        return .ok
    }
}
