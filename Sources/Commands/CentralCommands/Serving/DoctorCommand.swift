internal import AdminDocuments
internal import Administration
internal import Backups
internal import Causality
internal import CentralServer
internal import CommandLine
internal import Files
internal import JSON
internal import SQLiteStore
internal import SharedCommands
internal import Text

/// `central doctor`: what is wrong here, and what to do.
enum DoctorCommand {
    /// A certificate that ends sooner is to be renewed.
    private static let certificateDaysMin: Int64 = 30

    static let command = Command(
        "doctor",
        summary: Message(
            "say what is wrong here, and what to do", vi: "cho biết có gì sai, và cách xử lý"),
        discussion: Message(
            """
            Looks at the home, the disk, the database, the clock, the certificate, backups and whether central
            serves, each with a sentence on what to do. Ends with 69 when something hinders work.
            """,
            vi: """
                Xem thư mục, ổ đĩa, cơ sở dữ liệu, đồng hồ, chứng thư, bản sao lưu và trung tâm có đang phục vụ không,
                mỗi mục kèm cách xử lý. Kết thúc với 69 khi có gì cản trở công việc.
                """),
        options: Invocation.doctorOptions
    ) { invocation in
        let home = try CentralHome(invocation)
        let now = SystemClock().now()
        let note = BackupNote(home: home.path)
        var doctor = Doctor(invocation, home, now: now)
        doctor.lookAround(
            note?.words(now: now) ?? BackupNote.noneWords(program: "central"),
            isBackedUp: note.map { now.milliseconds - $0.made.milliseconds < 2 * 86_400_000 }
                ?? false)
        var status = JSONValue.null
        do {
            try home.withDatabase { database in
                try doctor.look(at: database)
                let serving = ServingStatus(besides: database.path)
                doctor.add(DoctorCommand.serving(serving))
                status = try CentralStatus(database, at: now, serving: serving, backup: note).json
            }
        } catch let failure as CommandFailure {
            doctor.add(Finding("database", .fault, failure.message, advice: failure.hint))
        }
        doctor.add(certificate(home, now))
        return try doctor.tell(status: status)
    }

    private static func serving(_ status: ServingStatus?) -> Finding {
        guard let status else {
            return Finding(
                "serving", .warning,
                Message("no central serves this home", vi: "không có trung tâm nào đang phục vụ"),
                advice: Message(
                    "systemctl status dossiersync-central, or: central serve",
                    vi: "systemctl status dossiersync-central, hoặc: central serve"))
        }
        return Finding(
            "serving", .ok,
            Message(
                "serves at \(status.url), \(status.connections) of \(status.connectionsMax) connections",
                vi:
                    "phục vụ tại \(status.url), \(status.connections)/\(status.connectionsMax) kết nối"
            ))
    }

    private static func certificate(_ home: CentralHome, _ now: Timestamp) -> Finding? {
        let files = TLSFiles(home: home)
        guard files.exist else { return nil }
        do {
            let end = try files.read(now: now.milliseconds / 1000).end
            let isLong =
                end.milliseconds - now.milliseconds > certificateDaysMin * 86_400_000
            let until = ShownTime.text(end)
            return Finding(
                "certificate", isLong ? .ok : .warning,
                Message(
                    "the home's certificate counts until \(until.english)",
                    vi: "chứng thư của thư mục có hiệu lực đến \(until.vietnamese)"),
                advice: isLong
                    ? nil
                    : Message(
                        "central tls self-signed renews it under the same key",
                        vi: "central tls self-signed gia hạn với cùng khóa"))
        } catch {
            let failure = error as? CommandFailure
            return Finding(
                "certificate", .fault,
                failure?.message
                    ?? Message("the certificate cannot be read", vi: "không đọc được chứng thư"),
                advice: failure?.hint)
        }
    }
}
