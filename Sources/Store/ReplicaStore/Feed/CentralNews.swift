// What has been written at central since somebody last looked, by whom it concerns: so that one look
// serves all who wait, however many they are (`NewsWatch` of CentralEngine).

public import Causality
internal import SQLite

/// A moment in what is written at central.
public struct NewsMark: Hashable, Sendable {
    /// The last position of the feed.
    public fileprivate(set) var position: UInt64
    fileprivate var epoch: CentralEpoch
}

/// What was written after a mark.
public struct CentralNews: Sendable {
    /// The moment of the look.
    public var mark: NewsMark
    /// Whether it concerns everybody: the catalog, or another epoch.
    public var isForAll: Bool
    /// Offices whose part of the feed has grown.
    public var offices: Set<String>
    /// Devices that an admin has asked to sync, or that are shut out; since whenever.
    public var devices: Set<ReplicaID>

    static let schema = """
        CREATE INDEX feed_position ON feed(position);
        CREATE INDEX devices_called ON devices(replica)
            WHERE sync_requested <> 0 OR state <> 'active';
        """
}

extension ReplicaDatabase {
    /// The present moment.
    ///
    /// - Throws: `StoreError`.
    public func newsMark() throws -> NewsMark {
        NewsMark(position: try lastCommit().position, epoch: try epoch())
    }

    /// What was written after a mark. O(rows of the feed since then, and devices that are called).
    ///
    /// - Throws: `StoreError`.
    public func news(after mark: NewsMark) throws -> CentralNews {
        let present = try newsMark()
        var news = CentralNews(mark: present, isForAll: false, offices: [], devices: [])
        // A feed that is shorter than it was is that of another file.
        news.isForAll =
            present.position < mark.position || present.epoch.id != mark.epoch.id
            || present.epoch.isRecovering != mark.epoch.isRecovering
        try forEachOffice(inFeedAfter: mark.position) { office in
            // The catalog's scope is the office without a name.
            if office.isEmpty { news.isForAll = true } else { news.offices.insert(office) }
        }
        let called = try connection.statement(
            """
            SELECT r.id FROM devices AS d INDEXED BY devices_called
            JOIN replicas AS r ON r.key = d.replica
            WHERE d.sync_requested <> 0 OR d.state <> 'active'
            """)
        defer { called.reset() }
        while try called.step() {
            news.devices.insert(ReplicaID(UInt64(bitPattern: called.int64(0))))
        }
        return news
    }

    private func forEachOffice(
        inFeedAfter position: UInt64, _ body: (String) -> Void
    ) throws {
        let statement = try connection.statement(
            """
            SELECT s.office FROM
                (SELECT DISTINCT scope FROM feed INDEXED BY feed_position WHERE position > ?1) AS f
            JOIN scopes AS s ON s.key = f.scope
            """)
        try statement.bind(1, Int64(clamping: position))
        defer { statement.reset() }
        while try statement.step() { body(statement.text(0)) }
    }
}
