/// How two version vectors stand to each other. Partial, so there is no `Comparable` here.
///
/// Source: Parker et al., "Detection of Mutual Inconsistency in Distributed Systems" (1983).
public enum CausalOrder: Sendable {
    /// Both have seen the same changes.
    case equal
    /// The left one has seen a strict subset.
    case before
    /// The left one has seen a strict superset.
    case after
    /// Each has seen a change that the other has not.
    case concurrent
}
