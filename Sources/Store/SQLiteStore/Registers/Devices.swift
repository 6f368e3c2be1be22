// The rows of devices and enrolment codes, as `CentralDevicesView` wants them.

public import Causality
public import Crypto
internal import SQLite
public import Store

extension CentralDatabase {
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

    /// As in `CentralDevicesView`.
    public func devices(ofEnrolment root: ReplicaID) throws -> [Device] {
        try devices(where: "WHERE e.id = ?1 ORDER BY d.enrolled_at, d.desk") {
            try $0.bind(1, Int64(bitPattern: root.rawValue))
        }
    }

    /// As in `CentralDevicesView`.
    public func enrolmentCode(_ hash: Hash256) throws -> NotedCode? {
        let statement = try connection.statement(
            "SELECT office, expires, public_key FROM enrolment_codes WHERE hash = ?1")
        try hash.withBytes { try statement.bind(1, bytes: $0) }
        defer { statement.reset() }
        guard try statement.step() else { return nil }
        return NotedCode(
            office: statement.text(0), expires: Timestamp(milliseconds: statement.int64(1)),
            usedBy: statement.bytesOrNil(2).flatMap { PublicKey(bytes: $0) })
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
            func time(_ column: Int) -> Timestamp? {
                statement.int64OrNil(column).map(Timestamp.init(milliseconds:))
            }
            func count(_ column: Int) -> UInt64? {
                statement.int64OrNil(column).map { UInt64(clamping: $0) }
            }
            var device = Device(
                replica: ReplicaID(UInt64(bitPattern: statement.int64(0))),
                office: statement.text(1), desk: statement.int64(2), name: statement.text(3),
                publicKey: key, tokenHash: tokenHash,
                enrolledAt: Timestamp(milliseconds: statement.int64(6)),
                enrolment: ReplicaID(UInt64(bitPattern: statement.int64(18))))
            device.state = state
            device.seq = UInt64(clamping: statement.int64(7))
            device.chainHash = hash
            device.lastExchange = time(9)
            device.lastArrived = time(22)
            device.lastComplete = time(10)
            device.cursorPosition = count(11)
            device.pending = count(12)
            device.skewMilliseconds = statement.int64OrNil(13)
            device.refused = UInt64(clamping: statement.int64(14))
            device.isSyncRequested = statement.int64(15) != 0
            device.copyOf = statement.int64OrNil(16).map { ReplicaID(UInt64(bitPattern: $0)) }
            device.cause = statement.textOrNil(19).flatMap(IdentityCause.init(rawValue:))
            device.bornEpoch = count(20)
            device.revokedAt = time(21)
            device.epoch = count(17)
            devices.append(device)
        }
        return devices
    }
}

extension CentralWriteTransaction {
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

    /// As in `CentralDevicesTransaction`.
    public func noteUse(
        ofCode hash: Hash256, by key: PublicKey, _ replica: ReplicaID
    ) throws {
        let use = try database.connection.statement(
            "UPDATE enrolment_codes SET public_key = ?2, replica = ?3 WHERE hash = ?1")
        try hash.withBytes { try use.bind(1, bytes: $0) }
        try use.bind(2, key.bytes)
        try use.bind(3, try database.interning.key(of: replica))
        try use.run()
    }

    /// As in `CentralDevicesTransaction`.
    public func dropCodes(expiredBefore time: Timestamp) throws {
        let statement = try database.connection.statement(
            "DELETE FROM enrolment_codes WHERE expires < ?1")
        try statement.bind(1, time.milliseconds)
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

    /// As in `CentralDevicesTransaction`.
    public func insert(_ device: Device) throws {
        let statement = try database.connection.statement(
            """
            INSERT INTO devices(replica, office, desk, name, public_key, token_hash, state,
                enrolled_at, seq, hash, refused, sync_requested, copy_of, enrolment, cause,
                born_epoch)
            VALUES (?1, ?2, ?12, ?3, ?4, ?5, 'active', ?6, 0, ?7, 0, 0, ?8, ?9, ?10, ?11)
            """)
        let interning = database.interning
        try statement.bind(1, try interning.key(of: device.replica))
        try statement.bind(2, device.office)
        try statement.bind(3, device.name)
        try statement.bind(4, device.publicKey.bytes)
        try device.tokenHash.withBytes { try statement.bind(5, bytes: $0) }
        try statement.bind(6, device.enrolledAt.milliseconds)
        try Hash256.zero.withBytes { try statement.bind(7, bytes: $0) }
        try statement.bind(8, try device.copyOf.map { try interning.key(of: $0) })
        try statement.bind(9, try interning.key(of: device.enrolment))
        try statement.bind(10, device.cause?.rawValue)
        try statement.bind(11, device.bornEpoch.map { Int64(clamping: $0) })
        try statement.bind(12, device.desk)
        try statement.run()
    }

    /// As in `CentralDevicesTransaction`.
    public func setState(
        _ state: Device.State, of device: ReplicaID, at time: Timestamp?
    ) throws {
        let statement = try database.connection.statement(
            "UPDATE devices SET state = ?2, revoked_at = ?3 WHERE replica = ?1")
        try statement.bind(1, try database.interning.key(of: device))
        try statement.bind(2, state.rawValue)
        try statement.bind(3, time?.milliseconds)
        try statement.run()
    }

    /// As in `CentralDevicesTransaction`.
    public func replaceCause(
        _ cause: IdentityCause, by other: IdentityCause, ofEnrolment root: ReplicaID
    ) throws {
        let statement = try database.connection.statement(
            "UPDATE devices SET cause = ?2 WHERE enrolment = ?1 AND cause = ?3")
        try statement.bind(1, try database.interning.key(of: root))
        try statement.bind(2, other.rawValue)
        try statement.bind(3, cause.rawValue)
        try statement.run()
    }
}
