// What a serving central says of itself: a small file in its home, replaced as a whole, so that
// `central status`, a process of its own, can tell its limits and how much of them is taken. It holds
// nothing of any record, and no address but central's own.

internal import AdminDocuments
public import Administration
public import Causality
internal import Files
internal import Glibc
internal import JSON
internal import Store

extension ServingStatus {
    /// Of this process, with nothing taken.
    public init(
        url: String, since: Timestamp, connectionsMax: Int, connectionsPerAddressMax: Int,
        trustedProxies: [String]
    ) {
        let processID = getpid()
        self.init(
            processID: processID, startTicks: Self.startTicks(of: processID) ?? 0, url: url,
            since: since, connectionsMax: connectionsMax,
            connectionsPerAddressMax: connectionsPerAddressMax, trustedProxies: trustedProxies)
    }

    /// What the central that serves this database said last; `nil` when none does.
    public init?(besides databasePath: String) {
        guard let bytes = try? WholeFile.read(path: Self.path(besides: databasePath)),
            let document = try? JSONValue(parsing: bytes),
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
                .compactMap(\.stringValue))
        retention = Retention(json: document["retention"] ?? .null)
        (connections, waiting) = (count("connections"), count("waiting"))
        (refused, droppedLogLines) = (count("refused"), count("droppedLogLines"))
    }

    /// Puts it in the place of what was said before. A disk that is full is no reason to end.
    func save(besides databasePath: String) {
        var members = json.objectValue?.map { ($0.name, $0.value) } ?? []
        members += [
            ("startTicks", .integer(startTicks)),
            ("sinceMilliseconds", .integer(since.milliseconds)),
        ]
        try? WholeFile.replace(
            path: Self.path(besides: databasePath),
            with: JSONValue.object(members).serializedBytes(), isSynced: false)
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
            let text = try? WholeFile.text(path: "/proc/\(processID)/stat"),
            // The name, field 2, may hold anything.
            let end = text.lastIndex(of: ")")
        else { return nil }
        let fields = text[end...].split(separator: " ")
        return fields.count > 20 ? Int64(fields[20]) : nil
    }
}
