// The rows of orders of erasure that wait for their records, as `CentralOrdersView` wants them.

internal import Causality
public import Replication
internal import SQLite
internal import Store

extension CentralDatabase {
    /// Orders of erasure whose records central lacks, by record.
    ///
    /// - Throws: `StoreError`.
    public func awaitedOrders() throws -> [RecordState] {
        try awaitedOrders(where: "")
    }

    /// As in `CentralOrdersView`.
    public func arrivedOrders() throws -> [RecordState] {
        try awaitedOrders(
            where: """
                WHERE EXISTS (SELECT 1 FROM dossiers WHERE id = a.record)
                    OR EXISTS (SELECT 1 FROM contacts WHERE id = a.record)
                """)
    }

    private func awaitedOrders(where clause: String) throws -> [RecordState] {
        let statement = try connection.statement(
            "SELECT a.kind, a.notice FROM awaited_orders AS a \(clause) ORDER BY a.record")
        defer { statement.reset() }
        var notices: [RecordState] = []
        while try statement.step() {
            do throws(FormatError) {
                notices.append(try RecordState(canonicalBytes: statement.bytes(1)))
            } catch {
                throw StoreError.damaged(table: "awaited_orders", key: statement.int64(0))
            }
        }
        return notices
    }
}

extension CentralWriteTransaction {
    /// As in `CentralOrdersTransaction`.
    public func keepAwaited(_ notice: RecordState) throws {
        let statement = try database.connection.statement(
            "INSERT OR REPLACE INTO awaited_orders(record, kind, notice) VALUES (?1, ?2, ?3)")
        try notice.id.withBytes { try statement.bind(1, bytes: $0) }
        try statement.bind(2, Int64(notice.kind.rawValue))
        try statement.bind(3, notice.canonicalBytes)
        try statement.run()
    }

    /// As in `CentralOrdersTransaction`.
    public func dropAwaited(_ record: RecordID) throws {
        let statement = try database.connection.statement(
            "DELETE FROM awaited_orders WHERE record = ?1")
        try record.withBytes { try statement.bind(1, bytes: $0) }
        try statement.run()
    }
}
