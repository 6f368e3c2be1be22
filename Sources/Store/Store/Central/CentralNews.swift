// What has been written at central since somebody last looked, by whom it concerns: so that one look
// serves all who wait, however many they are (`NewsWatch` of CentralEngine).

public import Causality
public import Editing

/// A moment in what is written at central.
public struct NewsMark: Hashable, Sendable {
    /// The last position of the feed.
    public var position: UInt64
    /// Central's epoch.
    public var epoch: CentralEpoch

    /// A moment.
    public init(position: UInt64, epoch: CentralEpoch) {
        self.position = position
        self.epoch = epoch
    }
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
}

/// What central's store tells of news.
public protocol CentralNewsView {
    /// Whose feeds have grown after a position. O(rows since then).
    func scopes(inFeedAfter position: UInt64) throws -> Set<FeedScope>
    /// The devices that an admin has asked to sync, or that are shut out. O(those).
    func calledDevices() throws -> Set<ReplicaID>
}

extension CentralNodeView {
    /// The present moment.
    ///
    /// - Throws: what the store throws.
    public func newsMark() throws -> NewsMark {
        NewsMark(position: try feedEnd().position, epoch: try epoch())
    }

    /// What was written after a mark. O(rows of the feed since then, and devices that are called).
    ///
    /// - Throws: what the store throws.
    public func news(after mark: NewsMark) throws -> CentralNews {
        let present = try newsMark()
        let scopes = try scopes(inFeedAfter: mark.position)
        // A feed that is shorter than it was is that of another file.
        let isForAll =
            present.position < mark.position || present.epoch.id != mark.epoch.id
            || present.epoch.isRecovering != mark.epoch.isRecovering || scopes.contains(.catalog)
        return CentralNews(
            mark: present, isForAll: isForAll, offices: Set(scopes.compactMap(\.office)),
            devices: try calledDevices())
    }
}
