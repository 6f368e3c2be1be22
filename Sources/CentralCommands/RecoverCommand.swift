// What an admin does after central's file was restored from a backup.

internal import Causality
internal import CommandLineTool
internal import Crypto
internal import JSON
internal import Language
internal import ReplicaStore
internal import SyncEngine

enum RecoverCommand {
    static let command = Command(
        "recover",
        summary: Message(
            "take back what central lost when it was restored from a backup",
            vi: "lấy lại những gì trung tâm mất khi khôi phục từ bản sao lưu"),
        discussion: Message(
            """
            Begins a new epoch: each device pushes again what central had acknowledged to it, goes on \
            under a new identity, and gives the records that central lacks. A device that central \
            does not know any more enrols once more with a new code: counter enrol --again. Follow it \
            with central status, and end it when all have synced: central recover --end.
            """,
            vi: """
                Bắt đầu một kỷ mới: mỗi thiết bị gửi lại những gì trung tâm đã xác nhận, tiếp tục dưới danh tính
                mới, và đưa các bản ghi mà trung tâm thiếu. Thiết bị mà trung tâm không còn biết thì đăng ký lại
                bằng mã mới: counter enrol --again. Theo dõi bằng central status, và kết thúc khi tất cả đã đồng bộ:
                central recover --end.
                """),
        options: [
            Option(
                "--end",
                help: Message(
                    "take no more records from what devices hold",
                    vi: "không nhận thêm bản ghi từ dữ liệu của thiết bị")),
            Option("--json", help: Message("answer in JSON", vi: "trả lời bằng JSON")),
        ]
    ) { invocation in
        let isEnding = invocation.has("--end")
        let epoch = try CentralHome(invocation).withDatabase { database in
            try database.write(now: SystemClock().now()) { transaction in
                if !isEnding {
                    try transaction.beginEpoch(SystemRandomSource().number() >> 1, cause: .told)
                }
                try transaction.setRecovering(!isEnding)
                try transaction.note(
                    isEnding ? "end-recovery" : "recover", by: CentralHome.actor)
                return try database.epoch()
            }
        }
        if invocation.has("--json") {
            try invocation.printOut(
                JSONValue.object([
                    ("recovering", .bool(epoch.isRecovering)),
                    ("recordsRecovered", .integer(Int64(clamping: epoch.recordsRecovered))),
                ]).serialized())
        } else if isEnding {
            let count = epoch.recordsRecovered
            try invocation.say(
                Message(
                    "recovery ended: \(GroupedNumber.counted(count, "record")) came back from "
                        + "what devices held",
                    vi: "đã kết thúc phục hồi: \(count) bản ghi lấy lại từ các thiết bị"))
        } else {
            try invocation.say(
                Message(
                    "recovering: every device pushes again what central lost, and gives what it lacks",
                    vi:
                        "đang phục hồi: mỗi thiết bị gửi lại những gì trung tâm mất, và đưa những gì còn thiếu"
                ))
            try invocation.say(
                Message(
                    "next: let all devices sync, look at central status, then central recover --end",
                    vi:
                        "tiếp theo: để mọi thiết bị đồng bộ, xem central status, rồi central recover --end"
                ))
        }
        return .ok
    }
}

/// How far the devices have come since central's present epoch began.
struct EpochStanding {
    let epoch: CentralEpoch
    /// All machines, those that are shut out included.
    let machines: [Machine]
    /// The present identities of those that are not shut out.
    let devices: [Device]

    init(_ epoch: CentralEpoch, _ all: [Device]) {
        self.epoch = epoch
        machines = Machine.grouped(all)
        devices = machines.map(\.present).filter { $0.state == .active }
    }

    /// Whether a device may sync, in a word: "replaced" when it goes on under another identity.
    func word(for device: Device) -> String {
        let isReplaced =
            device.state == .active && !devices.contains { $0.replica == device.replica }
        return isReplaced ? "replaced" : device.state.rawValue
    }

    /// Devices that have made a complete sync in this epoch.
    var arrived: [Device] {
        devices.filter { $0.epoch == epoch.id && $0.lastComplete != nil }
    }

    /// What a person is told; nothing in central's first epoch.
    var lines: [Message] {
        guard let began = epoch.began else { return [] }
        let cause =
            switch epoch.cause {
            case .made: Message("made", vi: "khi tạo")
            case .told: Message("as an admin said", vi: "theo quản trị")
            case .noticed:
                Message(
                    "as device \(epoch.noticedBy?.description ?? "?") noticed, which had more of it",
                    vi:
                        "do thiết bị \(epoch.noticedBy?.description ?? "?") phát hiện vì có nhiều hơn"
                )
            }
        var lines = [
            Message(
                "central was restored from a backup, \(cause.english), at \(ShownTime.text(began)): "
                    + "\(arrived.count) of \(GroupedNumber.counted(devices.count, "device")) "
                    + "have made a complete sync since",
                vi: "trung tâm đã khôi phục từ bản sao lưu, \(cause.vietnamese), lúc "
                    + "\(ShownTime.text(began)): \(arrived.count) trên \(devices.count) thiết bị đã "
                    + "đồng bộ đầy đủ từ đó")
        ]
        if epoch.isRecovering {
            let count = epoch.recordsRecovered
            lines.append(
                Message(
                    "recovering: \(GroupedNumber.counted(count, "record")) came back "
                        + "from what devices held; when all have synced: central recover --end",
                    vi:
                        "đang phục hồi: \(count) bản ghi lấy lại từ các thiết bị; khi tất cả đã đồng "
                        + "bộ: central recover --end"))
        } else if epoch.cause == .noticed {
            lines.append(
                Message(
                    "what only other devices hold of the lost records comes back with: central recover",
                    vi: "phần bị mất mà chỉ thiết bị khác còn giữ lấy lại bằng: central recover"))
        }
        return lines
    }

    var json: JSONValue {
        .object([
            ("began", ShownTime.json(epoch.began)), ("cause", .string(epoch.cause.rawValue)),
            ("noticedBy", epoch.noticedBy.map { .string($0.description) } ?? .null),
            ("recovering", .bool(epoch.isRecovering)),
            ("recordsRecovered", .integer(Int64(clamping: epoch.recordsRecovered))),
            ("devices", .integer(Int64(devices.count))),
            ("complete", .integer(Int64(arrived.count))),
        ])
    }
}
