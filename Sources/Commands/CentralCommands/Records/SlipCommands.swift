internal import Administration
internal import CommandLine
internal import Dossiers
internal import SQLiteStore
internal import Replication
internal import Text

/// What takes slips back at central.
enum SlipCommands {
    static let reopen = Command(
        "reopen",
        summary: Message(
            "take up again what had ended by mistake, or was void after all",
            vi: "mở lại hồ sơ kết thúc nhầm, hoặc đã hủy nhầm"),
        discussion: Message(
            """
            A dossier that was finished, returned or withdrawn is being worked on again; one that was not
            accepted is new. Figures count it as reopened, on the day on which it is; what was reported
            before stays. A slip of today is taken back at the counter that made it: counter undo.
            """,
            vi: """
                Hồ sơ đã xong, đã trả hoặc đã rút trở lại đang xử lý; hồ sơ không tiếp nhận trở lại mới đăng
                ký. Số liệu tính là mở lại vào ngày mở; số đã báo cáo trước đó giữ nguyên. Nhầm trong ngày thì
                rút lại tại quầy đã làm: counter undo.
                """),
        arguments: [record, reason], options: [by]
    ) { invocation in
        let name = try perform(.reopen, invocation)
        try invocation.say(Message("reopened: \(name)", vi: "đã mở lại: \(name)"))
        return .ok
    }

    static let void = Command(
        "void",
        summary: Message(
            "take what was entered by mistake out of lists and figures",
            vi: "hủy bản ghi nhập nhầm: không còn trong danh sách và số liệu"),
        discussion: Message(
            "It stays in the log and the audit. It is taken back with: central reopen",
            vi: "Nhật ký và kiểm tra vẫn giữ. Rút lại bằng: central reopen"),
        arguments: [record, reason], options: [by]
    ) { invocation in
        let name = try perform(.void, invocation)
        try invocation.say(Message("\(name) is void", vi: "đã hủy \(name)"))
        return .ok
    }

    /// - Returns: what the record is called.
    private static func perform(
        _ what: SlipAct.What, _ invocation: Invocation
    ) throws -> String {
        let reason = invocation.positional("REASON")
        guard !reason.allSatisfy(\.isWhitespace) else {
            throw UsageError(Message("the reason is empty", vi: "chưa ghi lý do"))
        }
        let act = SlipAct(
            what, try RecordReference(typed: invocation.positional("RECORD")), reason: reason,
            by: invocation.value("--by"))
        let home = try CentralHome(invocation)
        return try home.withDatabase { database in
            let result = try home.perform(act, database)
            let state = try database.state(of: .id(result.record))
            return TerminalSafe.text(
                state?.shownValue("code")?.text ?? result.record.description)
        }
    }

    private static let record = Positional(
        "RECORD",
        help: Message("the record's id, or a dossier's code", vi: "id của bản ghi, hoặc mã hồ sơ"))
    private static let reason = Positional(
        "REASON",
        help: Message("why; it is added to the notes", vi: "lý do; được thêm vào ghi chú"))
    private static let by = Option(
        "--by", valueName: "NAME", help: Message("who does this", vi: "người thực hiện"))
}
