// Sync by files, where there is no link: a stick carries the outbox to central, and the reply back.

internal import Language
internal import CommandLineTool
internal import JSON
internal import ReplicaStore
internal import SyncEngine
internal import SyncProtocol

enum BundleCommand {
    static func command(_ context: CounterContext) -> Command {
        Command(
            group: "bundle", summary: "sync by files on a stick, where there is no link",
            discussion: """
                counter bundle create FILE, at central: central bundle apply FILE --reply FILE2, and
                here again: counter bundle apply FILE2. The files are sealed: only central, or this
                device, can open them. They may be copied, repeated, late or lost: nothing leaves
                this replica before central's reply is here.
                """,
            commands: [create(context), apply(context)])
    }

    private static func create(_ context: CounterContext) -> Command {
        Command(
            "create", summary: "write what waits here into a bundle for central",
            arguments: [Positional("FILE", help: "the file to make; it must not be there yet")],
            options: [
                Option(
                    "--part-size", valueName: "BYTES",
                    help: "split into FILE.1, FILE.2 … of so many bytes at most"),
                .json,
            ]
        ) { invocation in
            let home = try CounterHome(invocation, context.environment)
            let destination = BundleDestination(
                path: try fileName(invocation.positional("FILE")),
                partByteCount: try invocation.integer(
                    "--part-size", in: BundleLimits.partSizeMin ... .max),
                scratchFolder: home.path)
            let lock = try FileLock(.sync, home)
            defer { lock.release() }
            let bundle: CreatedBundle
            do {
                bundle = try await session(home, context).createBundle(into: destination)
            } catch {
                throw translation(of: error)
            }
            try answer(bundle, invocation)
            return .ok
        }
    }

    private static func apply(_ context: CounterContext) -> Command {
        Command(
            "apply", summary: "take in central's reply to a bundle",
            discussion: """
                Ends with 0 when all is exchanged and both digests agree, or when all of it was taken
                in before; 65 when central refused changes, or a file is damaged or not for this
                device; 66 when a file cannot be read; 75 when some remains, or another bundle comes
                first; 76 when this needs a link: counter sync.
                """,
            arguments: [
                Positional("FILE", help: "all files of the reply, in any order", repeats: true)
            ],
            options: [
                Option("--quiet", short: "q", help: "print nothing when all went well"), .json,
            ]
        ) { invocation in
            let home = try CounterHome(invocation, context.environment)
            let lock = try FileLock(.sync, home)
            defer { lock.release() }
            let applied: AppliedBundle
            do {
                applied = try await session(home, context)
                    .applyBundle(invocation.positionals("FILE"))
            } catch {
                throw translation(of: error)
            }
            guard !applied.isRepeated else {
                try answerRepeated(invocation)
                return .ok
            }
            try SyncCommand.answer(applied.report, invocation)
            if let failure = applied.report.commandFailure { throw failure }
            return .ok
        }
    }

    private static func fileName(_ name: String) throws -> String {
        guard !name.isEmpty, !name.hasSuffix("/") else {
            throw UsageError("FILE needs the name of a file", hint: "as in /media/stick/bundle")
        }
        return name
    }

    private static func session(
        _ home: CounterHome, _ context: CounterContext
    ) throws -> CounterSession {
        try CounterSession(
            path: home.databasePath, transport: NoLink(), clock: context.clock,
            random: context.random)
    }

    private static func translation(of error: any Error) -> any Error {
        guard let failure = error as? BundleFailure else {
            return CommandFailure.translation(of: error)
        }
        return CommandFailure(failure)
    }

    private static func answer(_ bundle: CreatedBundle, _ invocation: Invocation) throws {
        let written = bundle.written
        if invocation.has("--json") {
            return try invocation.printJSON(
                .object([
                    ("bundle", .string(written.id.description)),
                    ("changes", .integer(Int64(clamping: bundle.changeCount))),
                    ("bytes", .integer(Int64(written.byteCount))),
                    ("files", .array(written.files.map(JSONValue.string))),
                ]))
        }
        let files =
            written.files.count == 1
            ? written.files[0]
            : "\(written.files.count) files, \(written.files[0]) to "
                + (written.files.last ?? "")
        try invocation.printOut(
            TerminalSafe.text(
                "\(GroupedNumber.counted(bundle.changeCount, "change")) for central in \(files), "
                    + ByteCount.string(written.byteCount)))
        try invocation.printOut(
            "next: central bundle apply "
                + (written.files.count == 1 ? "FILE" : "ALL FILES")
                + " --reply FILE2; the changes wait here until the reply is applied")
    }

    private static func answerRepeated(_ invocation: Invocation) throws {
        if invocation.has("--json") {
            try invocation.printJSON(.object([("outcome", .string("repeated"))]))
        } else if !invocation.has("--quiet") {
            try invocation.printOut("Applied before: all that this bundle brings is here.")
        }
    }
}

extension CommandFailure {
    /// A bundle that was refused, or could not be made.
    init(_ failure: BundleFailure) {
        let code: ExitCode =
            switch failure.failureClass {
            case .dataError: .dataError
            case .noInput: .noInput
            case .cannotCreate: .cantCreate
            case .inputOutput: .ioError
            case .temporary: .temporaryFailure
            case .protocolError: .protocolError
            }
        self.init(code, "\(failure)", hint: Message(untranslated: failure.hint))
    }
}
