public import Causality
public import CommandLine
public import CounterEngine
public import CounterLink
public import Crypto
internal import Dossiers
internal import Foundation
public import HTTPClient
internal import SQLiteStore
internal import SharedCommands
internal import Text
internal import Time
public import Wire

/// A way to central: exchanges, and the one request before them.
public protocol CentralLink: Transport {
    /// Buys an identity with a one-time code.
    ///
    /// - Throws: `SyncFailure`.
    func enrol(_ request: EnrolmentRequest) async throws(SyncFailure) -> EnrolmentReply
}

extension HTTPTransport: CentralLink {}

/// What the commands take from outside, so that tests can bend it.
public struct CounterContext: Sendable {
    /// The environment's variables.
    public var environment: [String: String]
    /// The wall clock.
    public var clock: any WallClock = SystemClock()
    /// Where keys come from.
    public var random: any RandomSource = SystemRandomSource()
    /// Who can be asked.
    public var person = Person.atTerminal
    /// Where progress is drawn.
    public var terminal = ProgressTerminal.standardError
    /// Makes the way to central at an address.
    public var connect: @Sendable (String, HTTPClientOptions) -> any CentralLink = {
        HTTPTransport(baseURL: $0, options: $1)
    }

    /// The context of a real program.
    public init() {
        environment = ProcessInfo.processInfo.environment
    }
}

extension CounterContext {
    /// The day at the offices' time.
    var today: CalendarDate { OfficeTime.day(ofMilliseconds: clock.now().milliseconds) }

    /// Runs `body` with the replica open, errors in the program's terms.
    func withDatabase<R>(
        _ invocation: Invocation, _ body: (CounterDatabase) throws -> R
    ) throws -> R {
        let home = try CounterHome(invocation, environment)
        return try CommandFailure.translating {
            let database: CounterDatabase
            do {
                database = try home.open(onUpgrade: invocation.upgradeReport(on: terminal))
            } catch let error as StoreError {
                throw home.refusal(error) ?? error
            }
            defer { database.close() }
            return try body(database)
        }
    }

    /// Runs `body` on one consistent view of the replica. Who searches has the index catch up afterwards, so that
    /// the next search is faster: no agent may be running that does.
    func read<R>(
        _ invocation: Invocation, isSearch: Bool = false, _ body: (CounterDatabase) throws -> R
    ) throws -> R {
        try withDatabase(invocation) { database in
            let result = try database.read { try body(database) }
            if isSearch { database.catchUpSearchIndex(for: .milliseconds(300)) }
            return result
        }
    }

    /// Tells of a clock that is wrong, before something is written by it. It is never a reason to refuse;
    /// a person at a terminal may think better of it.
    func heedClock(_ invocation: Invocation, _ database: CounterDatabase) throws {
        let now = clock.now()
        let fault = try database.read { try database.clockFault(at: now) }
        guard let fault else { return }
        let wasAsked = try database.read { try database.wasAsked(about: fault) }
        if try invocation.tell(ofClock: fault.words, wasAsked: wasAsked, person) {
            try database.write(now: now) { try $0.noteAsked(about: fault) }
        }
    }

    /// Runs `body` as one transaction of local edits; what it returns is on disk.
    func edit<R>(
        _ invocation: Invocation, _ body: (CounterEdit, CounterWriteTransaction) throws -> R
    ) throws -> R {
        try withDatabase(invocation) { database in
            // A person's word on the time stands above the clock's.
            if !invocation.has("--at") { try heedClock(invocation, database) }
            try heed(doubt(of: invocation.time(self)), invocation)
            return try database.write(now: clock.now()) { transaction in
                try body(try CounterEdit(transaction), transaction)
            }
        }
    }
}
