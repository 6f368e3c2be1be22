internal import Backups
internal import Causality
internal import CommandLine
internal import Files
internal import SQLiteStore
internal import SharedCommands
internal import Text
internal import Wire

enum StatusCommand {
    static func command(_ context: CounterContext) -> Command {
        Command(
            "status",
            summary: Message(
                "say what central has, what it has not, and since when",
                vi: "cho biết trung tâm có gì, chưa có gì, và từ khi nào"),
            discussion: Message(
                "Also what the agent (counter run) of this replica does, if one runs.",
                vi: "Kèm việc tiến trình nền (counter run) đang làm, nếu có."),
            options: [
                .json,
                Option(
                    "--prometheus", valueName: "FILE",
                    help: Message(
                        "write figures into this file, for a textfile collector",
                        vi: "ghi số liệu vào tệp này, cho bộ thu textfile")),
            ]
        ) { invocation in
            var status = try context.read(invocation) {
                try ReplicaStatus($0, now: context.clock.now())
            }
            let home = try CounterHome(invocation, context.environment)
            status.agent = AgentStatus(runningIn: home)
            status.backup = BackupNote(home: home.path)
            if let path = invocation.value("--prometheus") {
                try write(status.figures(at: context.clock.now()), to: path)
                return .ok
            }
            if invocation.has("--json") {
                try invocation.printJSON(status.json)
            } else {
                for line in status.lines(
                    now: context.clock.now(), invocation.language,
                    width: invocation.output.columns)
                {
                    try invocation.printProse(line)
                }
            }
            return .ok
        }
    }

    /// Whoever collects it is another user.
    private static let figuresMode: UInt32 = 0o644

    private static func write(_ figures: PrometheusText, to path: String) throws(CommandFailure) {
        do throws(FileError) {
            try WholeFile.replace(
                path: path, with: Array(figures.text.utf8), mode: figuresMode, isSynced: false)
        } catch {
            throw CommandFailure(
                .cantCreate, Message(verbatim: "\(path): ") + error.message,
                hint: Message(
                    "give a file in a folder that this login may write to",
                    vi: "ghi một tệp trong thư mục mà tài khoản này được ghi"))
        }
    }
}

extension ReplicaStatus {
    /// What it says in figures; nothing of records and people (`Protocol/metrics.md`).
    func figures(at now: Timestamp) -> PrometheusText {
        func seconds(_ time: Timestamp?) -> Double? { time.map { Double($0.milliseconds) / 1000 } }
        var text = PrometheusText()
        text.family("build_info", .gauge, "The program that wrote this.")
        text.sample(
            "build_info",
            [
                ("version", CounterTool.version), ("protocol", "\(WireLimits.version)"),
                ("schema", "\(DatabaseRole.counter.schemaVersion)"),
            ], 1)
        text.one(
            "desk_synced", isSynced ? 1 : 0,
            "Whether central has all of this replica and the digests agreed.")
        text.one("desk_revoked", state == .revoked ? 1 : 0, "Whether central shut it out.")
        text.one("desk_pending_changes", Double(pending), "Own changes that central lacks.")
        text.one(
            "desk_pending_since_timestamp_seconds", seconds(pendingSince),
            "When the oldest of them was written.")
        text.one(
            "desk_last_exchange_timestamp_seconds", seconds(lastExchange),
            "When it last exchanged anything.")
        text.one(
            "desk_last_complete_sync_timestamp_seconds", seconds(lastComplete),
            "When a sync was last complete.")
        text.one("desk_conflicts", Double(conflicts), "Conflicts that wait for a person.")
        text.one(
            "desk_refused_changes", Double(refused.count), "Changes that central refused.")
        text.one("desk_records", Double(records), "Records of the office here.")
        text.one("desk_agent_running", agent == nil ? 0 : 1, "Whether an agent runs.")
        text.one(
            "desk_clock_off_seconds",
            Double(clockFault?.offMilliseconds ?? 0) / 1000, "By how much its clock is wrong.")
        text.one(
            "desk_backup_timestamp_seconds", seconds(backup?.made),
            "When the last good backup was made; absent when none ever was.")
        return text
    }
}
