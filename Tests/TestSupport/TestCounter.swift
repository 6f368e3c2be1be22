public import Causality
public import CounterEngine
internal import CounterFiles
public import Replication
public import SQLiteStore

/// One counter of a fleet.
public struct TestCounter: Sendable {
    /// Where its file is.
    public let path: String
    /// Its identity.
    public let replica: ReplicaID
    /// Its link.
    public let transport: DirectTransport
    /// Its clock.
    public let clock: ManualClock

    /// The same counter with another link, as a second program over its file has.
    public func withOwnLink(slot: NodeSlot) -> TestCounter {
        TestCounter(
            path: path, replica: replica, transport: DirectTransport(slot: slot),
            clock: clock)
    }

    /// Opens its database.
    public func open() throws -> CounterDatabase {
        try CounterDatabase(path: path)
    }

    /// Writes in one transaction.
    @discardableResult
    public func edit<R>(_ body: (CounterEdit) throws -> R) throws -> R {
        let database = try open()
        defer { database.close() }
        return try database.write(now: clock.now()) { try body(try CounterEdit($0)) }
    }

    /// Syncs once.
    public func sync(
        _ options: SyncOptions = SyncOptions(), timer: any Clock<Duration> = ContinuousClock(),
        limits: CounterLimits = .standard
    ) async throws -> SyncReport {
        try await CounterSession(
            path: path, transport: transport, clock: clock, timer: timer, options: options,
            limits: limits
        )
        .sync()
    }

    /// All records as they are stored, by id.
    public func states() throws -> [RecordID: RecordState] {
        try read { try $0.statesByID() }
    }

    /// Reads from its database.
    public func read<R>(_ body: (CounterDatabase) throws -> R) throws -> R {
        let database = try open()
        defer { database.close() }
        return try body(database)
    }

    /// A copy of its file, as a clone or a backup is made, with a link and a clock of its own.
    public func copied(to path: String, slot: NodeSlot) throws -> TestCounter {
        try Fleet.copyDatabase(self.path, to: path)
        return TestCounter(
            path: path, replica: replica, transport: DirectTransport(slot: slot),
            clock: ManualClock(milliseconds: clock.now().milliseconds))
    }
}

extension ReplicaDatabase {
    /// All records as they are stored, by id.
    public func statesByID() throws -> [RecordID: RecordState] {
        var states: [RecordID: RecordState] = [:]
        try forEachRecord {
            states[$0.id] = $0
            return true
        }
        return states
    }
}
