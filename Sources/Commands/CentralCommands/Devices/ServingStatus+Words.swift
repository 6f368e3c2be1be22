internal import AdminDocuments
internal import Administration
internal import Causality
internal import CommandLine
internal import Store
internal import Text
internal import Time

extension ServingStatus {
    /// What a person is told of a serving central.
    var lines: [Message] {
        func number(_ count: Int) -> String { Language.vietnamese.number(count) }
        let time = ShownTime.text(since)
        let (english, vietnamese) = (GroupedNumber.string, number)
        var lines = [
            Message(
                "serving on \(url) since \(time.english)",
                vi: "đang phục vụ ở \(url) từ \(time.vietnamese)"),
            Message(
                "\(english(connections)) of \(english(connectionsMax)) connections, at most "
                    + "\(english(connectionsPerAddressMax)) of one address; "
                    + "\(english(waiting)) waiting for news",
                vi:
                    "\(vietnamese(connections)) trên \(vietnamese(connectionsMax)) kết nối, nhiều nhất "
                    + "\(vietnamese(connectionsPerAddressMax)) từ một địa chỉ; "
                    + "\(vietnamese(waiting)) đang chờ tin"),
        ]
        if !trustedProxies.isEmpty {
            let list = trustedProxies.joined(separator: ", ")
            lines.append(Message("trusted proxies: \(list)", vi: "proxy tin cậy: \(list)"))
        }
        lines += retention.lines
        if refused > 0 {
            lines.append(
                Message(
                    GroupedNumber.counted(refused, "request")
                        + (refused == 1 ? " was" : " were")
                        + " told to come back, all connections being taken: "
                        + "see --connections and --connections-per-address of central serve",
                    vi: "\(number(refused)) yêu cầu phải quay lại sau vì hết kết nối: "
                        + "xem --connections và --connections-per-address của central serve"))
        }
        if droppedLogLines > 0 {
            lines.append(
                Message(
                    GroupedNumber.counted(droppedLogLines, "line")
                        + " of the log dropped: nobody reads standard error",
                    vi: "\(number(droppedLogLines)) dòng nhật ký bị bỏ: không ai đọc đầu ra lỗi"))
        }
        return lines
    }
}

extension Retention {
    /// What is set otherwise than by default.
    fileprivate var lines: [Message] {
        guard self != Retention() else { return [] }
        func span(_ milliseconds: Int64?) -> Message {
            milliseconds.map { Message(verbatim: TimeSpan.text(milliseconds: $0)) }
                ?? Message("any age", vi: "không kể tuổi")
        }
        let receipts = span(receiptMilliseconds)
        let idle = span(idleReceiptMilliseconds ?? receiptMilliseconds)
        return [
            Message("receipts kept: ", vi: "giữ biên nhận: ") + receipts
                + Message(", of idle syncs: ", vi: ", của lần không có việc: ") + idle
                + Message("; sessions last ", vi: "; phiên kéo dài ") + span(sessionMilliseconds)
        ]
    }
}
