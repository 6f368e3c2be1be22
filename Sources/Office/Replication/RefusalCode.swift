/// Why a change was set aside (`Protocol/errors.md` §Refusals).
public enum RefusalCode: String, Hashable, Sendable {
    /// The record is another office's, or the change would put it there.
    case outOfScope = "out-of-scope"
    /// The record was handed over to another office, and the writer had seen it.
    case handedOver = "handed-over"
    /// The status cannot follow the one that the writer had seen.
    case illegalTransition = "illegal-transition"
    /// A field's value is outside its type or limits.
    case invalidField = "invalid-field"
    /// This central does not know the kind of record.
    case unknownKind = "unknown-kind"
    /// The change that would have made the record was refused.
    case noRecord = "no-record"
    /// The id is that of a record of another kind.
    case otherKind = "other-kind"
    /// A code of a newer central.
    case other
}
