// The rows of epochs, as `CentralEpochsView` wants them.

public import Causality
internal import SQLite
public import Store

enum RecoverySchema {
    static let central = """
        ALTER TABLE epochs ADD COLUMN lacks_revocations INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE epochs ADD COLUMN lacks_orders INTEGER NOT NULL DEFAULT 0;
        UPDATE epochs SET lacks_revocations = is_recovering, lacks_orders = is_recovering;
        CREATE TABLE awaited_orders(
            record BLOB PRIMARY KEY, kind INTEGER NOT NULL, notice BLOB NOT NULL) STRICT,
            WITHOUT ROWID;
        """
}

extension CentralDatabase {
    /// Central's present epoch.
    ///
    /// - Throws: `StoreError`.
    public func epoch() throws -> CentralEpoch {
        let statement = try connection.statement(
            """
            SELECT e.epoch, e.began, e.cause, r.id, e.is_recovering, e.records_recovered,
                e.lacks_revocations, e.lacks_orders
            FROM epochs AS e LEFT JOIN replicas AS r ON r.key = e.noticed_by
            ORDER BY e.number DESC LIMIT 1
            """)
        defer { statement.reset() }
        guard try statement.step(),
            let cause = CentralEpoch.Cause(rawValue: statement.text(2))
        else { throw StoreError.damaged(table: "epochs", key: 0) }
        return CentralEpoch(
            id: UInt64(clamping: statement.int64(0)),
            began: statement.int64OrNil(1).map(Timestamp.init(milliseconds:)), cause: cause,
            noticedBy: statement.int64OrNil(3).map { ReplicaID(UInt64(bitPattern: $0)) },
            isRecovering: statement.int64(4) != 0,
            recordsRecovered: UInt64(clamping: statement.int64(5)),
            mayLackRevocations: statement.int64(6) != 0, mayLackOrders: statement.int64(7) != 0)
    }
}

extension CentralWriteTransaction {
    /// Begins an epoch. One that is recovering goes on doing so.
    ///
    /// - Parameter id: drawn at random, at most 2^63 - 1.
    /// - Throws: `StoreError`.
    public func beginEpoch(
        _ id: UInt64, cause: CentralEpoch.Cause, noticedBy: ReplicaID?
    ) throws {
        let wasRecovering = try database.epoch().isRecovering
        let statement = try database.connection.statement(
            """
            INSERT INTO epochs(epoch, began, cause, noticed_by, is_recovering, records_recovered,
                lacks_revocations, lacks_orders)
            VALUES (?1, ?2, ?3, ?4, ?5, 0, 1, 1)
            """)
        try statement.bind(1, Int64(clamping: id))
        try statement.bind(2, now.milliseconds)
        try statement.bind(3, cause.rawValue)
        try statement.bind(4, try noticedBy.map { try database.interning.key(of: $0) })
        try statement.bind(5, wasRecovering ? 1 : 0)
        try statement.run()
    }

    /// Lets central take records from what devices hold of them, or ends that.
    ///
    /// - Throws: `StoreError.sqlite`.
    public func setRecovering(_ isRecovering: Bool) throws {
        try updateEpoch("is_recovering = ?1", isRecovering ? 1 : 0)
        guard !isRecovering else { return }
        try updateEpoch("lacks_revocations = ?1, lacks_orders = ?1", 0)
    }

    /// Notes that a list of revocations was given.
    ///
    /// - Throws: `StoreError.sqlite`.
    public func noteRevocationsGiven() throws { try updateEpoch("lacks_revocations = ?1", 0) }

    /// Notes that a list of orders of erasure was given.
    ///
    /// - Throws: `StoreError.sqlite`.
    public func noteOrdersGiven() throws { try updateEpoch("lacks_orders = ?1", 0) }

    /// Counts records that central took from what a device holds.
    ///
    /// - Throws: `StoreError.sqlite`.
    public func noteRecovered(_ count: Int) throws {
        try updateEpoch("records_recovered = records_recovered + ?1", Int64(count))
    }

    private func updateEpoch(_ assignment: String, _ value: Int64) throws {
        let statement = try database.connection.statement(
            """
            UPDATE epochs SET \(assignment) WHERE number = (SELECT max(number) FROM epochs)
            """)
        try statement.bind(1, value)
        try statement.run()
    }
}
