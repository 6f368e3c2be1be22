// The counter's engine over a database file: what the programs use.

public import Causality
public import CounterEngine
public import Crypto
public import SQLiteStore

/// Syncs a replica's file with central.
public typealias FileSession = CounterSession<CounterDatabase>

/// Syncs a replica's file for as long as it runs.
public typealias FileAgent = SyncAgent<CounterDatabase>

extension CounterSession where Replica == CounterDatabase {
    /// Opens the replica's file.
    ///
    /// - Throws: `StoreError`.
    public init(
        path: String, transport: any Transport, clock: any WallClock = SystemClock(),
        timer: any Clock<Duration> = ContinuousClock(),
        random: any RandomSource = SystemRandomSource(), options: SyncOptions = SyncOptions(),
        limits: CounterLimits = .standard
    ) throws {
        self.init(
            store: try CounterDatabase(path: path), transport: transport,
            clock: clock, timer: timer, random: random, options: options, limits: limits)
    }
}

extension SyncAgent where Replica == CounterDatabase {
    /// Prepares an agent for a replica's file.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - report: told of every change of state.
    /// - Throws: `StoreError`.
    public init(
        path: String, schedule: AgentSchedule, timer: any Clock<Duration> = ContinuousClock(),
        random: any RandomSource = SystemRandomSource(),
        limits: CounterLimits.Agent = CounterLimits.standard.agent,
        makeSession: @escaping MakeSession, sync: @escaping Sync,
        report: @escaping @Sendable (AgentState) -> Void
    ) throws {
        self.init(
            store: try CounterDatabase(path: path), schedule: schedule,
            timer: timer, random: random, limits: limits, makeSession: makeSession, sync: sync,
            report: report)
    }
}
