// What follows from a device's key: its bearer token and its replica's number.

public import Causality
public import Crypto

/// A device's bearer token. The device makes its first one of the seed of its key and tells central its
/// hash when it asks for an identity, and later ones at random (`TokenReplacement`): it is never on the
/// wire but with a request, central's file does not hold it, and a request that is repeated late takes
/// it from nobody.
public struct BearerToken: Hashable, Sendable {
    /// The token as it is sent; secret.
    public let text: String

    /// The token of the device with this key: 64 hexadecimal digits.
    public init(of key: SigningKey) {
        let domain = Array("dossiersync bearer token 1".utf8)
        text = Hash256(hashing: domain + key.seed).description
    }

    /// A new token, at random, for a device that has one already.
    public init(_ random: any RandomSource) {
        text = Hexadecimal.text(random.bytes(Self.byteCount))
    }

    /// Bytes of a token, before they are written as hexadecimal digits: none is guessed.
    private static let byteCount = 32

    /// A token as it was sent.
    public init(text: String) {
        self.text = text
    }

    /// What central stores.
    public var hash: Hash256 { Hash256(hashing: Array(text.utf8)) }
}

extension ReplicaID {
    /// The replica of the device with this key: its first bytes, hashed. A request for an identity
    /// that is repeated, even to a central that was restored from a backup in between, gives the
    /// same.
    public init(of key: PublicKey) {
        let bytes = Hash256(hashing: key.bytes).bytes.prefix(8)
        let number = bytes.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        self.init(max(1, number >> 1))  // fits SQLite's and JSON's integers
    }
}
