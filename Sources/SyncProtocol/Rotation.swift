// How a forked device takes a new identity (`Protocol/sync-v1.md` §New identity).

internal import CBOR
public import Causality
internal import Crypto
internal import Replication

/// What a device asks for when another copy of it has synced other changes.
public struct Rotation: Hashable, Sendable {
    /// The public half of its new key, 32 bytes; the same key gets the same identity again.
    public var publicKey: [UInt8]
    /// Places of its own chain: central says through which of them it has the same changes.
    public var probes: [ChainEnd]

    /// Asks for an identity.
    public init(publicKey: [UInt8], probes: [ChainEnd]) {
        self.publicKey = publicKey
        self.probes = probes
    }
}

/// The identity that central gives.
public struct NewIdentity: Hashable, Sendable {
    /// The new replica.
    public var replica: ReplicaID
    /// Its number within the office.
    public var desk: Int64
    /// Its bearer token; secret.
    public var token: String
    /// The highest probe that central's chain of the old replica confirms; 0 when none.
    public var confirmedSeq: UInt64

    /// Makes an identity.
    public init(replica: ReplicaID, desk: Int64, token: String, confirmedSeq: UInt64) {
        self.replica = replica
        self.desk = desk
        self.token = token
        self.confirmedSeq = confirmedSeq
    }
}

extension Rotation {
    func encode(to writer: inout CBORWriter) {
        writer.writeArrayHeader(count: 2)
        writer.writeBytes(publicKey)
        writer.writeArrayHeader(count: probes.count)
        for probe in probes { NumberedHash.encode(probe.seq, probe.hash, to: &writer) }
    }

    init(from reader: inout CBORReader) throws {
        guard try reader.readArrayHeader() == 2 else { throw FormatError.member }
        publicKey = try reader.readBytes()
        guard publicKey.count == PublicKey.byteCount else { throw FormatError.member }
        let count = try reader.readArrayHeader()
        guard count <= WireLimits.probesMax else { throw FormatError.member }
        probes = []
        for _ in 0..<count {
            let (seq, hash) = try NumberedHash.decode(from: &reader)
            probes.append(ChainEnd(seq: seq, hash: hash))
        }
    }
}

extension NewIdentity {
    func encode(to writer: inout CBORWriter) {
        writer.writeArrayHeader(count: 4)
        writer.writeUnsigned(replica.rawValue)
        writer.writeInteger(desk)
        writer.writeText(token)
        writer.writeUnsigned(confirmedSeq)
    }

    init(from reader: inout CBORReader) throws {
        guard try reader.readArrayHeader() == 4 else { throw FormatError.member }
        replica = ReplicaID(try reader.readUnsigned())
        desk = try reader.readInteger()
        token = try reader.readText()
        confirmedSeq = try reader.readUnsigned()
        guard replica.rawValue > 0, WireLimits.desks.contains(desk), !token.isEmpty,
            confirmedSeq <= Limits.seqMax
        else { throw FormatError.member }
    }
}
