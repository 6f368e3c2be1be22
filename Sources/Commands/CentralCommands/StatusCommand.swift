internal import Causality
internal import CommandLine
internal import Crypto
internal import Dossiers
internal import JSON
internal import Text
internal import ReplicaStore
internal import Replication

enum StatusCommand {
    static let command = Command(
        "status",
        summary: Message(
            "say what has arrived, what has not, and since when",
            vi: "cho biết gì đã về, gì chưa, và từ khi nào"),
        options: [Option("--json", help: Message("answer in JSON", vi: "trả lời bằng JSON"))]
    ) { invocation in
        try CentralHome(invocation).withDatabase { database in
            let status = try CentralStatus(database)
            if invocation.has("--json") {
                try invocation.printOut(status.json.serialized())
            } else {
                for line in status.lines { try invocation.say(line) }
            }
            return .ok
        }
    }
}

/// What an admin wants to know at a glance.
struct CentralStatus {
    var counts: [(String, Int)] = []
    var conflicts: Int
    var position: UInt64
    var devices: [Device]
    var standing: EpochStanding
    var arrival: DeviceStanding
    /// Erasures that some device is not known to have followed and may still follow.
    var openErasures: Int
    /// Records that hold what was written under a wrong clock and was not set right since.
    var wrongClockRecords: Int
    /// What is wrong with central's own clock; `nil` for nothing.
    var clockFault: ClockFault?
    /// When the newest change came in.
    var newestChange: Timestamp?
    /// The central that serves this store, if one does.
    var serving: ServingStatus?

    init(_ database: ReplicaDatabase) throws {
        for (kind, name) in [
            (RecordKind.office, "offices"), (.procedure, "procedures"), (.holiday, "holidays"),
            (.dossier, "dossiers"), (.contact, "contacts"),
        ] {
            var filter = RecordFilter()
            filter.kind = kind
            counts.append((name, try database.recordCount(filter)))
        }
        conflicts = try database.conflictCount()
        position = try database.lastCommit().position
        newestChange = try database.newestChange()
        wrongClockRecords = try database.wrongClockCount()
        clockFault = try database.clockFault(at: SystemClock().now())
        devices = try database.devices()
        serving = ServingStatus(besides: database.path)
        standing = EpochStanding(try database.epoch(), devices)
        arrival = try DeviceStanding(database)
        let (devices, standing) = (devices, standing)
        openErasures = try database.erasedRecords().count {
            $0.unconfirmed(devices, standing).contains { $0.state == .active }
        }
    }

    private var active: [Device] { standing.devices }

    /// Machines whose last exchange left something at them that central lacks.
    private var behind: [Device] { active.filter { !arrival.isComplete($0) } }

    /// Machines that have not confirmed what they were sent.
    private var unconfirmed: [Device] { active.filter { !arrival.isConfirmed($0) } }

    /// When all of a machine had come up last, by its present identity.
    private var lastArrived: [ReplicaID: Timestamp] {
        Dictionary(
            standing.machines.compactMap { machine in
                machine.lastArrived.map { (machine.present.replica, $0) }
            }
        ) { first, _ in first }
    }

    private var longestAgo: Timestamp? {
        let lastArrived = lastArrived
        return active.compactMap { lastArrived[$0.replica] }.min()
    }

    var json: JSONValue {
        .object(
            counts.map { ($0.0, .integer(Int64($0.1))) } + [
                ("conflicts", .integer(Int64(conflicts))),
                ("position", .integer(Int64(clamping: position))),
                ("newestChange", ShownTime.json(newestChange)),
                ("devices", .integer(Int64(active.count))),
                ("neverSynced", .integer(Int64(active.count { lastArrived[$0.replica] == nil }))),
                ("incomplete", .integer(Int64(behind.count))),
                ("unconfirmed", .integer(Int64(unconfirmed.count))),
                ("refused", .integer(Int64(clamping: devices.reduce(0) { $0 + $1.refused }))),
                ("oldestSync", ShownTime.json(longestAgo)),
                ("erasuresUnconfirmed", .integer(Int64(openErasures))),
                ("wrongClockRecords", .integer(Int64(wrongClockRecords))),
                (
                    "clockOffMilliseconds",
                    clockFault.map { .integer($0.offMilliseconds) } ?? .null
                ),
                ("epoch", standing.json),
                ("serving", serving?.json ?? .null),
            ])
    }

    private static let vietnamese = [
        "offices": "cơ quan", "procedures": "thủ tục", "holidays": "ngày nghỉ",
        "dossiers": "hồ sơ", "contacts": "lượt hướng dẫn",
    ]

    var lines: [Message] {
        func number(_ count: some BinaryInteger) -> String {
            Language.vietnamese.number(Int(clamping: count))
        }
        var lines: [Message] = [
            .joined(
                counts.map { name, count in
                    Message(
                        GroupedNumber.counted(count, String(name.dropLast())),
                        vi: "\(number(count)) \(Self.vietnamese[name] ?? name)")
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
                            + "own since \(since)",
                        vi:
                            ": bản sao của quầy \(original.desk) (sao chép, hoặc khôi phục từ bản sao "
                            + "lưu), riêng từ \(since)"))
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
                        "every device has synced and confirmed it; the longest ago was \(time)",
                        vi: "mọi thiết bị đã đồng bộ và xác nhận; lâu nhất là \(time)")
                    : Message(
                        "everything has come up from every device; the longest ago was \(time)",
                        vi: "mọi thiết bị đã gửi hết; lâu nhất là \(time)"))
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

    private func name(of device: Device) -> Message {
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
                "last complete at \(ShownTime.text(time))",
                vi: "đầy đủ lần cuối lúc \(ShownTime.text(time))")
        }
        return name(of: device) + Message(verbatim: ": ") + arrival.text(device)
            + Message(verbatim: "; ")
            + (last ?? Message("no complete sync yet", vi: "chưa lần nào đầy đủ"))
    }
}
