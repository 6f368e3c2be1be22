internal import Causality
internal import CommandLine
internal import Crypto
internal import JSON
internal import Text
internal import ReplicaStore

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
            \(ReceiptLimits.centralRowsPerDeviceMax) receipts are kept, and always the last complete one.
            """,
            vi: """
                Mỗi lần đồng bộ của thiết bị để lại một biên nhận: thay đổi cuối của nó đã xuống đĩa, bị từ chối
                gì, còn giữ gì, được gửi gì và đã xác nhận chưa, đồng hồ lệch bao nhiêu. Chỉ là đầy đủ khi hai bên
                không còn gì và thiết bị đã xác nhận những gì nhận được, bằng một yêu cầu sau đó, hoặc trả lời cuối
                không có gì cho nó. Các lần liên tiếp không có việc là một dòng. Mỗi thiết bị giữ nhiều nhất
                \(ReceiptLimits.centralRowsPerDeviceMax) biên nhận, luôn giữ lần đầy đủ cuối cùng.
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
        let (receipts, devices) = try CentralHome(invocation).withDatabase { database in
            try database.read {
                if let device, try database.device(device) == nil {
                    throw CommandFailure(
                        .dataError, Message("there is no such device", vi: "không có thiết bị này"),
                        hint: Message("see: central devices", vi: "xem: central devices"))
                }
                try database.requireOffice(office)
                return (
                    try database.deviceReceipts(device: device, office: office, last: count),
                    try database.devices()
                )
            }
        }
        let byReplica = Dictionary(devices.map { ($0.replica, $0) }) { first, _ in first }
        if invocation.has("--json") {
            for receipt in receipts {
                let document = receipt.json(byReplica[receipt.device])
                try invocation.printOut(document.serialized())
            }
        } else if receipts.isEmpty {
            try invocation.say(
                Message("no device has synced yet", vi: "chưa có thiết bị nào đồng bộ"))
        } else {
            for line in lines(receipts, byReplica, invocation.language) {
                try invocation.printOut(line)
            }
        }
        return .ok
    }

    private static func lines(
        _ receipts: [DeviceReceipt], _ devices: [ReplicaID: Device], _ language: Language
    ) -> [String] {
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
        for receipt in receipts {
            let device = devices[receipt.device]
            table.add([
                ShownTime.text(receipt.ended), receipt.device.description,
                TerminalSafe.text(device?.office ?? "?"), device.map { "\($0.desk)" } ?? "?",
                "\(receipt.times)",
                receipt.durable == receipt.durableBefore
                    ? "\(receipt.durable)" : "\(receipt.durableBefore) → \(receipt.durable)",
                "\(receipt.refused)", "\(receipt.sent)",
                ClockSkew.words(milliseconds: receipt.skewMilliseconds).text(in: language),
                receipt.standing.text(in: language),
            ])
        }
        return table.lines
    }
}

extension DeviceReceipt {
    /// `complete`, or what is missing.
    var standing: Message {
        guard !isComplete else { return Message("complete", vi: "đầy đủ") }
        let missing = [pending > 0 ? toCome : nil, confirmation].compactMap(\.self)
        return Message("incomplete: ", vi: "chưa đủ: ") + .joined(missing, separator: ", ")
    }

    /// What has not come up.
    fileprivate var toCome: Message { Self.part(pending, "to come from it", "chưa về") }

    /// What the device has not confirmed of what went down; `nil` when it has confirmed all.
    fileprivate var confirmation: Message? {
        var missing: [Message] = []
        if unconfirmed > 0 {
            missing.append(
                Self.part(unconfirmed, "sent but not confirmed", "đã gửi nhưng chưa xác nhận"))
        }
        if remaining > 0 { missing.append(Self.part(remaining, "to be sent", "còn phải gửi")) }
        if missing.isEmpty, isOpen, pending == 0 {
            missing.append(
                Message(
                    "its last exchange did not end the sync",
                    vi: "lần trao đổi cuối chưa kết thúc đồng bộ"))
        }
        return missing.isEmpty ? nil : .joined(missing, separator: ", ")
    }

    private static func part(
        _ count: UInt64, _ english: String, _ vietnamese: String
    ) -> Message {
        let count = Int(clamping: count)
        return Message(
            "\(Language.english.number(count)) \(english)",
            vi: "\(Language.vietnamese.number(count)) \(vietnamese)")
    }

    /// The line of `receipts --json`.
    func json(_ device: Device?) -> JSONValue {
        func number(_ value: UInt64) -> JSONValue { .integer(Int64(clamping: value)) }
        let place: JSONValue = position.map { .integer(Int64(clamping: $0)) } ?? .null
        let skew: JSONValue = skewMilliseconds.map { .integer($0) } ?? .null
        let sum: JSONValue = digest.map { .string($0.description) } ?? .null
        let sync: [(String, JSONValue)] = [
            ("number", .integer(self.number)), ("device", .string(self.device.description)),
            ("office", device.map { .string($0.office) } ?? .null),
            ("desk", device.map { .integer($0.desk) } ?? .null),
            ("complete", .bool(isComplete)), ("began", ShownTime.json(began)),
            ("ended", ShownTime.json(ended)), ("times", number(times)),
            ("epoch", .string("\(epoch)")),
        ]
        let work: [(String, JSONValue)] = [
            ("durableBefore", number(durableBefore)), ("durable", number(durable)),
            ("durableHash", .string(durableHash.description)), ("accepted", number(accepted)),
            ("refused", number(refused)), ("held", number(pending)), ("sent", number(sent)),
            ("unconfirmed", number(unconfirmed)), ("toSend", number(remaining)),
            ("exchanges", number(exchanges)), ("position", place), ("skewMilliseconds", skew),
            ("digest", sum),
        ]
        return .object(sync + work)
    }
}

/// How a device stands by its last receipt: what has come up from it, and what it has confirmed of what
/// went down, are two things. A report rests on the first.
struct DeviceStanding {
    private let receipts: [ReplicaID: DeviceReceipt]
    private let epoch: UInt64

    /// - Throws: `StoreError`.
    init(_ database: ReplicaDatabase) throws {
        receipts = try database.lastDeviceReceipts()
        epoch = try database.epoch().id
    }

    /// Whether its last exchange left nothing at it that central lacks, in central's present epoch.
    func isComplete(_ device: Device) -> Bool {
        receipts[device.replica].map { $0.pending == 0 && $0.epoch == epoch } ?? false
    }

    /// Whether it has confirmed all that central had for it, in central's present epoch.
    func isConfirmed(_ device: Device) -> Bool {
        receipts[device.replica].map { $0.confirmation == nil && $0.epoch == epoch } ?? false
    }

    /// What is missing for that in central's words: `yes`, or why not.
    func confirmation(_ device: Device) -> Message {
        guard let receipt = receipts[device.replica], receipt.epoch == epoch else {
            return Message("no", vi: "chưa")
        }
        return receipt.confirmation ?? Message("yes", vi: "rồi")
    }

    /// `complete`, or what has not come up.
    func text(_ device: Device) -> Message {
        guard let receipt = receipts[device.replica] else {
            return Message(
                "incomplete: no exchange is noted", vi: "chưa đủ: chưa ghi nhận lần trao đổi nào")
        }
        guard receipt.epoch == epoch else {
            return Message(
                "incomplete: no exchange since central was restored",
                vi: "chưa đủ: chưa trao đổi từ khi trung tâm được khôi phục")
        }
        guard receipt.pending > 0 else { return Message("complete", vi: "đầy đủ") }
        return Message("incomplete: ", vi: "chưa đủ: ") + receipt.toCome
    }
}
