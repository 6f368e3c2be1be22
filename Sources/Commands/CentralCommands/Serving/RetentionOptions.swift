internal import CommandLine
internal import Store
internal import Text
internal import Time

/// How long central keeps what no promise rests on, as its command line says.
enum RetentionOptions {
    static let receipts = Option(
        "--keep-receipts", valueName: "90d",
        help: Message(
            "let receipts of syncs go that are older (default: the last "
                + "\(ReceiptLimits.centralRowsPerDeviceMax) of each device, of any age)",
            vi: "bỏ biên nhận đồng bộ cũ hơn (mặc định: "
                + "\(ReceiptLimits.centralRowsPerDeviceMax) lần cuối của mỗi thiết bị, không kể tuổi)"
        ))
    static let idleReceipts = Option(
        "--keep-idle-receipts", valueName: "7d",
        help: Message(
            "the same for syncs in which nothing was to be done",
            vi: "như trên, cho những lần đồng bộ không có việc gì"))
    static let session = Option(
        "--session-time", valueName: "8h",
        help: Message(
            "how long a session of an account lasts, 5m to 30d (default 8h)",
            vi: "phiên của tài khoản kéo dài bao lâu, 5m đến 30d (mặc định 8h)"))

    private static let receiptAge: ClosedRange<Int64> = 3_600_000 ... .max
    private static let sessionTime: ClosedRange<Int64> = 300_000...30 * 86_400_000

    /// What an invocation asks for.
    ///
    /// - Throws: `UsageError`.
    static func retention(_ invocation: Invocation) throws(UsageError) -> Retention {
        var retention = Retention()
        let age = Message(
            "a span of time such as 90d, of an hour or more",
            vi: "khoảng thời gian như 90d, từ một giờ")
        func span(
            _ option: Option, _ expected: Message, in range: ClosedRange<Int64>
        ) throws(UsageError) -> Int64? {
            try invocation.value(option.name, expected: expected) { text in
                TimeSpan.milliseconds(parsing: text).flatMap { range.contains($0) ? $0 : nil }
            }
        }
        retention.receiptMilliseconds = try span(receipts, age, in: receiptAge)
        retention.idleReceiptMilliseconds = try span(idleReceipts, age, in: receiptAge)
        let session = Message(
            "a span of time from 5m to 30d", vi: "khoảng thời gian từ 5m đến 30d")
        if let time = try span(Self.session, session, in: sessionTime) {
            retention.sessionMilliseconds = time
        }
        return retention
    }
}
