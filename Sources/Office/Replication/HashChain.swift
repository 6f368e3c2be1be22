// Each replica's changes form a hash chain:
//
//     h(0) = 32 zero bytes,  h(n) = BLAKE2b-256(h(n-1) ‖ BLAKE2b-256(canonical bytes of change n))
//
// Two replicas that agree on h(n) hold the same n changes. The inner hash stands in for a change
// whose content was erased by law, so the chain still verifies.

public import Crypto

/// The end of one replica's hash chain.
public struct HashChain: Hashable, Sendable {
    /// The seq of the last change; 0 before the first.
    public private(set) var seq: UInt64
    /// The hash after it.
    public private(set) var hash: Hash256

    /// Resumes a chain.
    public init(seq: UInt64 = 0, hash: Hash256 = .zero) {
        self.seq = seq
        self.hash = hash
    }

    /// Adds a change by its canonical bytes.
    public mutating func append(_ canonicalBytes: [UInt8]) {
        append(innerHash: Hash256(hashing: canonicalBytes))
    }

    /// Adds a change by its canonical bytes.
    public mutating func append(_ canonicalBytes: UnsafeRawBufferPointer) {
        append(innerHash: Hash256(hashing: canonicalBytes))
    }

    /// Adds a change by the hash of its canonical bytes.
    public mutating func append(innerHash: Hash256) {
        hash = hash.chained(with: innerHash)
        seq += 1
    }
}
