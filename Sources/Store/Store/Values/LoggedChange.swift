public import Causality
public import Replication

/// A change of the log with what is known of its arrival.
public struct LoggedChange: Sendable {
    /// The place in this store's order of arrival.
    public var position: UInt64
    /// The change.
    public var change: Change
    /// When it arrived here, by this machine's clock.
    public var arrived: Timestamp
    /// Whether central refused it.
    public var isVoid: Bool

    /// A logged change.
    public init(position: UInt64, change: Change, arrived: Timestamp, isVoid: Bool) {
        self.position = position
        self.change = change
        self.arrived = arrived
        self.isVoid = isVoid
    }
}
