// What is written down of a write beside the record's state: at a counter in its log, at central in the
// log whose order is the feed's.

public import Causality
public import Crypto
public import Replication

/// What a row of the log is; stores keep the numbers.
public enum LogForm: Int64, Sendable {
    /// A change with its canonical bytes.
    case change = 1
    /// A refused change: its dot is void.
    case void = 2
    /// A mark that a record's whole state came in, by hand-over or repair. With bytes it is, at central,
    /// the state that an office held of a record which has left it; at a counter, values that an own
    /// change replaced.
    case state = 3
}

/// One row for the log.
public struct LogEntry: Hashable, Sendable {
    /// What it is.
    public var form: LogForm
    /// The change; `nil` of a state.
    public var dot: Dot?
    /// Whether the change made its record, so that the id is not in its bytes. Of a state: whether it
    /// was joined, so that the record holds more than its changes here give.
    public var isMaking: Bool
    /// The writer's chain hash after the change; unknown at a counter for others' changes.
    public var hash: Hash256?
    /// The canonical bytes.
    public var bytes: [UInt8]?

    /// Makes a row.
    public init(
        form: LogForm, dot: Dot? = nil, isMaking: Bool = false, hash: Hash256? = nil,
        bytes: [UInt8]? = nil
    ) {
        self.form = form
        self.dot = dot
        self.isMaking = isMaking
        self.hash = hash
        self.bytes = bytes
    }
}

extension LogEntry {
    /// The row without the values that were erased from its record.
    ///
    /// - Throws: `FormatError` when the bytes are no canonical change or state.
    public func erased(from record: RecordState) throws(FormatError) -> LogEntry {
        var left = self
        if let bytes { left.bytes = try Self.erased(bytes, form, from: record) }
        return left
    }

    /// The bytes of a row without the values that were erased from its record.
    ///
    /// - Throws: `FormatError` when the bytes are no canonical change or state.
    public static func erased(
        _ bytes: [UInt8], _ form: LogForm, from record: RecordState
    ) throws(FormatError) -> [UInt8] {
        guard let kept = record.keptFields else { return bytes }
        switch form {
        case .change, .void:
            return try Change(canonicalBytes: bytes).erased(keeping: kept).canonicalBytes
        case .state:
            // With the order: who reads it is not to take the values for replaced.
            return try RecordState(canonicalBytes: bytes).joined(with: record.erasureNotice)
                .canonicalBytes
        }
    }
}
