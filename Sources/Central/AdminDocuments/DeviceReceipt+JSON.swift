internal import Causality
internal import Crypto
public import JSON
internal import Replication
public import Store

extension DeviceReceipt {
    /// The line of `receipts --json`.
    public func json(_ device: Device?) -> JSONValue {
        func number(_ value: UInt64) -> JSONValue { .integer(Int64(clamping: value)) }
        let place: JSONValue = position.map { .integer(Int64(clamping: $0)) } ?? .null
        let skew: JSONValue = skewMilliseconds.map { .integer($0) } ?? .null
        let sum: JSONValue = digest.map { .string($0.description) } ?? .null
        let sync: [(String, JSONValue)] = [
            ("number", .integer(self.number)), ("device", .string(self.device.description)),
            ("office", device.map { .string($0.office) } ?? .null),
            ("desk", device.map { .integer($0.desk) } ?? .null),
            ("complete", .bool(isComplete)), ("began", ShownTime.json(began)),
            ("ended", ShownTime.json(ended)), ("times", number(times)),
            ("epoch", .string("\(epoch)")),
        ]
        let work: [(String, JSONValue)] = [
            ("durableBefore", number(durableBefore)), ("durable", number(durable)),
            ("durableHash", .string(durableHash.description)), ("accepted", number(accepted)),
            ("refused", number(refused)), ("held", number(pending)), ("sent", number(sent)),
            ("unconfirmed", number(unconfirmed)), ("toSend", number(remaining)),
            ("exchanges", number(exchanges)), ("position", place), ("skewMilliseconds", skew),
            ("digest", sum),
        ]
        return .object(sync + work)
    }
}
