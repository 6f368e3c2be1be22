// How a forked device takes a new identity (`Protocol/sync.md` §New identity).

internal import CBOR
public import Causality
public import Crypto
internal import Replication

/// What a device asks for when another copy of it has synced other changes.
public struct Rotation: Hashable, Sendable {
    /// The public half of its new key, 32 bytes; the same key gets the same identity again.
    public var publicKey: [UInt8]
    /// The hash of the bearer token that it will send.
    public var tokenHash: Hash256
    /// Places of its own chain: central says through which of them it has the same changes.
    public var probes: [ChainEnd]
    /// The device's proof, by the key that it has, that it is to go on under the new one.
    public var signature: [UInt8]

    /// Asks for an identity.
    ///
    /// - Parameters:
    ///   - key: the new key.
    ///   - former: the replica that the device is, and its key.
    public init(
        key: SigningKey, after former: ReplicaID, signedBy formerKey: SigningKey,
        probes: [ChainEnd]
    ) {
        let succession = Succession(of: former, by: key)
        publicKey = succession.publicKey
        tokenHash = succession.tokenHash
        signature = succession.signature(by: formerKey)
        self.probes = probes
    }

    /// Whether the holder of this key, who is this replica, has asked for it.
    public func isSigned(by key: PublicKey, of former: ReplicaID) -> Bool {
        Succession(former: former, publicKey: publicKey, tokenHash: tokenHash)
            .isSigned(signature, by: key)
    }
}

/// The identity that central gives.
public struct NewIdentity: Hashable, Sendable {
    /// The new replica.
    public var replica: ReplicaID
    /// Its number within the office.
    public var desk: Int64
    /// The highest probe that central's chain of the old replica confirms; 0 when none.
    public var confirmedSeq: UInt64

    /// Makes an identity.
    public init(replica: ReplicaID, desk: Int64, confirmedSeq: UInt64) {
        self.replica = replica
        self.desk = desk
        self.confirmedSeq = confirmedSeq
    }
}

extension Rotation {
    func encode(to writer: inout CBORWriter) {
        writer.writeArrayHeader(count: 4)
        writer.writeBytes(publicKey)
        tokenHash.withBytes { writer.writeBytes($0) }
        writer.writeArrayHeader(count: probes.count)
        for probe in probes { NumberedHash.encode(probe.seq, probe.hash, to: &writer) }
        writer.writeBytes(signature)
    }

    init(from reader: inout CBORReader) throws {
        guard try reader.readArrayHeader() == 4 else { throw FormatError.member }
        publicKey = try reader.readBytes()
        guard publicKey.count == PublicKey.byteCount,
            let tokenHash = Hash256(bytes: try reader.readBytesSlice())
        else { throw FormatError.member }
        self.tokenHash = tokenHash
        let count = try reader.readArrayHeader()
        guard count <= WireLimits.probesMax else { throw FormatError.member }
        probes = []
        for _ in 0..<count {
            let (seq, hash) = try NumberedHash.decode(from: &reader)
            probes.append(ChainEnd(seq: seq, hash: hash))
        }
        signature = try reader.readBytes()
        guard signature.count == SigningKey.signatureByteCount else { throw FormatError.member }
    }
}

extension NewIdentity {
    func encode(to writer: inout CBORWriter) {
        writer.writeArrayHeader(count: 3)
        writer.writeUnsigned(replica.rawValue)
        writer.writeInteger(desk)
        writer.writeUnsigned(confirmedSeq)
    }

    init(from reader: inout CBORReader) throws {
        guard try reader.readArrayHeader() == 3 else { throw FormatError.member }
        replica = ReplicaID(try reader.readUnsigned())
        desk = try reader.readInteger()
        confirmedSeq = try reader.readUnsigned()
        guard replica.rawValue > 0, WireLimits.desks.contains(desk),
            confirmedSeq <= Limits.seqMax
        else { throw FormatError.member }
    }
}
