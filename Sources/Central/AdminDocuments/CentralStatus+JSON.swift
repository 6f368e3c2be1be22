public import Administration
internal import Backups
internal import Causality
internal import Dossiers
public import JSON
internal import SQLiteStore
internal import Replication
public import Store

extension CentralStatus {
    /// The document of `central status --json`.
    public var json: JSONValue {
        let lastArrived = lastArrived
        let kinds = counts.map { count -> (String, JSONValue) in
            ("\(count.kind.name)s", .integer(Int64(count.count)))
        }
        let members: [(String, JSONValue)] = [
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
            ("backup", backup?.json ?? .null),
        ]
        return .object(kinds + members)
    }
}

extension EpochStanding {
    /// `{began, cause, noticedBy, recovering, recordsRecovered, devices, complete, …}`.
    public var json: JSONValue {
        .object(
            [
                ("began", ShownTime.json(epoch.began)), ("cause", .string(epoch.cause.rawValue)),
                ("noticedBy", epoch.noticedBy.map { .string($0.description) } ?? .null),
                ("recovering", .bool(epoch.isRecovering)),
                ("recordsRecovered", .integer(Int64(clamping: epoch.recordsRecovered))),
                ("devices", .integer(Int64(devices.count))),
                ("complete", .integer(Int64(arrived.count))),
            ] + epoch.missingMembers)
    }
}

extension CentralEpoch {
    /// What may be missing since the backup's day.
    public var missingMembers: [(String, JSONValue)] {
        [
            ("revocationsMayBeMissing", .bool(wantsRevocations)),
            ("erasuresMayBeMissing", .bool(wantsOrders)),
        ]
    }
}

extension ServingStatus {
    /// What is told of a serving central.
    public var json: JSONValue {
        .object([
            ("url", .string(url)), ("since", ShownTime.json(since)),
            ("processID", .integer(Int64(processID))),
            ("connectionsMax", .integer(Int64(connectionsMax))),
            ("connectionsPerAddressMax", .integer(Int64(connectionsPerAddressMax))),
            ("trustedProxies", .array(trustedProxies.map(JSONValue.string))),
            ("retention", retention.json),
            ("connections", .integer(Int64(connections))),
            ("waiting", .integer(Int64(waiting))),
            ("refused", .integer(Int64(refused))),
            ("droppedLogLines", .integer(Int64(droppedLogLines))),
        ])
    }
}

extension Retention {
    /// `{receiptMilliseconds, idleReceiptMilliseconds, sessionMilliseconds}`; null for any age.
    public var json: JSONValue {
        func span(_ milliseconds: Int64?) -> JSONValue {
            milliseconds.map { .integer($0) } ?? .null
        }
        return .object([
            ("receiptMilliseconds", span(receiptMilliseconds)),
            ("idleReceiptMilliseconds", span(idleReceiptMilliseconds)),
            ("sessionMilliseconds", span(sessionMilliseconds)),
        ])
    }

    /// What `json` wrote; what is missing is as where nobody sets it.
    public init(json: JSONValue) {
        self.init(
            receiptMilliseconds: json["receiptMilliseconds"]?.integerValue,
            idleReceiptMilliseconds: json["idleReceiptMilliseconds"]?.integerValue)
        sessionMilliseconds = json["sessionMilliseconds"]?.integerValue ?? sessionMilliseconds
    }
}
