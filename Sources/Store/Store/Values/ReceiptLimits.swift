/// How much of the past receipts remember. Beside these numbers, the last complete sync always stays.
public enum ReceiptLimits {
    /// Receipts at a counter: with idle and unreachable runs in one row each, some months of work, in
    /// about 200 kB.
    public static let counterRowsMax = 1_000
    /// Receipts at central for each device: some weeks, and 300 MB for ten thousand devices.
    public static let centralRowsPerDeviceMax = 200
    /// Milliseconds after which an exchange of a device at central begins another receipt, although the
    /// one before was not the last of its sync: the longest wait of an exchange and its time-outs end
    /// earlier, so that sync was cut off.
    public static let syncGapMilliseconds: Int64 = 600_000
}
