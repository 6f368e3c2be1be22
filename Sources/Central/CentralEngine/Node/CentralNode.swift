// Central: one writer with group commit, many readers, and the exchange on top of them.

public import Causality
public import Crypto
public import Store
internal import Replication
internal import Synchronization
public import Wire

/// The central node over one store.
public final class CentralNode<Store: CentralNodeStore>: Sendable {
    /// What it reads.
    public typealias View = Store.View
    /// What it writes.
    public typealias Transaction = Store.Transaction

    let writer: CommitQueue<Store>
    /// Where its store is.
    let place: Store.Place
    private let readers: [CentralReader<Store>]
    private let readerTurn = Atomic<UInt>(0)
    let news: NewsWatch<Store>
    let tokens: TokenHolders
    /// How long it keeps what no promise rests on.
    public var retention: Retention { limits.retention }
    let clock: any WallClock
    let random: any RandomSource
    /// Wrong enrolment codes.
    let codeAttempts: AttemptBook
    /// Wrong passwords of administrators.
    let loginAttempts: AttemptBook
    let limits: CentralLimits
    let rooms: DecodingRooms

    /// Opens central's store.
    ///
    /// - Throws: what the store throws.
    public init(
        at place: Store.Place, clock: any WallClock = SystemClock(),
        timer: any Clock<Duration> = ContinuousClock(),
        random: any RandomSource = SystemRandomSource(),
        limits: CentralLimits = .standard
    ) throws {
        self.limits = limits
        rooms = DecodingRooms(limits.decoding)
        tokens = TokenHolders(countMax: limits.recalledTokensMax)
        self.place = place
        let elapsed = timer.stopwatch()
        codeAttempts = AttemptBook(limits.attempts, elapsed: elapsed)
        loginAttempts = AttemptBook(limits.attempts, elapsed: elapsed)
        writer = try CommitQueue(Store(at: place), clock: clock, within: limits)
        readers = try (0..<limits.readerCount).map { _ in try CentralReader(Store(at: place)) }
        news = try NewsWatch(Store(at: place), within: limits)
        self.clock = clock
        self.random = random
    }

    /// Enrols a device by a one-time code.
    ///
    /// - Parameter address: whom wrong codes are counted against; a code that is right counts for
    ///   nobody, but has to wait like the others of its address.
    /// - Throws: `SyncFailure.badEnrolmentCode`, `.tooManyTries`, `.centralStore`.
    public func enrol(
        _ request: EnrolmentRequest, from address: String = ""
    ) async throws(SyncFailure) -> EnrolmentReply {
        let attempt = try await codeAttempts.take(from: address)
        do throws(SyncFailure) {
            let reply = try await redeem(request)
            codeAttempts.end(attempt, isWrong: false)
            return reply
        } catch {
            codeAttempts.end(attempt, isWrong: error == .badEnrolmentCode)
            throw error
        }
    }

    private func redeem(_ request: EnrolmentRequest) async throws(SyncFailure) -> EnrolmentReply {
        guard let code = EnrolmentCode(request.code) else { throw .badEnrolmentCode }
        let random = random
        let enrolled = try await write { transaction, database in
            let redemption = try transaction.redeemEnrolmentCode(
                formerDesk: request.formerDesk, hash: code.hash,
                replica: ReplicaID(of: request.publicKey),
                publicKey: request.publicKey, name: request.device, tokenHash: request.tokenHash)
            guard case .device(let device) = redemption else {
                return (redemption: redemption, epoch: UInt64(0))
            }
            try transaction.note("enrolled", device.office, by: "device:\(device.replica)")
            try transaction.listDesks(ofOffice: device.office) { ReplicaID(random.number() >> 1) }
            return (redemption: redemption, epoch: try database.epoch().id)
        }
        let device: Device
        switch enrolled.redemption {
        case .device(let enrolled): device = enrolled
        case .badCode: throw .badEnrolmentCode
        case .revoked: throw .revoked
        case .otherOffice: throw .otherOffice
        }
        let key = try await ownKey().publicKey
        return EnrolmentReply(
            replica: device.replica, desk: device.desk, office: device.office,
            epoch: enrolled.epoch, centralKey: key)
    }
}

extension CentralNode {
    func currentDevice(_ replica: ReplicaID) async throws(SyncFailure) -> Device {
        try Self.admitted(try await read { try $0.device(replica) })
    }

    @discardableResult
    static func admitted(_ device: Device?) throws(SyncFailure) -> Device {
        guard let device else { throw .notEnrolled }
        guard device.state == .active else { throw .revoked }
        return device
    }
}

extension CentralNode {
    func read<R: Sendable>(
        _ body: @Sendable (View) throws -> R
    ) async throws(SyncFailure) -> R {
        let turn = readerTurn.wrappingAdd(1, ordering: .relaxed).newValue
        let reader = readers[Int(turn % UInt(readers.count))]
        do {
            return try await reader.read(body)
        } catch {
            throw SyncFailure(error)
        }
    }

    func write<R: Sendable>(
        _ body: @escaping @Sendable (Transaction, View) throws -> R
    ) async throws(SyncFailure) -> R {
        do {
            return try await writer.perform(body)
        } catch {
            throw SyncFailure(error)
        }
    }

    func write<R: Sendable, S: Sendable>(
        _ body: @escaping @Sendable (Transaction, View) throws -> R,
        finish: @escaping @Sendable (R, Transaction, View) throws -> S
    ) async throws(SyncFailure) -> S {
        do {
            return try await writer.perform(body, finish: finish)
        } catch {
            throw SyncFailure(error)
        }
    }

    /// Notes something of a device with what is written next, or a moment later.
    func noteSoon(
        _ replica: ReplicaID,
        _ body: @escaping @Sendable (Transaction, View) throws -> Void
    ) async throws(SyncFailure) {
        do {
            try await writer.note(replica, body)
        } catch {
            throw SyncFailure(error)
        }
    }

    /// Writes what waits to be noted, and returns once it is on disk.
    ///
    /// - Throws: `SyncFailure.centralStore`.
    public func writeNotes() async throws(SyncFailure) {
        try await write { _, _ in }
    }
}
