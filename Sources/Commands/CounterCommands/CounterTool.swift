public import CommandLine
internal import SQLiteStore
internal import SharedCommands
internal import Text

/// The command line of `counter`.
public enum CounterTool {
    /// The version of the program.
    static let version = ProgramVersion.number

    /// The tool, writing to these sinks.
    public static func make(
        context: CounterContext = CounterContext(), output: OutputSink = .standardOutput,
        errorOutput: OutputSink = .standardError
    ) -> Tool {
        Tool(
            name: "counter", version: ProgramVersion.text(of: .counter),
            summary: Message(
                "a counter's replica: works offline, syncs with central",
                vi: "dữ liệu tại quầy: làm việc không cần mạng, đồng bộ với trung tâm"),
            commands: [
                EnrolCommand.command(context), ReceiveCommand.command(context),
                NewCommand.command(context), SetCommand.command(context),
                NoteCommand.command(context),
            ] + LifeCommands.commands(context) + [
                ReturnCommand.command(context), ReturnCommand.delivery(context),
            ] + FormCommands.commands(context) + SlipCommands.commands(context) + [
                PaperCommand.command(context),
                ContactCommand.command(context), ShowCommand.command(context),
                ListCommand.command(context), ApplyCommand.command(context),
                ImportCommand.command(context),
                SyncCommand.command(context), RunCommand.command(context),
                BundleCommand.command(context), ExportCommand.command(context),
                StatusCommand.command(context),
                ReceiptsCommand.command(context),
                ConflictsCommand.command(context), ResolveCommand.command(context),
                InboxCommands.assign(context), InboxCommands.recode(context),
                InboxCommands.codes(context), RefusedCommand.command(context),
                CorrectTimesCommand.command(context),
                ReportCommand.command(context),
                DigestCommand.command(context),
                RecordsCommand.command(context), VerifyCommand.command(context),
                BackupCommand.command(context), RestoreCommand.command(context),
                DoctorCommand.command(context),
                SettingsCommand.command(context),
            ],
            globalOptions: [CounterHome.option, Tool.languageOption], isDocumented: true,
            output: output,
            errorOutput: errorOutput)
    }
}
