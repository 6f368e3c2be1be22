/// Names one change: the `seq`-th that `replica` ever made, counted from 1.
///
/// Source: Preguiça et al., "Dotted Version Vectors" (2012).
public struct Dot: Hashable, Comparable, Sendable {
    /// The replica that made the change.
    public let replica: ReplicaID
    /// Its place in that replica's hash chain; 1 is the first.
    public let seq: UInt64

    /// Makes the dot of a replica's `seq`-th change.
    public init(_ replica: ReplicaID, _ seq: UInt64) {
        self.replica = replica
        self.seq = seq
    }

    /// Orders by replica, then seq: the order of storage, without causal meaning.
    public static func < (left: Dot, right: Dot) -> Bool {
        left.replica == right.replica ? left.seq < right.seq : left.replica < right.replica
    }
}

extension Dot: CustomStringConvertible {
    /// `replica:seq`, the replica in hexadecimal.
    public var description: String { "\(replica):\(seq)" }
}
