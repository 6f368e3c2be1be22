internal import Causality
internal import CommandLine
internal import Crypto
internal import JSON
internal import SQLiteStore
internal import Store
internal import Text

enum ReceiptsCommand {
    private static let lastDefault = 20

    static func command(_ context: CounterContext) -> Command {
        Command(
            "receipts",
            summary: Message(
                "list what each sync did, newest first",
                vi: "liệt kê kết quả từng lần đồng bộ, mới nhất trước"),
            discussion: Message(
                """
                Every sync leaves a receipt here: the last own change that central has on disk, what
                was sent, taken, refused, held and received, central's clock and both digests. A sync
                that was killed says how far it came. Syncs in a row with nothing to do, or that
                reached nobody, are one line. At most \(ReceiptLimits.counterRowsMax) receipts are
                kept, and always the last complete one.
                """,
                vi: """
                    Mỗi lần đồng bộ để lại một biên nhận: thay đổi cuối của máy này mà trung tâm đã ghi xuống đĩa,
                    đã gửi, được nhận, bị từ chối, chờ và nhận về những gì, đồng hồ của trung tâm và mã kiểm hai bên.
                    Lần đồng bộ bị ngắt cho biết đã đến đâu. Các lần liên tiếp không có việc, hoặc không tới được ai,
                    là một dòng. Giữ nhiều nhất \(ReceiptLimits.counterRowsMax) biên nhận, luôn giữ lần đầy đủ cuối cùng.
                    """),
            options: [
                Option(
                    "--last", valueName: "N",
                    help: Message(
                        "the last N receipts (default: \(lastDefault))",
                        vi: "N biên nhận cuối (mặc định: \(lastDefault))")),
                Option(
                    "--json",
                    help: Message("one JSON document a line", vi: "mỗi dòng một tài liệu JSON")),
            ]
        ) { invocation in
            let count =
                try invocation.integer("--last", in: 1...ReceiptLimits.counterRowsMax + 1)
                ?? lastDefault
            let receipts = try context.read(invocation) { try $0.counterReceipts(last: count) }
            if invocation.has("--json") {
                for receipt in receipts { try invocation.printJSON(receipt.json) }
            } else if receipts.isEmpty {
                try invocation.say(
                    Message("this replica has not synced yet", vi: "máy này chưa đồng bộ lần nào"))
            } else {
                try invocation.printOut(CounterReceipt.table(receipts, invocation.language))
            }
            return .ok
        }
    }
}

extension CounterReceipt {
    /// The outcome in a word; `unfinished` for a sync that was killed or is not over yet.
    var word: String { outcome ?? "unfinished" }

    /// The outcome with what stopped the sync, unless that is the same word.
    private var shownOutcome: Message {
        let outcome = Message(word, vi: Self.outcomes[word] ?? word)
        guard let failure, failure != word else { return outcome }
        return outcome + Message(verbatim: " (\(failure))")
    }

    private static let outcomes = [
        "synced": "đã đồng bộ", "refused": "bị từ chối", "diverged": "khác mã kiểm",
        "unreachable": "không tới được", "interrupted": "bị ngắt", "denied": "bị chặn",
        "failed": "thất bại", "unfinished": "chưa xong",
    ]

    /// The line of `receipts --json`.
    var json: JSONValue {
        func number(_ value: UInt64) -> JSONValue { .integer(Int64(clamping: value)) }
        func text(_ value: (some CustomStringConvertible)?) -> JSONValue {
            value.map { .string($0.description) } ?? .null
        }
        let sync: [(String, JSONValue)] = [
            ("number", .integer(self.number)), ("outcome", .string(word)),
            ("complete", .bool(isComplete)), ("failure", text(failure)),
            ("began", ShownText.json(began)), ("ended", ShownText.json(ended)),
            ("times", number(times)), ("replica", text(replica)), ("formerReplica", text(former)),
            ("epoch", text(epoch)),
        ]
        let work: [(String, JSONValue)] = [
            ("durableBefore", number(durableBefore)), ("durable", number(durable)),
            ("durableHash", text(durableHash)), ("pushed", number(pushed)),
            ("accepted", number(accepted)), ("refused", number(refused)),
            ("held", number(pending)), ("pulled", number(pulled)),
            ("exchanges", number(exchanges)), ("bytesSent", number(bytesSent)),
            ("bytesReceived", number(bytesReceived)),
        ]
        let central: [(String, JSONValue)] = [
            ("centralTime", ShownText.json(centralTime)),
            ("skewMilliseconds", skewMilliseconds.map { .integer($0) } ?? .null),
            ("digest", text(digest)), ("centralDigest", text(centralDigest)),
        ]
        return .object(sync + work + central)
    }

    private static func byteWords(_ count: Int) -> Message {
        Message(ByteCount.string(count), vi: ByteCount.vietnamese(count))
    }

    /// The table for a terminal.
    static func table(_ receipts: [CounterReceipt], _ language: Language) -> TextTable {
        func say(_ english: String, _ vietnamese: String) -> String {
            Message(english, vi: vietnamese).text(in: language)
        }
        var table = TextTable([
            .init(say("ENDED", "KẾT THÚC")), .init(say("OUTCOME", "KẾT QUẢ")),
            .init(say("TIMES", "SỐ LẦN"), alignsRight: true),
            .init(say("AT CENTRAL", "Ở TRUNG TÂM"), alignsRight: true),
            .init(say("TAKEN", "NHẬN"), alignsRight: true),
            .init(say("REFUSED", "TỪ CHỐI"), alignsRight: true),
            .init(say("HELD", "CÒN GIỮ"), alignsRight: true),
            .init(say("RECEIVED", "NHẬN VỀ"), alignsRight: true),
            .init(say("BYTES", "BYTE"), alignsRight: true),
            .init(say("CLOCK", "ĐỒNG HỒ")), .init(say("DIGESTS", "MÃ KIỂM")),
        ])
        for receipt in receipts {
            let digests =
                receipt.digest == nil
                ? say("not compared", "chưa so")
                : receipt.digest == receipt.centralDigest
                    ? say("agree", "khớp") : say("differ", "khác")
            table.add([
                ShownText.moment(receipt.ended).text(in: language),
                receipt.shownOutcome.text(in: language),
                "\(receipt.times)",
                receipt.durable == receipt.durableBefore
                    ? "\(receipt.durable)" : "\(receipt.durableBefore) → \(receipt.durable)",
                "\(receipt.accepted)", "\(receipt.refused)", "\(receipt.pending)",
                "\(receipt.pulled)",
                Self.byteWords(Int(clamping: receipt.bytesSent &+ receipt.bytesReceived))
                    .text(in: language),
                ClockSkew.words(milliseconds: receipt.skewMilliseconds).text(in: language), digests,
            ])
        }
        return table
    }
}
