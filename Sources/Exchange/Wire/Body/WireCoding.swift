internal import CBOR
internal import Replication

/// Collects the members of a map with ascending unsigned keys, then writes them with their count.
struct MapWriter {
    private var members: CBORWriter
    private var count = 0

    init(capacity: Int) {
        members = CBORWriter(capacity: capacity)
    }

    mutating func add(_ key: UInt64, _ write: (inout CBORWriter) -> Void) {
        count += 1
        members.writeUnsigned(key)
        write(&members)
    }

    mutating func add<Value>(
        _ key: UInt64, _ value: Value?, _ write: (inout CBORWriter, Value) -> Void
    ) {
        guard let value else { return }
        add(key) { write(&$0, value) }
    }

    func encoded() -> [UInt8] {
        var whole = CBORWriter(capacity: members.bytes.count + 3)
        whole.writeMapHeader(count: count)
        whole.writeRaw(members.bytes)
        return whole.bytes
    }
}

enum RecordIDs {
    static func encode(_ ids: [RecordID], to writer: inout CBORWriter) {
        writer.writeArrayHeader(count: ids.count)
        for id in ids { id.withBytes { writer.writeBytes($0) } }
    }

    static func decode(from reader: inout CBORReader, _ budget: WireBudget) throws -> [RecordID] {
        let count = try reader.readArrayHeader()
        guard count <= budget.listedRecordsMax else { throw FormatError.member }
        var ids: [RecordID] = []
        for _ in 0..<count {
            guard let id = RecordID(bytes: try reader.readBytesSlice()) else {
                throw FormatError.record
            }
            ids.append(id)
        }
        return ids
    }
}

/// What is read, and so who wrote it.
enum WireMessage: String {
    case request, reply

    /// A version that is not read here, told as who of the two has which.
    func refusal(of version: UInt64) -> SyncFailure {
        switch self {
        case .request: .unsupportedVersion(counter: version, central: WireLimits.version)
        case .reply: .unsupportedVersion(counter: WireLimits.version, central: version)
        }
    }
}

enum WireDecoding {
    /// Reads the version, refuses one that is not among `versions`, then lets `decode` read the map
    /// from its start.
    static func decode<R>(
        _ bytes: [UInt8], as message: WireMessage, versions: ClosedRange<UInt64>,
        within budget: WireBudget, _ decode: (inout CBORReader, UInt64) throws -> R
    ) throws(SyncFailure) -> R {
        do {
            return try bytes.withUnsafeBytes { buffer in
                let version = try version(in: buffer)
                guard versions.contains(version) else { throw message.refusal(of: version) }
                var reader = CBORReader(buffer, within: budget.envelope)
                let result = try decode(&reader, version)
                guard reader.isAtEnd else {
                    throw CBORError(.trailingBytes, at: reader.offset)
                }
                return result
            }
        } catch let failure as SyncFailure {
            throw failure
        } catch {
            throw .malformed(what: message.rawValue, reason: "\(error)")
        }
    }

    /// The version stands under key 0, which is first in every request and reply of any version.
    private static func version(in buffer: UnsafeRawBufferPointer) throws -> UInt64 {
        var reader = CBORReader(buffer)
        guard try reader.readMapHeader() > 0, try reader.readUnsigned() == 0 else {
            throw FormatError.member
        }
        return try reader.readUnsigned()
    }
}
