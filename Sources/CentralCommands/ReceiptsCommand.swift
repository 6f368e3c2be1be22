internal import Language
internal import Causality
internal import CommandLineTool
internal import Crypto
internal import JSON
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
                if let office, try !database.hasOffice(office) {
                    throw CommandFailure(
                        .dataError,
                        Message(
                            "the catalog has no office with this code",
                            vi: "danh mục không có cơ quan mang mã này"),
                        hint: Message("see: central office list", vi: "xem: central office list"))
                }
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
            try invocation.printOut("no device has synced yet")
        } else {
            for line in lines(receipts, byReplica) { try invocation.printOut(line) }
        }
        return .ok
    }

    private static func lines(
        _ receipts: [DeviceReceipt], _ devices: [ReplicaID: Device]
    ) -> [String] {
        var table = TextTable([
            .init("ENDED"), .init("DEVICE"), .init("OFFICE"), .init("DESK", alignsRight: true),
            .init("TIMES", alignsRight: true), .init("ON DISK", alignsRight: true),
            .init("REFUSED", alignsRight: true), .init("SENT", alignsRight: true),
            .init("CLOCK"), .init("STANDING"),
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
                ClockSkew.text(milliseconds: receipt.skewMilliseconds), receipt.standing,
            ])
        }
        return table.lines
    }
}

extension DeviceReceipt {
    /// `complete`, or what is missing.
    var standing: String {
        guard !isComplete else { return "complete" }
        var missing: [String] = []
        if pending > 0 {
            missing.append("\(GroupedNumber.string(Int(clamping: pending))) to come from it")
        }
        if unconfirmed > 0 {
            missing.append(
                "\(GroupedNumber.string(Int(clamping: unconfirmed))) sent but not confirmed")
        }
        if remaining > 0 {
            missing.append("\(GroupedNumber.string(Int(clamping: remaining))) to be sent")
        }
        if missing.isEmpty { missing = ["its last exchange did not end the sync"] }
        return "incomplete: " + missing.joined(separator: ", ")
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

/// How a device stands by its last receipt: never complete when its last exchange was not.
struct DeviceStanding {
    private let receipts: [ReplicaID: DeviceReceipt]
    private let epoch: UInt64

    /// - Throws: `StoreError`.
    init(_ database: ReplicaDatabase) throws {
        receipts = try database.lastDeviceReceipts()
        epoch = try database.epoch().id
    }

    /// Whether its last exchange left nothing on either side, in central's present epoch.
    func isComplete(_ device: Device) -> Bool {
        receipts[device.replica].map { $0.isComplete && $0.epoch == epoch } ?? false
    }

    /// `complete`, or what is missing.
    func text(_ device: Device) -> String {
        guard let receipt = receipts[device.replica] else {
            return "incomplete: no exchange is noted"
        }
        guard receipt.epoch == epoch else {
            return "incomplete: no exchange since central was restored"
        }
        return receipt.standing
    }
}
