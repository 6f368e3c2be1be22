/// A format that strangers' bytes come in, with the laws that hold for every input.
public enum FuzzFormat: String, CaseIterable, Sendable {
    /// Deterministic CBOR.
    case cbor
    /// Canonical changes.
    case change
    /// Canonical record states.
    case state
    /// Sync requests.
    case request
    /// Sync replies and the items in them.
    case reply
    /// Batches in columns.
    case columns
    /// Compressed bodies.
    case zstd
    /// JSON texts.
    case json
    /// Files of edits: lines of JSON.
    case edits
    /// Tables: rows of CSV.
    case csv
    /// Bundles: the head of a file, and the stream inside.
    case bundle
    /// What people type into fields.
    case typed

    /// Reads the input; traps when a law is broken. An input that is refused is a good answer.
    public func check(_ input: [UInt8]) {
        switch self {
        case .cbor: checkCBOR(input)
        case .change: checkChanges(input)
        case .state: checkStates(input)
        case .request: checkRequest(input)
        case .reply: checkReply(input)
        case .columns: checkColumns(input)
        case .zstd: checkCompression(input)
        case .json: checkJSON(input)
        case .edits: checkEdits(input)
        case .csv: checkTable(input)
        case .bundle: checkBundle(input)
        case .typed: checkTyped(input)
        }
    }
}

/// Traps with the law's words, which `preconditionFailure` would keep to itself in a release build.
func expect(_ holds: Bool, _ law: @autoclosure () -> String) {
    if !holds { fatalError("broken law: \(law())") }
}

/// What `read` returns, or `nil` when it refuses: a refusal of a stranger's bytes breaks no law.
func accepted<Value>(_ read: () throws -> Value) -> Value? {
    do { return try read() } catch { return nil }
}

/// What `read` returns for bytes that we wrote ourselves; traps when it refuses.
func required<Value>(_ law: String, _ read: () throws -> Value) -> Value {
    do { return try read() } catch { fatalError("broken law: \(law): \(error)") }
}
