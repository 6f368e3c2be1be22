internal import Causality
internal import CentralServer
internal import CommandLine
internal import Dispatch
internal import SQLiteStore
internal import Store
internal import Synchronization
internal import Wire

/// Runs commands that accounts give from other machines, at the home of the central that serves: the same as at
/// its own machine, in the place of the account.
struct CommandRunner: Sendable {
    /// Bytes of an answer: a central's file may be larger than its memory.
    private static let answerBytesMax = 16 << 20

    /// Options that the serving central knows better than who asks.
    private let options: [String: [String]]
    private let threads = CommandThreads()

    /// Runs them for this home.
    ///
    /// - Parameter certificatePath: the file that the serving central was told of, if it was.
    init(home: CentralHome, certificatePath: String?) {
        var options = ["--home": [home.path]]
        if let certificatePath { options["--tls-cert"] = [certificatePath] }
        self.options = options
    }

    /// Runs a command.
    ///
    /// - Throws: `SyncFailure.refused` for a role that may not, `.tooLarge` for an answer.
    @Sendable func run(
        _ asked: CommandRoute.Call
    ) async throws(SyncFailure) -> CommandRoute.Answer {
        let isForbidden = Mutex(false)
        let output = OutputSink(columns: asked.columns, bytesMax: Self.answerBytesMax)
        let errors = OutputSink(bytesMax: Self.answerBytesMax)
        let tool = CentralTool.make(output: output, errorOutput: errors) { command, call in
            let use = RemoteUse(command, call)
            if case .never(let reason) = use { throw RemoteUse.refusal(of: call, why: reason) }
            guard use.least == .viewer || asked.account.role == .admin else {
                isForbidden.withLock { $0 = true }
                return .noPermission
            }
            let call = call.asked(by: asked.account.name, with: options)
            if case .readsPeople = use { try Self.note(call) }
            return try await command(call)
        }
        let code = await withTaskExecutorPreference(threads) {
            await tool.main(arguments: asked.words)
        }
        guard !isForbidden.withLock({ $0 }) else {
            throw .refused(status: 403, title: "this takes an account with the role admin")
        }
        guard !output.isClosed, !errors.isClosed else {
            throw .tooLarge(limitBytes: Self.answerBytesMax)
        }
        return CommandRoute.Answer(
            code: code.rawValue, output: output.text, errors: errors.text)
    }

    /// Says in the trail that somebody elsewhere looks at what holds people's data.
    private static func note(_ call: Invocation) throws {
        let home = try CentralHome(call)
        try home.withDatabase { database in
            try database.write(now: SystemClock().now()) {
                try $0.note("read", call.commandPath.joined(separator: " "), by: home.actor)
            }
        }
    }
}

/// Threads that commands may keep for as long as they need: those of the runtime are for what never waits.
private final class CommandThreads: TaskExecutor {
    private let queue = DispatchQueue(
        label: "dossiersync.commands", qos: .utility, attributes: .concurrent)

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
