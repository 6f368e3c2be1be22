// What a serving central says of itself: a small file in its home, replaced as a whole, so that
// `central status`, a process of its own, can tell its limits and how much of them is taken. It holds
// nothing of any record, and no address but central's own.

internal import Causality
internal import CommandLine
internal import Foundation
internal import JSON
internal import Text
internal import ReplicaStore

/// The limits of a serving central, and what is taken of them.
struct ServingStatus: Equatable {
    var processID: Int32
    /// When its process began, in the kernel's ticks: another process may get the number.
    var startTicks: Int64
    var url: String
    var since: Timestamp
    var connectionsMax: Int
    var connectionsPerAddressMax: Int
    var trustedProxies: [String]
    /// Connections at the last look.
    var connections = 0
    /// Requests that wait for news at the last look.
    var waiting = 0
    /// Requests that were told to come back, since it began.
    var refused = 0
    /// Lines of the log that nobody read in time, since it began.
    var droppedLogLines = 0

    var json: JSONValue {
        .object([
            ("url", .string(url)), ("since", ShownTime.json(since)),
            ("processID", .integer(Int64(processID))),
            ("connectionsMax", .integer(Int64(connectionsMax))),
            ("connectionsPerAddressMax", .integer(Int64(connectionsPerAddressMax))),
            ("trustedProxies", .array(trustedProxies.map(JSONValue.string))),
            ("connections", .integer(Int64(connections))),
            ("waiting", .integer(Int64(waiting))), ("refused", .integer(Int64(refused))),
            ("droppedLogLines", .integer(Int64(droppedLogLines))),
        ])
    }

    var lines: [Message] {
        func number(_ count: Int) -> String { Language.vietnamese.number(count) }
        let time = ShownTime.text(since)
        let (english, vietnamese) = (GroupedNumber.string, number)
        var lines = [
            Message(
                "serving on \(url) since \(time)", vi: "đang phục vụ ở \(url) từ \(time)"),
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

extension ServingStatus {
    /// Of this process, with nothing taken.
    init(
        url: String, since: Timestamp, connectionsMax: Int, connectionsPerAddressMax: Int,
        trustedProxies: [String]
    ) {
        let processID = ProcessInfo.processInfo.processIdentifier
        self.init(
            processID: processID, startTicks: Self.startTicks(of: processID) ?? 0, url: url,
            since: since, connectionsMax: connectionsMax,
            connectionsPerAddressMax: connectionsPerAddressMax, trustedProxies: trustedProxies)
    }

    /// What the central that serves this database said last; `nil` when none does.
    init?(besides databasePath: String) {
        guard let bytes = FileManager.default.contents(atPath: Self.path(besides: databasePath)),
            let document = try? JSONValue(parsing: Array(bytes)),
            let processID = document["processID"]?.integerValue.map(Int32.init(clamping:)),
            let ticks = document["startTicks"]?.integerValue,
            Self.startTicks(of: processID) == ticks, let url = document["url"]?.stringValue,
            let since = document["sinceMilliseconds"]?.integerValue
        else { return nil }
        func count(_ name: String) -> Int { Int(clamping: document[name]?.integerValue ?? 0) }
        self.init(
            processID: processID, startTicks: ticks, url: url,
            since: Timestamp(milliseconds: since), connectionsMax: count("connectionsMax"),
            connectionsPerAddressMax: count("connectionsPerAddressMax"),
            trustedProxies: (document["trustedProxies"]?.arrayValue ?? [])
                .compactMap(\.stringValue),
            connections: count("connections"), waiting: count("waiting"),
            refused: count("refused"), droppedLogLines: count("droppedLogLines"))
    }

    /// Puts it in the place of what was said before. A disk that is full is no reason to end.
    func save(besides databasePath: String) {
        var members = json.objectValue?.map { ($0.name, $0.value) } ?? []
        members += [
            ("startTicks", .integer(startTicks)),
            ("sinceMilliseconds", .integer(since.milliseconds)),
        ]
        let path = Self.path(besides: databasePath)
        let isWritten = FileManager.default.createFile(
            atPath: path + ".new", contents: Data(JSONValue.object(members).serializedBytes()),
            attributes: [.posixPermissions: 0o600])
        if isWritten { rename(path + ".new", path) }
    }

    /// Takes away what was said: nobody serves any more.
    static func remove(besides databasePath: String) {
        unlink(path(besides: databasePath))
    }

    private static func path(besides databasePath: String) -> String {
        databasePath + "-serving.json"
    }

    /// When a process began, from Linux's /proc (proc_pid_stat(5), field 22); `nil` when there is none.
    private static func startTicks(of processID: Int32) -> Int64? {
        guard
            let text = try? String(contentsOfFile: "/proc/\(processID)/stat", encoding: .utf8),
            // The name, field 2, may hold anything.
            let end = text.lastIndex(of: ")")
        else { return nil }
        let fields = text[end...].split(separator: " ")
        return fields.count > 20 ? Int64(fields[20]) : nil
    }
}
