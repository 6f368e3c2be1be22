// The digest of a set of records: the sum of the BLAKE2b-256 hashes of their states' canonical
// bytes, in four 64-bit lanes with wrap-around. A sum does not depend on order, and a change costs
// one subtraction and one addition, so it is kept incrementally. Both ends of a sync compare it. It
// guards against faults; that no peer forges states is the business of authentication and the hash
// chain.

public import Crypto

/// An order-free digest of a set of record states.
public struct Digest: Hashable, Sendable {
    /// The sum of the record hashes.
    public private(set) var sum: SIMD4<UInt64>

    /// The digest of no records.
    public init() {
        sum = .zero
    }

    /// The digest of one record's state.
    public init(of state: RecordState) {
        sum = Hash256(hashing: state.canonicalBytes).lanes
    }

    /// Resumes a digest from its 32 bytes.
    public init(_ hash: Hash256) {
        sum = hash.lanes
    }

    /// The digest as 32 bytes.
    public var hash: Hash256 { Hash256(lanes: sum) }

    /// Adds all records of another digest.
    public mutating func formUnion(_ other: Digest) {
        sum &+= other.sum
    }

    /// Takes all records of another digest away.
    public mutating func subtract(_ other: Digest) {
        sum &-= other.sum
    }
}

extension Digest: CustomStringConvertible {
    /// Sixty-four hexadecimal digits.
    public var description: String { hash.description }
}

/// The digest of a scope and the number of records in it.
public struct ScopeDigest: Hashable, Sendable {
    /// The digest.
    public var digest: Digest
    /// The records it was taken over.
    public var recordCount: Int64

    /// A scope's digest.
    public init(digest: Digest, recordCount: Int64) {
        self.digest = digest
        self.recordCount = recordCount
    }
}
