// Figures for those who watch central, in the text format of Prometheus, behind a token of their own
// (`Protocol/metrics.md`). Offices are named by their codes; nothing is told of people or records.

internal import Administration
internal import Backups
internal import Causality
internal import CentralEngine
internal import Crypto
internal import Dispatch
internal import Files
internal import HTTP
internal import HTTPServer
internal import SQLiteStore
internal import Synchronization
internal import Text
internal import Wire

/// `GET /metrics`.
struct MetricsRoute {
    /// The path, which is not of the protocol: scrapers look for it there.
    static let path = "/metrics"

    let node: FileCentral
    let version: String
    let supervision: Supervision
    private let overdue: OverdueFigures
    private let reader = FiguresReader()

    init(node: FileCentral, version: String, _ supervision: Supervision) {
        (self.node, self.version, self.supervision) = (node, version, supervision)
        overdue = OverdueFigures(ageMax: supervision.limits.overdueAgeMax)
    }

    /// The route; `nil` when nobody may read figures.
    var route: ServedRoute? {
        guard let hash = supervision.metricsToken else { return nil }
        return ServedRoute(["GET"], .exactly(Self.path), .anybody) {
            request, _ async throws(SyncFailure) in
            // A hash tells nothing by the time that comparing it takes.
            guard let token = request.http.bearerToken, Hash256(hashing: Array(token.utf8)) == hash
            else { throw .refused(status: 401, title: "this takes the token of --metrics-token") }
            return HTTPResponse(contentType: PrometheusText.mediaType, text: try await text())
        }
    }

    private func text() async throws(SyncFailure) -> String {
        let now = SystemClock().now()
        let path = node.databasePath
        let backup = BackupNote(home: Folder.path(of: path))
        let serving = ServingStatus(besides: path)
        let status: (CentralStatus, [OfficeFigures])
        do {
            status = try await reader.read(path) { [overdue] database in
                let status = try CentralStatus(database, at: now, serving: serving, backup: backup)
                let counts = try overdue.counts(database, at: now)
                return (status, try OfficeFigures.all(database, status, counts))
            }
        } catch {
            throw .centralStore(reason: "the figures cannot be read")
        }
        var text = PrometheusText()
        text.family("build_info", .gauge, "The program that serves.")
        text.sample(
            "build_info",
            [
                ("version", version), ("protocol", "\(WireLimits.version)"),
                ("schema", "\(DatabaseRole.central.schemaVersion)"),
            ], 1)
        write(status.0, now, to: &text)
        text.one(
            "commit_queue_length", Double(node.queuedWrites),
            "Pieces of work that wait for the next commit.")
        text.one(
            "disk_free_bytes", Folder.freeByteCount(at: path).map(Double.init),
            "Bytes that are free where the database is.")
        text.one(
            "disk_floor_bytes", Double(supervision.diskFloorBytes),
            "Bytes free below which nothing is taken from devices.")
        supervision.tally.write(to: &text)
        OfficeFigures.write(status.1, to: &text)
        return text.text
    }

    private func write(_ status: CentralStatus, _ now: Timestamp, to text: inout PrometheusText) {
        text.one("feed_position", Double(status.position), "The last position of the feed.")
        text.one(
            "erasures_unconfirmed", Double(status.openErasures),
            "Erasures that some device has yet to confirm.")
        text.one(
            "recovering", status.standing.epoch.isRecovering ? 1 : 0,
            "Whether central was restored and the recovery has not ended.")
        text.one(
            "wrong_clock_records", Double(status.wrongClockRecords),
            "Records with what was written under a wrong clock.")
        if let serving = status.serving {
            text.one(
                "start_timestamp_seconds", seconds(serving.since), "When central began to serve.")
            text.one("connections", Double(serving.connections), "Connections that are open.")
            text.one("connections_limit", Double(serving.connectionsMax), "Connections at once.")
            text.one(
                "waiting_devices", Double(serving.waiting), "Devices that wait for news.")
            text.one(
                "refused_requests_total", Double(serving.refused),
                "Requests that were told to come back.", kind: .counter)
        }
        text.one(
            "backup_timestamp_seconds", status.backup.map { seconds($0.made) },
            "When the last good backup was made; absent when none ever was.")
        text.one(
            "backup_age_seconds",
            status.backup.map { Double(now.milliseconds - $0.made.milliseconds) / 1000 },
            "How old the last good backup is.")
        text.one(
            "backup_bytes", status.backup.map { Double($0.byteCount) },
            "Bytes of the last good backup.")
        text.one(
            "backup_verified_timestamp_seconds", status.backup?.verified.map(seconds),
            "When a backup was last restored aside and found sound.")
    }

    private func seconds(_ time: Timestamp) -> Double { Double(time.milliseconds) / 1000 }
}

/// What is told of an office.
struct OfficeFigures: Sendable {
    var office: String
    var devices = 0
    var neverComplete = 0
    /// When all had last come up from the device of which that is longest ago.
    var oldestComplete: Timestamp?
    var pending: UInt64 = 0
    var conflicts = 0
    var refused: UInt64 = 0
    var overdue = 0

    /// Of every office that has an active device.
    static func all(
        _ database: CentralDatabase, _ status: CentralStatus, _ overdue: [String: Int]
    ) throws -> [OfficeFigures] {
        let lastArrived = status.lastArrived
        var found: [String: OfficeFigures] = [:]
        for device in status.active {
            var figures = found[device.office] ?? OfficeFigures(office: device.office)
            figures.devices += 1
            figures.pending += device.pending ?? 0
            figures.refused += device.refused
            if let last = lastArrived[device.replica] {
                figures.oldestComplete = min(figures.oldestComplete ?? last, last)
            } else {
                figures.neverComplete += 1
            }
            found[device.office] = figures
        }
        for code in found.keys {
            found[code]?.conflicts = try database.conflictCount(office: code)
            found[code]?.overdue = overdue[code] ?? 0
        }
        return found.values.sorted { $0.office < $1.office }
    }

    static func write(_ all: [OfficeFigures], to text: inout PrometheusText) {
        func family(_ name: String, _ help: String, _ value: (OfficeFigures) -> Double?) {
            text.family("office_" + name, .gauge, help)
            for figures in all {
                guard let value = value(figures) else { continue }
                text.sample("office_" + name, [("office", figures.office)], value)
            }
        }
        family("devices", "Machines that may sync.") { Double($0.devices) }
        family("never_complete_devices", "Machines from which never all had come up.") {
            Double($0.neverComplete)
        }
        family(
            "last_complete_sync_timestamp_seconds",
            "When all had last come up, of the machine of which that is longest ago."
        ) { $0.oldestComplete.map { Double($0.milliseconds) / 1000 } }
        family("pending_changes", "Changes that wait at machines, as they told last.") {
            Double($0.pending)
        }
        family("conflicts", "Conflicts that wait for a person.") { Double($0.conflicts) }
        family("refused_changes", "Changes that central refused.") { Double($0.refused) }
        family("overdue_dossiers", "Open dossiers that are past their time.") {
            Double($0.overdue)
        }
    }
}

/// Open dossiers that are past their time, by office. Every open dossier is looked at for them, now and then.
private final class OverdueFigures: Sendable {
    private let ageMax: Duration
    private let known = Mutex<(at: ContinuousClock.Instant, counts: [String: Int])?>(nil)

    init(ageMax: Duration) {
        self.ageMax = ageMax
    }

    func counts(_ database: CentralDatabase, at now: Timestamp) throws -> [String: Int] {
        if let known = known.withLock({ $0 }), known.at.duration(to: .now) < ageMax {
            return known.counts
        }
        let counts = try database.overdueCounts(at: now)
        known.withLock { $0 = (.now, counts) }
        return counts
    }
}

/// Reads the file on a thread and a connection of its own: exchanges do not wait for figures.
private final class FiguresReader: Sendable {
    private let queue = DispatchQueue(label: "central.figures")

    func read<R: Sendable>(
        _ path: String, _ body: @escaping @Sendable (CentralDatabase) throws -> R
    ) async throws -> R {
        try await withCheckedThrowingContinuation { continuation in
            queue.async {
                continuation.resume(
                    with: Result {
                        let database = try CentralDatabase(path: path)
                        defer { database.close() }
                        return try database.read { try body(database) }
                    })
            }
        }
    }
}
