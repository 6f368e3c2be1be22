internal import Language
internal import CommandLineTool
internal import Crypto
internal import JSON
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
                for line in status.lines { try invocation.printOut(line) }
            }
            return .ok
        }
    }
}

/// What an admin wants to know at a glance.
private struct CentralStatus {
    var counts: [(String, Int)] = []
    var conflicts: Int
    var position: UInt64
    var devices: [Device]
    var standing: EpochStanding
    var arrival: DeviceStanding

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
        devices = try database.devices()
        standing = EpochStanding(try database.epoch(), devices)
        arrival = try DeviceStanding(database)
    }

    private var active: [Device] { standing.devices }

    /// Devices whose last exchange left something, or is not known to have arrived.
    private var behind: [Device] { active.filter { !arrival.isComplete($0) } }

    var json: JSONValue {
        .object(
            counts.map { ($0.0, .integer(Int64($0.1))) } + [
                ("conflicts", .integer(Int64(conflicts))),
                ("position", .integer(Int64(clamping: position))),
                ("devices", .integer(Int64(active.count))),
                ("neverSynced", .integer(Int64(active.count { $0.lastComplete == nil }))),
                ("incomplete", .integer(Int64(behind.count))),
                ("refused", .integer(Int64(clamping: devices.reduce(0) { $0 + $1.refused }))),
                (
                    "oldestSync",
                    ShownTime.json(active.compactMap(\.lastComplete).min())
                ),
                ("epoch", standing.json),
            ])
    }

    var lines: [String] {
        var lines = [
            counts.map { GroupedNumber.counted($0.1, String($0.0.dropLast())) }
                .joined(separator: ", "),
            "\(GroupedNumber.counted(conflicts, "conflict")) "
                + (conflicts == 1 ? "waits" : "wait") + " for a person",
            "feed position \(GroupedNumber.string(Int(clamping: position)))",
            GroupedNumber.counted(active.count, "active device"),
        ]
        lines += standing.lines
        for device in behind {
            let name = "\(TerminalSafe.text(device.office)) desk \(device.desk)"
            guard device.lastExchange != nil else {
                lines.append("\(name): no sync yet")
                continue
            }
            let last =
                device.lastComplete.map { "last complete at " + ShownTime.text($0) }
                ?? "no complete sync yet"
            lines.append("\(name): \(arrival.text(device)); \(last)")
        }
        for device in devices {
            guard let original = active.first(where: { $0.replica == device.copyOf }) else {
                continue
            }
            lines.append(
                "\(TerminalSafe.text(device.office)) desk \(device.desk): a copy of desk "
                    + "\(original.desk) (cloned, or restored from a backup), on its own since "
                    + "\(ShownTime.text(device.enrolledAt))")
        }
        if behind.isEmpty, let oldest = active.compactMap(\.lastComplete).min() {
            lines.append(
                "every device has synced and confirmed it; the longest ago was \(ShownTime.text(oldest))"
            )
        }
        return lines
    }
}
