import CBOR
import Causality
import Replication
import Testing

// Encoded items put together by hand, so that tests can also make what our writer never makes.

/// An encoded unsigned number.
func number(_ value: UInt64) -> [UInt8] {
    CBORValue.unsigned(value).encoded()
}

/// An encoded text.
func text(_ value: String) -> [UInt8] {
    CBORValue.text(value).encoded()
}

/// An encoded byte string of zeros.
func zeros(_ count: Int) -> [UInt8] {
    CBORValue.bytes([UInt8](repeating: 0, count: count)).encoded()
}

/// An array of encoded items.
func array(_ items: [UInt8]...) -> [UInt8] {
    var writer = CBORWriter()
    writer.writeArrayHeader(count: items.count)
    for item in items { writer.writeRaw(item) }
    return writer.bytes
}

/// A map of encoded keys and values, in the order given.
func map(_ members: ([UInt8], [UInt8])...) -> [UInt8] {
    map(members)
}

/// A map of encoded keys and values, in the order given.
func map(_ members: [([UInt8], [UInt8])]) -> [UInt8] {
    var writer = CBORWriter()
    writer.writeMapHeader(count: members.count)
    for (key, value) in members {
        writer.writeRaw(key)
        writer.writeRaw(value)
    }
    return writer.bytes
}

/// Encoded null.
let null: [UInt8] = [0xf6]

/// What decoding a change says; `nil` when it decodes.
func refusalOfChange(_ bytes: [UInt8]) -> FormatError? {
    do throws(FormatError) {
        _ = try Change(canonicalBytes: bytes)
        return nil
    } catch {
        return error
    }
}

/// What decoding a state says; `nil` when it decodes.
func refusalOfState(_ bytes: [UInt8]) -> FormatError? {
    do throws(FormatError) {
        _ = try RecordState(canonicalBytes: bytes)
        return nil
    } catch {
        return error
    }
}

extension FormatError {
    /// The case's name, as vectors carry it.
    var name: String {
        switch self {
        case .cbor: "cbor"
        case .member: "member"
        case .record: "record"
        case .order: "order"
        case .stamp: "stamp"
        case .tooLong: "long"
        }
    }
}

/// Bytes that are refused, and why.
struct Malformed: Sendable, CustomTestStringConvertible {
    var name: String
    var bytes: [UInt8]
    var fault: String

    init(_ name: String, _ bytes: [UInt8], _ fault: String) {
        self.name = name
        self.bytes = bytes
        self.fault = fault
    }

    var testDescription: String { name }
}
