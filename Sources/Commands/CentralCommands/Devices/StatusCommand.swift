internal import AdminDocuments
internal import Administration
internal import Backups
internal import Causality
internal import CentralServer
internal import CommandLine
internal import Crypto
internal import Dossiers
internal import Files
internal import JSON
internal import SQLiteStore
internal import Replication
internal import SharedCommands
internal import Store
internal import Text
internal import Time

enum StatusCommand {
    static let command = Command(
        "status",
        summary: Message(
            "say what has arrived, what has not, and since when",
            vi: "cho biết gì đã về, gì chưa, và từ khi nào"),
        discussion: Message(
            """
            With --silent 3d it ends with 69 when all has not come up from some office's machine for longer,
            and names each: for a timer that sends mail.
            """,
            vi: """
                Với --silent 3d, kết thúc bằng 69 khi có máy của một cơ quan đã lâu hơn thế chưa gửi hết, và
                nêu từng máy: dùng cho lịch tự động gửi thư.
                """),
        options: [
            Option(
                "--silent", valueName: "3d",
                help: Message(
                    "only say which machines have been silent for longer; 69 when there are some",
                    vi: "chỉ nêu máy đã lâu hơn thế chưa gửi hết; kết thúc bằng 69 nếu có")),
            Option("--json", help: Message("answer in JSON", vi: "trả lời bằng JSON")),
        ]
    ) { invocation in
        let span = Message(
            "a span of time such as 3d or 36h", vi: "khoảng thời gian như 3d hoặc 36h")
        let silence = try invocation.value("--silent", expected: span) { text in
            TimeSpan.milliseconds(parsing: text).flatMap { $0 > 0 ? $0 : nil }
        }
        return try CentralHome(invocation).withDatabase { database in
            let status = try CentralStatus(
                database, at: SystemClock().now(), serving: ServingStatus(besides: database.path),
                backup: BackupNote(home: Folder.path(of: database.path)))
            if let silence { return try tell(status.silent(for: silence), status, invocation) }
            if invocation.has("--json") {
                try invocation.printOut(status.json.serialized())
            } else {
                for line in status.lines { try invocation.say(line) }
            }
            return .ok
        }
    }

    /// Names the machines that have been silent.
    private static func tell(
        _ silent: [Device], _ status: CentralStatus, _ invocation: Invocation
    ) throws -> ExitCode {
        let lastArrived = status.lastArrived
        if invocation.has("--json") {
            try invocation.printOut(
                JSONValue.array(
                    silent.map { device in
                        .object([
                            ("device", .string(device.replica.description)),
                            ("office", .string(device.office)), ("desk", .integer(device.desk)),
                            ("lastArrived", ShownTime.json(lastArrived[device.replica])),
                        ])
                    }
                ).serialized())
        } else {
            for device in silent {
                let last = ShownTime.text(lastArrived[device.replica])
                try invocation.say(
                    CentralStatus.name(of: device)
                        + Message(
                            ": last complete \(last.english)",
                            vi: ": đầy đủ lần cuối \(last.vietnamese)"))
            }
        }
        return silent.isEmpty ? .ok : .unavailable
    }
}

// What a person is told at a glance.
extension CentralStatus {
    private static let vietnamese: [RecordKind: String] = [
        .office: "cơ quan", .procedure: "thủ tục", .holiday: "ngày nghỉ",
        .dossier: "hồ sơ", .contact: "lượt hướng dẫn",
    ]

    fileprivate var lines: [Message] {
        func number(_ count: some BinaryInteger) -> String {
            Language.vietnamese.number(Int(clamping: count))
        }
        var lines: [Message] = [
            .joined(
                counts.map { entry in
                    let name = entry.kind.name
                    return Message(
                        GroupedNumber.counted(entry.count, name),
                        vi: "\(number(entry.count)) \(Self.vietnamese[entry.kind] ?? name)")
                }, separator: ", "),
            Message(
                "\(GroupedNumber.counted(conflicts, "conflict")) "
                    + (conflicts == 1 ? "waits" : "wait") + " for a person",
                vi: "\(number(conflicts)) mâu thuẫn chờ người xử lý"),
            Message(
                "feed position \(GroupedNumber.string(Int(clamping: position)))",
                vi: "vị trí dữ liệu \(number(position))"),
            Message(
                GroupedNumber.counted(active.count, "active device"),
                vi: "\(active.count) thiết bị đang dùng"),
        ]
        if let newestChange {
            lines.append(
                Message("newest change: ", vi: "thay đổi mới nhất: ")
                    + ChangeAge.words(newestChange, now: SystemClock().now()))
        }
        lines.append(
            backup?.words(now: SystemClock().now()) ?? BackupNote.noneWords(program: "central"))
        lines += clockLines
        lines += (serving?.lines ?? []) + standing.lines + behind.map(line)
        if openErasures > 0 {
            lines.append(
                Message(
                    GroupedNumber.counted(openErasures, "erasure")
                        + (openErasures == 1 ? " is" : " are")
                        + " not confirmed by every device: central erasures",
                    vi: "\(number(openErasures)) lệnh xóa chưa được mọi thiết bị xác nhận: "
                        + "central erasures"))
        }
        for machine in standing.machines {
            guard let first = machine.identities.first,
                let original = active.first(where: { $0.replica == first.copyOf })
            else { continue }
            let device = machine.present
            let since = ShownTime.text(first.enrolledAt)
            lines.append(
                name(of: device)
                    + Message(
                        ": a copy of desk \(original.desk) (cloned, or restored from a backup), on its "
                            + "own since \(since.english)",
                        vi:
                            ": bản sao của quầy \(original.desk) (sao chép, hoặc khôi phục từ bản sao "
                            + "lưu), riêng từ \(since.vietnamese)"))
        }
        return lines + arrivalLines
    }

    /// What is wrong with clocks: central's own, those of devices, and what was written by them.
    private var clockLines: [Message] {
        var lines = [
            clockFault?.words,
            WrongClockWords.status(wrongClockRecords, program: "counter"),
        ].compactMap(\.self)
        for device in active {
            guard let skew = device.skewMilliseconds,
                skew.magnitude > UInt64(ClockFault.aheadMilliseconds)
            else { continue }
            let words = ClockSkew.words(milliseconds: skew)
            lines.append(
                name(of: device)
                    + Message(
                        ": at its last exchange its clock was \(words.english)",
                        vi: ": ở lần trao đổi cuối đồng hồ máy đó \(words.vietnamese)"))
        }
        return lines
    }

    /// That all has come up, and how many have yet to confirm what went down.
    private var arrivalLines: [Message] {
        var lines: [Message] = []
        let late = unconfirmed.filter { $0.lastExchange != nil }
        if behind.isEmpty, let oldest = longestAgo {
            let time = ShownTime.text(oldest)
            lines.append(
                late.isEmpty
                    ? Message(
                        "every device has synced and confirmed it; the longest ago was \(time.english)",
                        vi: "mọi thiết bị đã đồng bộ và xác nhận; lâu nhất là \(time.vietnamese)")
                    : Message(
                        "everything has come up from every device; the longest ago was \(time.english)",
                        vi: "mọi thiết bị đã gửi hết; lâu nhất là \(time.vietnamese)"))
        }
        if !late.isEmpty {
            let have = late.count == 1 ? "has" : "have"
            lines.append(
                Message(
                    "\(GroupedNumber.counted(late.count, "device")) \(have) not confirmed what "
                        + "central sent: central devices",
                    vi: "\(late.count) thiết bị chưa xác nhận những gì trung tâm đã gửi: "
                        + "central devices"))
        }
        return lines
    }

    private func name(of device: Device) -> Message { Self.name(of: device) }

    /// `000.17.01.H56 desk 2`.
    static func name(of device: Device) -> Message {
        let office = TerminalSafe.text(device.office)
        return Message("\(office) desk \(device.desk)", vi: "\(office) quầy \(device.desk)")
    }

    /// What is missing from a device.
    private func line(_ device: Device) -> Message {
        guard device.lastExchange != nil else {
            return name(of: device) + Message(": no sync yet", vi: ": chưa đồng bộ lần nào")
        }
        let last = lastArrived[device.replica].map { time in
            Message(
                "last complete at \(ShownTime.text(time).english)",
                vi: "đầy đủ lần cuối lúc \(ShownTime.text(time).vietnamese)")
        }
        return name(of: device) + Message(verbatim: ": ") + arrival.text(device)
            + Message(verbatim: "; ")
            + (last ?? Message("no complete sync yet", vi: "chưa lần nào đầy đủ"))
    }
}
