public import Administration
internal import Causality
internal import Crypto
public import JSON
internal import SQLiteStore
internal import Store
internal import Text

extension DeviceList {
    /// One object for each identity.
    ///
    /// - Parameter onlyRevoked: those that are shut out alone.
    public func json(onlyRevoked: Bool = false) -> JSONValue {
        .array(devices.filter { !onlyRevoked || $0.state == .revoked }.map(json))
    }

    private func json(_ device: Device) -> JSONValue {
        func number(_ value: UInt64?) -> JSONValue {
            value.map { .integer(Int64(clamping: $0)) } ?? .null
        }
        return .object([
            ("device", .string(device.replica.description)),
            ("replica", .string(device.replica.description)),
            ("machine", .string(machine(of: device).description)),
            ("office", .string(device.office)),
            ("desk", .integer(device.desk)), ("name", .string(device.name)),
            ("state", .string(standing.word(for: device).rawValue)),
            ("enrolled", ShownTime.json(device.enrolledAt)),
            ("lastArrived", ShownTime.json(device.lastArrived)),
            ("lastSync", ShownTime.json(device.lastComplete)),
            ("lastExchange", ShownTime.json(device.lastExchange)),
            ("acceptedThrough", number(device.seq)), ("pending", number(device.pending)),
            ("refused", number(device.refused)), ("position", number(device.cursorPosition)),
            ("skewMilliseconds", device.skewMilliseconds.map { .integer($0) } ?? .null),
            ("syncRequested", .bool(device.isSyncRequested)),
            ("copyOf", device.copyOf.map { .string($0.description) } ?? .null),
            ("complete", .bool(arrival.isComplete(device))),
            ("standing", .string(arrival.text(device).english)),
            ("confirmed", .bool(arrival.isConfirmed(device))),
            ("confirmation", .string(arrival.confirmation(device).english)),
            ("enrolment", .string(device.enrolment.description)),
            ("cause", device.cause.map { .string($0.rawValue) } ?? .null),
            ("publicKey", .string(Hexadecimal.text(device.publicKey.bytes))),
            ("revoked", ShownTime.json(device.revokedAt)),
        ])
    }
}
