internal import AdminDocuments
internal import Administration
internal import Causality
internal import CentralServer
internal import CommandLine
internal import Crypto
internal import JSON
internal import SQLiteStore
internal import Store
internal import Text

enum DevicesCommand {
    static let devices = Command(
        "devices",
        summary: Message(
            "list the devices and what has arrived from each",
            vi: "liệt kê thiết bị và những gì đã về từ mỗi thiết bị"),
        discussion: Message(
            """
            One line for each machine, whatever identities it had; --json has one object for each \
            identity, and "machine" groups them. A copy that syncs beside its original is a machine \
            of its own.

            The last exchange is complete when nothing remained at the machine that central does not \
            have: on that reports rest. Confirmed down is what it was sent: by a later request, or \
            because the last reply had nothing for it; counter sync and the agent confirm at once.
            """,
            vi: """
                Mỗi máy một dòng, dù đã mang những danh tính nào; --json có một đối tượng cho mỗi danh tính,
                "machine" nhóm chúng lại. Bản sao vẫn đồng bộ bên cạnh bản gốc là một máy riêng.

                Lần trao đổi cuối là đầy đủ khi máy không còn gì mà trung tâm chưa có: báo cáo dựa vào đó. Xác
                nhận đã nhận là về những gì được gửi xuống: bằng một yêu cầu sau đó, hoặc vì trả lời cuối không
                có gì; counter sync và tiến trình nền xác nhận ngay.
                """),
        options: [
            Option(
                "--revoked",
                help: Message(
                    "only those that are shut out; with --json a list to keep elsewhere, for central "
                        + "recover",
                    vi: "chỉ những thiết bị bị chặn; với --json là danh sách cất nơi khác, cho "
                        + "central recover")),
            Option("--json", help: Message("answer in JSON", vi: "trả lời bằng JSON")),
        ]
    ) { invocation in
        try CentralHome(invocation).withDatabase { database in
            let onlyRevoked = invocation.has("--revoked")
            let list = try DeviceList(database)
            if invocation.has("--json") {
                try invocation.printOut(list.json(onlyRevoked: onlyRevoked).serialized())
                return .ok
            }
            let (standing, arrival) = (list.standing, list.arrival)
            func say(_ english: String, _ vietnamese: String) -> String {
                Message(english, vi: vietnamese).text(in: invocation.language)
            }
            var table = TextTable([
                .init(say("DEVICE", "THIẾT BỊ")), .init(say("OFFICE", "CƠ QUAN")),
                .init(say("DESK", "QUẦY"), alignsRight: true),
                .init(say("NAME", "TÊN")), .init(say("STATE", "TRẠNG THÁI")),
                .init(say("LAST COMPLETE SYNC", "ĐỒNG BỘ ĐẦY ĐỦ LẦN CUỐI")),
                .init(say("CONFIRMED DOWN", "XÁC NHẬN ĐÃ NHẬN")),
                .init(say("REFUSED", "TỪ CHỐI"), alignsRight: true), .init(say("CLOCK", "ĐỒNG HỒ")),
                .init(say("LAST EXCHANGE", "TRAO ĐỔI LẦN CUỐI")),
            ])
            for machine in standing.machines
            where !onlyRevoked || machine.identities.contains(where: { $0.state == .revoked }) {
                let device = machine.present
                table.add([
                    device.replica.description, TerminalSafe.text(device.office),
                    "\(device.desk)", TerminalSafe.text(device.name),
                    invocation.text(standing.word(for: device).title),
                    invocation.text(ShownTime.text(machine.lastArrived)),
                    invocation.text(arrival.confirmation(device)),
                    "\(machine.refused)",
                    invocation.text(ClockSkew.words(milliseconds: device.skewMilliseconds)),
                    invocation.text(
                        device.lastExchange == nil
                            ? Message("never", vi: "chưa") : arrival.text(device)),
                ])
            }
            try invocation.printOut(table)
            return .ok
        }
    }

    static let requestSync = Command(
        "request-sync",
        summary: Message(
            "ask an office's devices, or all, to sync",
            vi: "yêu cầu các thiết bị của một cơ quan, hoặc tất cả, đồng bộ"),
        discussion: Message(
            "A device learns of it at its next exchange; at once when a request of it waits at central.",
            vi: "Thiết bị biết ở lần trao đổi kế tiếp; thiết bị đang chờ tin ở trung tâm biết ngay."
        ),
        arguments: [
            Positional(
                "OFFICE", help: Message("the office's code", vi: "mã cơ quan"), optional: true)
        ],
        options: [
            Option("--all", help: Message("ask every device", vi: "yêu cầu mọi thiết bị")),
            Option("--json", help: Message("answer in JSON", vi: "trả lời bằng JSON")),
        ]
    ) { invocation in
        let office = invocation.optionalPositional("OFFICE")
        guard (office != nil) != invocation.has("--all") else {
            throw UsageError(
                Message(
                    "name an office or say --all, one of the two",
                    vi: "ghi một cơ quan hoặc --all, một trong hai"))
        }
        let home = try CentralHome(invocation)
        let asked = try home.withDatabase { database in
            // Who is woken by it waits no more.
            let waiting = Housekeeping.waitingDevices(besides: database.path)
            return RequestedSync(
                try database.perform(RequestSync(office: office), by: home.actor),
                waiting: waiting)
        }
        if invocation.has("--json") {
            try invocation.printOut(asked.json.serialized())
        } else {
            try show(asked, invocation)
        }
        return .ok
    }

    private static func show(_ asked: RequestedSync, _ invocation: Invocation) throws {
        let (waiting, count) = (asked.waiting.count, asked.waiting.count + asked.others.count)
        let number = Language.vietnamese.number
        try invocation.say(
            Message(
                "asked \(GroupedNumber.counted(count, "device")) to sync; "
                    + "\(GroupedNumber.string(waiting)) of them "
                    + (waiting == 1 ? "was" : "were") + " waiting and "
                    + (waiting == 1 ? "hears" : "hear") + " it at once",
                vi:
                    "đã yêu cầu \(number(count)) thiết bị đồng bộ; \(number(waiting)) thiết bị đang chờ "
                    + "nên biết ngay"))
        var table = TextTable(Array(repeating: .init(""), count: 4))
        func add(_ device: Device, _ words: Message) {
            table.add([
                "  " + TerminalSafe.text(device.office),
                invocation.text(Message("desk \(device.desk)", vi: "quầy \(device.desk)")),
                TerminalSafe.text(device.name), invocation.text(words),
            ])
        }
        for device in asked.waiting { add(device, Message("at once", vi: "biết ngay")) }
        for device in asked.others {
            let heard = device.lastExchange.map {
                Message("at its next exchange; last heard ", vi: "ở lần trao đổi tới; lần cuối ")
                    + ShownTime.text($0)
            }
            add(
                device,
                heard
                    ?? Message(
                        "at its first exchange; never heard",
                        vi: "ở lần trao đổi đầu; chưa liên lạc"
                    ))
        }
        try invocation.printOut(table)
    }
}
