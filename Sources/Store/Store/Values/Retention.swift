/// How long central keeps what no promise rests on. Never let go, whatever is set: changes, states, the feed and its
/// chains, signatures and the trail; who was shut out, and orders of erasure; issued reports; and of each device
/// the last receipt and the last complete one (`Protocol/schema.md` §Retention).
public struct Retention: Hashable, Sendable {
    /// Milliseconds after which the receipt of a sync goes; `nil` for any age.
    public var receiptMilliseconds: Int64?
    /// The same for syncs in which nothing was to be done.
    public var idleReceiptMilliseconds: Int64?
    /// Milliseconds that a session of an administrator lasts.
    public var sessionMilliseconds: Int64

    /// Receipts of any age within `ReceiptLimits`, and sessions of a working day.
    public init(
        receiptMilliseconds: Int64? = nil, idleReceiptMilliseconds: Int64? = nil,
        sessionMilliseconds: Int64 = 8 * 3_600_000
    ) {
        self.receiptMilliseconds = receiptMilliseconds
        self.idleReceiptMilliseconds = idleReceiptMilliseconds
        self.sessionMilliseconds = sessionMilliseconds
    }
}
