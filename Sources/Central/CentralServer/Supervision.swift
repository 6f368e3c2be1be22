internal import Causality
internal import CentralEngine
public import Crypto
internal import Files
internal import HTTP
internal import HTTPServer
internal import JSON
internal import Wire

/// What those who run a central wish to be told, and when it is to take nothing more.
public struct Supervision: Sendable {
    /// Bytes free on the disk below which nothing is taken from devices: reading goes on.
    public var diskFloorBytes: UInt64 = CentralLimits.standard.freeBytesMin
    /// How old the last good backup may be before central is not ready; `nil` for any age.
    public var backupAgeMax: Duration?
    /// The hash of the token by which figures are read; `nil`: they are not told.
    public var metricsToken: Hash256?
    /// Limits of serving itself.
    public var limits = ServingLimits.standard
    /// What is counted while it serves.
    public let tally = ServingTally()

    /// With the limits that hold where nobody names others.
    public init() {}

    /// - Throws: `SyncFailure.diskLow`.
    func requireRoom(at path: String) throws(SyncFailure) {
        guard diskFloorBytes > 0, let free = Folder.freeByteCount(at: path),
            free < diskFloorBytes
        else { return }
        throw .diskLow
    }
}

extension Unreadiness {
    /// What helps, for whoever watches central.
    var hint: String {
        switch self {
        case .store: "see what central says on standard error, and run central verify"
        case .disk: "make room on central's disk, and see that it may be written to"
        case .recovery: "let all devices sync, then central recover --end; do not shut them out"
        }
    }
}

extension Supervision {
    /// The answer of `/v1/ready`: what hinders central, the worst first.
    func readiness(of node: FileCentral, _ backup: BackupAge) async -> HTTPResponse {
        let reason: (name: String, hint: String)
        if let found = await node.unreadiness(freeBytesMin: max(diskFloorBytes, 1)) {
            reason = (found.rawValue, found.hint)
        } else if let limit = backupAgeMax, !backup.isYounger(than: limit) {
            reason = (
                "backup", "central backup DIR; the last good one is too old, or there is none"
            )
        } else {
            return HTTPResponse(contentType: "application/json", text: #"{"status":"ready"}"#)
        }
        let document = JSONValue.object([
            ("type", "about:blank"), ("title", "central cannot do all its work now"),
            ("status", .integer(503)), ("hint", .string(reason.hint)),
            ("reason", .string(reason.name)),
        ])
        var response = HTTPResponse(
            status: 503, contentType: Problem.mediaType, text: document.serialized())
        response.headers.append("Retry-After", "\(limits.readinessRetrySeconds)")
        return response
    }
}

/// How old the last good backup of a home is.
struct BackupAge {
    /// When it was made; `nil` when none ever was.
    let made: Timestamp?
    let now: Timestamp

    func isYounger(than limit: Duration) -> Bool {
        guard let made else { return false }
        return now.milliseconds - made.milliseconds <= Int64(limit / .milliseconds(1))
    }
}
