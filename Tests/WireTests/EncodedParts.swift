import CBOR
import Replication
import Testing
import Wire

/// An encoded map as its members, so that tests can also make what our writer never makes.
struct EncodedMap {
    /// The members: key and encoded value, in the order in which they stand.
    var members: [(key: [UInt8], value: [UInt8])]

    /// Takes a map with unsigned keys apart.
    init(_ bytes: [UInt8]) throws {
        let value = try CBORValue(decoding: bytes)
        guard case .map(let pairs) = value else {
            throw CBORError(.unexpectedType(expected: .map, found: .array), at: 0)
        }
        members = pairs.map { ($0.key.encoded(), $0.value.encoded()) }
    }

    /// The member of this key.
    subscript(key: UInt64) -> CBORValue? {
        get {
            let encoded = CBORValue.unsigned(key).encoded()
            return members.first { $0.key == encoded }.flatMap {
                // The value was encoded by `init`.
                try? CBORValue(decoding: $0.value)
            }
        }
        set {
            let encoded = CBORValue.unsigned(key).encoded()
            members.removeAll { $0.key == encoded }
            guard let newValue else { return }
            // Unsigned keys in the order of their encodings are in the order of their numbers.
            let place =
                members.firstIndex { encoded.lexicographicallyPrecedes($0.key) } ?? members.count
            members.insert((encoded, newValue.encoded()), at: place)
        }
    }

    /// The map put together again.
    var bytes: [UInt8] {
        var writer = CBORWriter()
        writer.writeMapHeader(count: members.count)
        for (key, value) in members {
            writer.writeRaw(key)
            writer.writeRaw(value)
        }
        return writer.bytes
    }
}

/// The items one after the other.
func encodedSequence(_ items: [FeedItem]) -> [UInt8] {
    var writer = CBORWriter()
    for item in items { item.encode(to: &writer) }
    return writer.bytes
}

/// The items of a sequence.
func decodedSequence(_ bytes: [UInt8]) throws -> [FeedItem] {
    var items: [FeedItem] = []
    try FeedItem.forEach(in: bytes) { items.append($0) }
    return items
}

/// What decoding says; `nil` when it succeeds.
func failure<R>(_ decode: () throws(SyncFailure) -> R) -> SyncFailure? {
    do throws(SyncFailure) {
        _ = try decode()
        return nil
    } catch {
        return error
    }
}

/// What decoding a sequence of items says; `nil` when it succeeds.
func failureOfItems(_ bytes: [UInt8]) -> (any Error)? {
    do {
        try FeedItem.forEach(in: bytes) { _ in }
        return nil
    } catch {
        return error
    }
}

/// Expects that bytes are refused as malformed, as this thing.
func expectMalformed(
    _ failure: (any Error)?, _ what: String, _ comment: Comment? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    guard case .malformed(what, _)? = failure as? SyncFailure else {
        Issue.record(
            "\(comment?.rawValue ?? "they") gave \(failure.map { "\($0)" } ?? "no failure")",
            sourceLocation: sourceLocation)
        return
    }
}
