internal import CommandLineTool
internal import JSON
internal import Language
internal import ReplicaStore

enum VerifyCommand {
    static let command = Command(
        "verify",
        summary: Message(
            "recompute everything in central's store, and say what is wrong",
            vi: "tính lại toàn bộ kho của trung tâm và nêu chỗ sai"),
        discussion: Message(
            "Reads the whole file and changes nothing. Ends with 65 when it is damaged.",
            vi: "Đọc toàn bộ tệp và không thay đổi gì. Kết thúc với 65 khi tệp hỏng."),
        options: [
            Option(
                "--audit",
                help: Message(
                    "also the devices' signatures over their changes, and the trail of what admins did",
                    vi: "kể cả chữ ký của thiết bị trên các thay đổi, và nhật ký quản trị")),
            Option("--json", help: Message("answer in JSON", vi: "trả lời bằng JSON")),
        ]
    ) { invocation in
        let found = try CentralHome(invocation).withDatabase { database in
            var found = try database.verify()
            if invocation.has("--audit") { found.faults += try database.verifyAudit() }
            return found
        }
        if invocation.has("--json") {
            try invocation.printOut(found.json.serialized())
        } else {
            for line in found.lines(in: invocation.language) { try invocation.printOut(line) }
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
