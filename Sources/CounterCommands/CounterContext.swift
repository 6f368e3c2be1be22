internal import Language
public import Causality
public import CommandLineTool
public import Crypto
internal import Foundation
public import HTTP
internal import ReplicaStore
public import SyncEngine
public import SyncProtocol

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
    /// Runs `body` with the replica open, errors in the program's terms.
    func withDatabase<R>(
        _ invocation: Invocation, _ body: (ReplicaDatabase) throws -> R
    ) throws -> R {
        let home = try CounterHome(invocation, environment)
        return try CommandFailure.translating {
            let database = try home.open()
            defer { database.close() }
            return try body(database)
        }
    }

    /// Runs `body` on one consistent view of the replica.
    func read<R>(
        _ invocation: Invocation, _ body: (ReplicaDatabase) throws -> R
    ) throws -> R {
        try withDatabase(invocation) { database in
            try database.read { try body(database) }
        }
    }

    /// Runs `body` as one transaction of local edits; what it returns is on disk.
    func edit<R>(
        _ invocation: Invocation, _ body: (LocalEdit, WriteTransaction) throws -> R
    ) throws -> R {
        try withDatabase(invocation) { database in
            try database.write(now: clock.now()) { transaction in
                try body(try LocalEdit(transaction), transaction)
            }
        }
    }
}
