internal import AdminDocuments
internal import Administration
internal import Causality
internal import CommandLine
internal import Crypto
internal import JSON
internal import SQLiteStore
internal import Store
internal import Text

enum ReceiptsCommand {
    private static let lastDefault = 20

    static let command = Command(
        "receipts",
        summary: Message(
            "list what each sync of the devices did, newest first",
            vi: "liệt kê kết quả từng lần đồng bộ của các thiết bị, mới nhất trước"),
        discussion: Message(
            """
            Every sync of a device leaves a receipt here: the last of its changes that is on disk, what
            was refused, what it still holds, what was sent to it and whether it has confirmed that, and
            how far its clock is off. It is complete only when nothing was left on either side and the
            device has confirmed what it was sent, by a later request, or the last reply had nothing for
            it. Syncs in a row with nothing to do are one line. For each device at most
            \(ReceiptLimits.centralRowsPerDeviceMax) receipts are kept, and always the last complete one; central serve
            --keep-receipts lets older ones go.
            """,
            vi: """
                Mỗi lần đồng bộ của thiết bị để lại một biên nhận: thay đổi cuối của nó đã xuống đĩa, bị từ chối
                gì, còn giữ gì, được gửi gì và đã xác nhận chưa, đồng hồ lệch bao nhiêu. Chỉ là đầy đủ khi hai bên
                không còn gì và thiết bị đã xác nhận những gì nhận được, bằng một yêu cầu sau đó, hoặc trả lời cuối
                không có gì cho nó. Các lần liên tiếp không có việc là một dòng. Mỗi thiết bị giữ nhiều nhất
                \(ReceiptLimits.centralRowsPerDeviceMax) biên nhận, luôn giữ lần đầy đủ cuối cùng; central serve
                --keep-receipts bỏ những biên nhận cũ hơn.
                """),
        options: [
            Option(
                "--device", valueName: "DEVICE",
                help: Message(
                    "only this device's: its 16 hexadecimal digits",
                    vi: "chỉ của thiết bị này: 16 chữ số thập lục")),
            Option(
                "--office", valueName: "CODE",
                help: Message(
                    "only those of this office's devices",
                    vi: "chỉ của các thiết bị thuộc cơ quan này")),
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
        let device = try invocation.value("--device").map { text in
            guard let device = ReplicaID(hexadecimal: text) else {
                throw UsageError(
                    Message(
                        "a device is named by 16 hexadecimal digits",
                        vi: "thiết bị được ghi bằng 16 chữ số thập lục"),
                    hint: Message("central devices", vi: "central devices"))
            }
            return device
        }
        let office = invocation.value("--office")
        let count = try invocation.integer("--last", in: 1...1_000_000) ?? lastDefault
        let found = try CentralHome(invocation).withDatabase {
            try SyncReceipts($0, device: device, office: office, last: count)
        }
        if invocation.has("--json") {
            for receipt in found.receipts {
                let document = receipt.json(found.devices[receipt.device])
                try invocation.printOut(document.serialized())
            }
        } else if found.receipts.isEmpty {
            try invocation.say(
                Message("no device has synced yet", vi: "chưa có thiết bị nào đồng bộ"))
        } else {
            try invocation.printOut(table(found, invocation.language))
        }
        return .ok
    }

    private static func table(
        _ found: SyncReceipts, _ language: Language
    ) -> TextTable {
        func say(_ english: String, _ vietnamese: String) -> String {
            Message(english, vi: vietnamese).text(in: language)
        }
        var table = TextTable([
            .init(say("ENDED", "KẾT THÚC")), .init(say("DEVICE", "THIẾT BỊ")),
            .init(say("OFFICE", "CƠ QUAN")), .init(say("DESK", "QUẦY"), alignsRight: true),
            .init(say("TIMES", "SỐ LẦN"), alignsRight: true),
            .init(say("ON DISK", "TRÊN ĐĨA"), alignsRight: true),
            .init(say("REFUSED", "TỪ CHỐI"), alignsRight: true),
            .init(say("SENT", "ĐÃ GỬI"), alignsRight: true),
            .init(say("CLOCK", "ĐỒNG HỒ")), .init(say("STANDING", "TÌNH TRẠNG")),
        ])
        for receipt in found.receipts {
            let device = found.devices[receipt.device]
            table.add([
                ShownTime.text(receipt.ended).text(in: language),
                device.map { TerminalSafe.text($0.name) } ?? receipt.device.description,
                TerminalSafe.text(device?.office ?? "?"), device.map { "\($0.desk)" } ?? "?",
                "\(receipt.times)",
                receipt.durable == receipt.durableBefore
                    ? "\(receipt.durable)" : "\(receipt.durableBefore) → \(receipt.durable)",
                "\(receipt.refused)", "\(receipt.sent)",
                ClockSkew.words(milliseconds: receipt.skewMilliseconds).text(in: language),
                receipt.standing.text(in: language),
            ])
        }
        return table
    }
}
