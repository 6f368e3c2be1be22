internal import Backups
internal import Causality
internal import CommandLine
internal import HTTP
internal import HTTPClient
internal import JSON
internal import SQLiteStore
internal import SharedCommands
internal import Text
internal import Wire

/// `counter doctor`: what is wrong here, and what to do.
enum DoctorCommand {
    static func command(_ context: CounterContext) -> Command {
        Command(
            "doctor",
            summary: Message(
                "say what is wrong here, and what to do", vi: "cho biết có gì sai, và cách xử lý"),
            discussion: Message(
                """
                Looks at the home, the disk, the replica, the clock, backups, and whether central answers, each
                with a sentence on what to do. Ends with 69 when something hinders work. Without a link
                counters work on; that central does not answer is a note.
                """,
                vi: """
                    Xem thư mục, ổ đĩa, dữ liệu quầy, đồng hồ, bản sao lưu, và trung tâm có trả lời không, mỗi mục kèm
                    cách xử lý. Kết thúc với 69 khi có gì cản trở công việc. Không có mạng quầy vẫn làm việc; trung
                    tâm không trả lời chỉ là lưu ý.
                    """),
            options: Invocation.doctorOptions
        ) { invocation in
            let home = try CounterHome(invocation, context.environment)
            let now = context.clock.now()
            let note = BackupNote(home: home.path)
            var doctor = Doctor(invocation, home, now: now)
            doctor.lookAround(
                note?.words(now: now) ?? BackupNote.noneWords(program: "counter"),
                isBackedUp: note != nil)
            var status: ReplicaStatus?
            do {
                try context.withDatabase(invocation) { database in
                    try doctor.look(at: database)
                    status = try database.read { try ReplicaStatus(database, now: now) }
                }
            } catch let failure as CommandFailure {
                doctor.add(Finding("database", .fault, failure.message, advice: failure.hint))
            }
            if var present = status {
                present.agent = AgentStatus(runningIn: home)
                present.backup = note
                doctor.add(
                    Finding("sync", present.isSynced ? .ok : .warning, present.verdict))
                doctor.add(
                    Finding(
                        "agent", present.agent == nil ? .warning : .ok,
                        present.agent?.sentence(now: now)
                            ?? Message("no agent runs", vi: "tiến trình nền không chạy"),
                        advice: present.agent == nil
                            ? Message(
                                "systemctl start dossiersync-counter, or: counter run",
                                vi: "systemctl start dossiersync-counter, hoặc: counter run") : nil)
                )
                doctor.add(try await link(to: present, invocation))
                status = present
            }
            return try doctor.tell(status: status?.json ?? .null)
        }
    }

    /// Whether central answers: its name is found, its port open, its key the right one.
    private static func link(
        to status: ReplicaStatus, _ invocation: Invocation
    ) async throws -> Finding? {
        guard !status.centralURL.isEmpty else { return nil }
        var options = try SyncCommand.httpOptions(invocation)
        options.use(status.trust)
        let client = HTTPClient(options: options)
        defer { client.close() }
        do throws(HTTPClientError) {
            let answer = try await client.send(
                url: status.centralURL + Route.health.path, timeout: .seconds(20))
            guard answer.status == 200,
                answer.headers["Content-Type"]?.hasPrefix("application/json") == true
            else {
                return Finding(
                    "link", .warning,
                    Message(
                        "what answers at \(status.centralURL) is not central",
                        vi: "bên trả lời tại \(status.centralURL) không phải trung tâm"),
                    advice: Message(
                        "open the network's login page, or check the address",
                        vi: "mở trang đăng nhập của mạng, hoặc kiểm tra địa chỉ"))
            }
            return Finding(
                "link", .ok,
                Message(
                    "central answers at \(status.centralURL)",
                    vi: "trung tâm trả lời tại \(status.centralURL)"))
        } catch {
            return Finding(
                "link", .warning, error.message,
                advice: Message(
                    "work goes on without it; look at the cable, the modem, the address",
                    vi: "vẫn làm việc được; kiểm tra cáp, modem, địa chỉ"))
        }
    }
}
