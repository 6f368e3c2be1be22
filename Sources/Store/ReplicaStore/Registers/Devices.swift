// Central's devices and enrolment codes.

public import Causality
public import Crypto
internal import Replication
internal import SQLite

/// A device as central knows it.
public struct Device: Sendable {
    /// Whether it may sync.
    public enum State: String, Sendable {
        /// It may.
        case active
        /// It is shut out.
        case revoked
    }

    /// Its replica.
    public var replica: ReplicaID
    /// The code of its office.
    public var office: String
    /// Its number within the office, from 1.
    public var desk: Int64
    /// A name for people.
    public var name: String
    /// The key that its changes are signed with.
    public var publicKey: PublicKey
    /// Of the bearer token that it uses.
    public var tokenHash: Hash256
    /// Whether it may sync.
    public var state: State
    /// When it was enrolled.
    public var enrolledAt: Timestamp
    /// The last of its changes that central has on disk.
    public var seq: UInt64
    /// The chain hash after it.
    public var chainHash: Hash256
    /// When it last made an exchange.
    public var lastExchange: Timestamp?
    /// When nothing remained at it that central did not have, by what it said last of that kind.
    public var lastArrived: Timestamp?
    /// When it last ended an exchange with nothing left on either side, and had what it was sent.
    public var lastComplete: Timestamp?
    /// Its place in the feed.
    public var cursorPosition: UInt64?
    /// Changes that central lacked after its last request, by what it said and by its chain.
    public var pending: UInt64?
    /// How far its clock is ahead of central's, in milliseconds.
    public var skewMilliseconds: Int64?
    /// Changes of it that were refused.
    public var refused: UInt64
    /// Whether an admin has asked it to sync.
    public var isSyncRequested: Bool
    /// The replica that it went on from, when it is a copy of it or central was restored.
    public var copyOf: ReplicaID?
    /// The identity that was enrolled by a code, from which this one comes by whatever steps: itself,
    /// when it was. Revoking one of an enrolment's identities closes all of them.
    public var enrolment: ReplicaID
    /// Why central gave it; `nil` when it was enrolled.
    public var cause: IdentityCause?
    /// The epoch in which it was given; `nil` when it may be of an earlier one than central's present.
    public var bornEpoch: UInt64?
    /// When it was shut out.
    public var revokedAt: Timestamp?
    /// The epoch that it knew of at its last exchange.
    public var epoch: UInt64?
}

extension ReplicaDatabase {
    private static let deviceColumns = """
        r.id, d.office, d.desk, d.name, d.public_key, d.state, d.enrolled_at, d.seq, d.hash,
        d.last_exchange, d.last_complete, d.cursor_position, d.pending, d.skew_milliseconds,
        d.refused, d.sync_requested, o.id, d.epoch, e.id, d.cause, d.born_epoch, d.revoked_at,
        d.last_arrived, d.token_hash
        """

    /// All devices, by office and desk.
    ///
    /// - Throws: `StoreError`.
    public func devices() throws -> [Device] {
        try devices(where: "ORDER BY d.office, d.desk") { _ in }
    }

    /// The device with this replica.
    ///
    /// - Throws: `StoreError`.
    public func device(_ replica: ReplicaID) throws -> Device? {
        try devices(where: "WHERE r.id = ?1") {
            try $0.bind(1, Int64(bitPattern: replica.rawValue))
        }.first
    }

    /// The device whose bearer token has this hash.
    ///
    /// - Throws: `StoreError`.
    public func device(tokenHash: Hash256) throws -> Device? {
        try devices(where: "WHERE d.token_hash = ?1") { statement in
            try tokenHash.withBytes { try statement.bind(1, bytes: $0) }
        }.first
    }

    /// The devices that took their identity as copies of this one.
    ///
    /// - Throws: `StoreError`.
    public func copies(of replica: ReplicaID) throws -> [Device] {
        try devices(where: "WHERE o.id = ?1 ORDER BY d.desk") {
            try $0.bind(1, Int64(bitPattern: replica.rawValue))
        }
    }

    func devices(
        where clause: String, bind: (Statement) throws -> Void
    ) throws -> [Device] {
        let statement = try connection.statement(
            """
            SELECT \(Self.deviceColumns) FROM devices AS d JOIN replicas AS r ON r.key = d.replica
            JOIN replicas AS e ON e.key = d.enrolment
            LEFT JOIN replicas AS o ON o.key = d.copy_of
            \(clause)
            """)
        try bind(statement)
        defer { statement.reset() }
        var devices: [Device] = []
        while try statement.step() {
            guard let key = PublicKey(bytes: statement.bytes(4)),
                let state = Device.State(rawValue: statement.text(5)),
                let hash = Hash256(bytes: statement.bytes(8)),
                let tokenHash = Hash256(bytes: statement.bytes(23))
            else { throw StoreError.damaged(table: "devices", key: statement.int64(0)) }
            devices.append(
                Device(
                    replica: ReplicaID(UInt64(bitPattern: statement.int64(0))),
                    office: statement.text(1), desk: statement.int64(2), name: statement.text(3),
                    publicKey: key, tokenHash: tokenHash, state: state,
                    enrolledAt: Timestamp(milliseconds: statement.int64(6)),
                    seq: UInt64(clamping: statement.int64(7)), chainHash: hash,
                    lastExchange: statement.int64OrNil(9).map(Timestamp.init(milliseconds:)),
                    lastArrived: statement.int64OrNil(22).map(Timestamp.init(milliseconds:)),
                    lastComplete: statement.int64OrNil(10).map(Timestamp.init(milliseconds:)),
                    cursorPosition: statement.int64OrNil(11).map { UInt64(clamping: $0) },
                    pending: statement.int64OrNil(12).map { UInt64(clamping: $0) },
                    skewMilliseconds: statement.int64OrNil(13),
                    refused: UInt64(clamping: statement.int64(14)),
                    isSyncRequested: statement.int64(15) != 0,
                    copyOf: statement.int64OrNil(16).map {
                        ReplicaID(UInt64(bitPattern: $0))
                    },
                    enrolment: ReplicaID(UInt64(bitPattern: statement.int64(18))),
                    cause: statement.textOrNil(19).flatMap(IdentityCause.init(rawValue:)),
                    bornEpoch: statement.int64OrNil(20).map { UInt64(clamping: $0) },
                    revokedAt: statement.int64OrNil(21).map(Timestamp.init(milliseconds:)),
                    epoch: statement.int64OrNil(17).map { UInt64(clamping: $0) }))
        }
        return devices
    }
}

/// What became of an enrolment code.
public enum Redemption: Sendable {
    /// It made a device, or let one in again.
    case device(Device)
    /// It is wrong, expired or used by another key, or its device is not known by this key.
    case badCode
    /// The device was revoked; the code may be used by another one.
    case revoked
    /// The code is of another office than the device.
    case otherOffice
}

extension WriteTransaction {
    /// Notes a one-time code by its hash.
    ///
    /// - Throws: `StoreError.sqlite`.
    public func addEnrolmentCode(hash: Hash256, office: String, expires: Timestamp) throws {
        let statement = try database.connection.statement(
            "INSERT INTO enrolment_codes(hash, office, expires) VALUES (?1, ?2, ?3)")
        try hash.withBytes { try statement.bind(1, bytes: $0) }
        try statement.bind(2, office)
        try statement.bind(3, expires.milliseconds)
        try statement.run()
    }

    /// Turns a code into a device. A repetition with the same code and key gives the same device: a
    /// lost reply costs nothing. A device with a known key, or one that a restored central has
    /// forgotten, is the replica again that it was.
    ///
    /// - Parameters:
    ///   - formerDesk: the number that the device had, when it was enrolled before.
    ///   - replica: the replica that the key belongs to.
    /// - Returns: the device, or why there is none.
    /// - Throws: `StoreError`.
    public func redeemEnrolmentCode(
        formerDesk: Int64? = nil, hash: Hash256, replica: ReplicaID, publicKey: PublicKey,
        name: String, tokenHash: Hash256
    ) throws -> Redemption {
        let statement = try database.connection.statement(
            "SELECT office, public_key FROM enrolment_codes WHERE hash = ?1 AND expires > ?2")
        try hash.withBytes { try statement.bind(1, bytes: $0) }
        try statement.bind(2, now.milliseconds)
        guard try statement.step() else { return .badCode }
        let office = statement.text(0)
        let usedBy = statement.bytesOrNil(1)
        statement.reset()
        guard usedBy == nil || usedBy == publicKey.bytes else { return .badCode }
        // Who has the key and a right code may know how it stands with the device.
        if let known = try database.device(replica), known.publicKey == publicKey {
            if known.state == .revoked { return .revoked }
            if known.office != office { return .otherOffice }
        }
        guard
            let device = try admit(
                replica, office: office, publicKey: publicKey, name: name, tokenHash: tokenHash,
                formerDesk: formerDesk)
        else { return .badCode }
        let use = try database.connection.statement(
            "UPDATE enrolment_codes SET public_key = ?2, replica = ?3 WHERE hash = ?1")
        try hash.withBytes { try use.bind(1, bytes: $0) }
        try use.bind(2, publicKey.bytes)
        try use.bind(3, try database.interning.key(of: replica))
        try use.run()
        return .device(device)
    }

    private func admit(
        _ replica: ReplicaID, office: String, publicKey: PublicKey, name: String,
        tokenHash: Hash256, formerDesk: Int64? = nil
    ) throws -> Device? {
        if let known = try database.device(replica) {
            return known.office == office && known.publicKey == publicKey
                && known.state == .active ? known : nil
        }
        // Changes of a replica that is no device were written at central itself.
        guard try database.chainHash(of: replica, seq: 1) == nil else { return nil }
        // A central that was restored may have forgotten the device: it is of an earlier epoch then.
        let epoch = try database.epoch()
        try insertDevice(
            NewDevice(
                replica: replica, office: office, name: name, publicKey: publicKey,
                tokenHash: tokenHash, enrolment: replica,
                bornEpoch: epoch.cause == .made ? epoch.id : nil, formerDesk: formerDesk))
        return try database.device(replica)
    }

    /// Forgets codes that expired more than a day ago.
    ///
    /// - Throws: `StoreError.sqlite`.
    public func dropExpiredCodes() throws {
        let statement = try database.connection.statement(
            "DELETE FROM enrolment_codes WHERE expires < ?1")
        try statement.bind(1, now.milliseconds - 86_400_000)
        try statement.run()
    }

    /// Stores how far a device has come, after an exchange.
    ///
    /// - Throws: `StoreError.sqlite`.
    public func saveProgress(of device: Device) throws {
        let statement = try database.connection.statement(
            """
            UPDATE devices SET seq = ?2, hash = ?3, last_exchange = ?4, last_complete = ?5,
                cursor_position = ?6, pending = ?7, skew_milliseconds = ?8, refused = ?9,
                sync_requested = ?10, epoch = ?11, last_arrived = ?12
            WHERE replica = ?1
            """)
        try statement.bind(1, try database.interning.key(of: device.replica))
        try statement.bind(2, Int64(clamping: device.seq))
        try device.chainHash.withBytes { try statement.bind(3, bytes: $0) }
        try statement.bind(4, device.lastExchange?.milliseconds)
        try statement.bind(5, device.lastComplete?.milliseconds)
        try statement.bind(6, device.cursorPosition.map { Int64(clamping: $0) })
        try statement.bind(7, device.pending.map { Int64(clamping: $0) })
        try statement.bind(8, device.skewMilliseconds)
        try statement.bind(9, Int64(clamping: device.refused))
        try statement.bind(10, device.isSyncRequested ? 1 : 0)
        try statement.bind(11, device.epoch.map { Int64(clamping: $0) })
        try statement.bind(12, device.lastArrived?.milliseconds)
        try statement.run()
    }

    /// Asks the devices of an office, or all, to sync at their next exchange.
    ///
    /// - Returns: how many devices were asked.
    /// - Throws: `StoreError.sqlite`.
    public func requestSync(office: String?) throws -> Int {
        let statement = try database.connection.statement(
            """
            UPDATE devices SET sync_requested = 1
            WHERE state = 'active' AND (?1 IS NULL OR office = ?1)
            """)
        try statement.bind(1, office)
        try statement.run()
        return database.connection.changedRowCount
    }

    /// A copy's identity is given after its original was heard, whatever the clock says meanwhile.
    func insertDevice(_ device: NewDevice) throws {
        let desk = try nextDesk(of: device.office, former: device.formerDesk)
        let statement = try database.connection.statement(
            """
            INSERT INTO devices(replica, office, desk, name, public_key, token_hash, state,
                enrolled_at, seq, hash, refused, sync_requested, copy_of, enrolment, cause,
                born_epoch)
            VALUES (?1, ?2, ?12, ?3, ?4, ?5, 'active',
                max(?6, coalesce((SELECT last_exchange FROM devices WHERE replica = ?8), ?6)),
                0, ?7, 0, 0, ?8, ?9, ?10, ?11)
            """)
        let interning = database.interning
        try statement.bind(1, try interning.key(of: device.replica))
        try statement.bind(2, device.office)
        try statement.bind(3, device.name)
        try statement.bind(4, device.publicKey.bytes)
        try device.tokenHash.withBytes { try statement.bind(5, bytes: $0) }
        try statement.bind(6, now.milliseconds)
        try Hash256.zero.withBytes { try statement.bind(7, bytes: $0) }
        try statement.bind(8, try device.copyOf.map { try interning.key(of: $0) })
        try statement.bind(9, try interning.key(of: device.enrolment))
        try statement.bind(10, device.cause?.rawValue)
        try statement.bind(11, device.bornEpoch.map { Int64(clamping: $0) })
        try statement.bind(12, desk)
        try statement.run()
    }
}

/// What a device row begins with.
struct NewDevice {
    var replica: ReplicaID
    var office: String
    var name: String
    var publicKey: PublicKey
    var tokenHash: Hash256
    /// The replica that it goes on from.
    var copyOf: ReplicaID?
    var enrolment: ReplicaID
    var cause: IdentityCause?
    var bornEpoch: UInt64?
    /// The number that it had before, and has again when no other has it.
    var formerDesk: Int64?
}
