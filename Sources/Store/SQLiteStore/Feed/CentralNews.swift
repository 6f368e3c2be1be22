// How news are found in the file, as `CentralNewsView` wants them.

public import Causality
public import Editing
internal import SQLite
internal import Store

enum CentralNewsSchema {
    static let central = """
        CREATE INDEX feed_position ON feed(position);
        CREATE INDEX devices_called ON devices(replica)
            WHERE sync_requested <> 0 OR state <> 'active';
        """
}

extension CentralDatabase {
    /// As in `CentralNewsView`.
    public func scopes(inFeedAfter position: UInt64) throws -> Set<FeedScope> {
        let statement = try connection.statement(
            """
            SELECT s.office FROM
                (SELECT DISTINCT scope FROM feed INDEXED BY feed_position WHERE position > ?1) AS f
            JOIN scopes AS s ON s.key = f.scope
            """)
        try statement.bind(1, Int64(clamping: position))
        defer { statement.reset() }
        var scopes: Set<FeedScope> = []
        while try statement.step() {
            // The catalog's scope is the office without a name.
            let office = statement.text(0)
            scopes.insert(office.isEmpty ? .catalog : .office(office))
        }
        return scopes
    }

    /// As in `CentralNewsView`.
    public func calledDevices() throws -> Set<ReplicaID> {
        let called = try connection.statement(
            """
            SELECT r.id FROM devices AS d INDEXED BY devices_called
            JOIN replicas AS r ON r.key = d.replica
            WHERE d.sync_requested <> 0 OR d.state <> 'active'
            """)
        defer { called.reset() }
        var devices: Set<ReplicaID> = []
        while try called.step() {
            devices.insert(ReplicaID(UInt64(bitPattern: called.int64(0))))
        }
        return devices
    }
}
