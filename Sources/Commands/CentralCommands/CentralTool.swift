public import CommandLine
internal import SQLiteStore
internal import SharedCommands
internal import Text

/// The command line of `central`.
public enum CentralTool {
    /// The version of the program.
    static let version = ProgramVersion.number

    /// The tool, writing to these sinks.
    ///
    /// - Parameter others: commands from elsewhere, after central's own.
    public static func make(
        adding others: [Command] = [], output: OutputSink = .standardOutput,
        errorOutput: OutputSink = .standardError
    ) -> Tool {
        make(
            adding: others, output: output, errorOutput: errorOutput, surrounding: RemoteCentral.run
        )
    }

    /// The same with something else around each command.
    static func make(
        adding others: [Command] = [], output: OutputSink, errorOutput: OutputSink,
        surrounding: @escaping Tool.Surrounding
    ) -> Tool {
        Tool(
            name: "central", version: ProgramVersion.text(of: .central),
            summary: Message(
                "the central node that counters sync with",
                vi: "nút trung tâm mà các quầy đồng bộ với"),
            commands: [
                ServeCommand.command,
                Command(
                    group: "office",
                    summary: Message(
                        "the offices of the catalog", vi: "các cơ quan trong danh mục"),
                    commands: [OfficeCommand.add, OfficeCommand.list]),
                Command(
                    group: "tls",
                    summary: Message("central's certificate", vi: "chứng thư của trung tâm"),
                    commands: [TLSCommand.selfSigned, TLSCommand.show]),
                AdminCommand.command, SessionCommands.login, SessionCommands.logout,
                EnrolCommand.command, DevicesCommand.devices,
                RevokeCommand.revoke, RevokeCommand.allowIdentity,
                DevicesCommand.requestSync, StatusCommand.command, ReceiptsCommand.command,
                RecordsCommand.digest, RecordsCommand.records, InboxCommands.conflicts,
                InboxCommands.resolve, InboxCommands.assign,
                SlipCommands.reopen, SlipCommands.void,
                BundleCommand.command, VerifyCommand.command, AuditCommand.command,
                EraseCommand.erase, EraseCommand.erasures, SettleCommand.command,
                RecoverCommand.command, BackupCommand.command, RestoreCommand.command,
                DoctorCommand.command,
                CatalogCommand.command, ImportCommand.command, ExportCommand.command,
                ReportCommand.command, ReportCommand.issued,
            ] + others,
            globalOptions: [
                CentralHome.option, RemoteCentral.option, SessionFile.option, Tool.languageOption,
            ], isDocumented: true, output: output, errorOutput: errorOutput,
            surrounding: surrounding)
    }
}
