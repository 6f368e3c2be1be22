public import Causality
public import Files
public import JSON
internal import Time

/// What a home knows of its backups: a small file beside the database. It says when the last good one was
/// made, not that it is still there.
public struct BackupNote: Equatable, Sendable {
    /// Where sets are made.
    public var folder: String
    /// How many are kept there; `nil` for all.
    public var retention: BackupRetention?
    /// The last good set.
    public var set: String
    /// When it was made.
    public var made: Timestamp
    /// Its bytes.
    public var byteCount: Int
    /// How long it took.
    public var milliseconds: Int64
    /// When a set was last restored aside and found to be sound; `nil` for never.
    public var verified: Timestamp?

    private static let name = "backups.json"

    /// Makes a note.
    public init(
        folder: String, retention: BackupRetention?, set: String, made: Timestamp, byteCount: Int,
        milliseconds: Int64, verified: Timestamp?
    ) {
        (self.folder, self.retention, self.set) = (folder, retention, set)
        (self.made, self.byteCount, self.milliseconds) = (made, byteCount, milliseconds)
        self.verified = verified
    }

    /// What a home knows; `nil` when no backup was ever made of it, or the note cannot be read.
    public init?(home: String) {
        guard let bytes = try? WholeFile.read(path: home + "/" + Self.name),
            let json = try? JSONValue(parsing: bytes), let folder = json["folder"]?.stringValue,
            let set = json["set"]?.stringValue, let made = json["made"]?.integerValue
        else { return nil }
        self.init(
            folder: folder,
            retention: json["keep"]?.stringValue.flatMap { BackupRetention($0) }, set: set,
            made: Timestamp(milliseconds: made),
            byteCount: Int(clamping: json["bytes"]?.integerValue ?? 0),
            milliseconds: json["milliseconds"]?.integerValue ?? 0,
            verified: json["verified"]?.integerValue.map { Timestamp(milliseconds: $0) })
    }

    /// Puts it into a home.
    ///
    /// - Throws: `FileError`.
    public func save(home: String) throws(FileError) {
        let json = JSONValue.object([
            ("folder", .string(folder)), ("keep", retention.map { .string($0.text) } ?? .null),
            ("set", .string(set)), ("made", .integer(made.milliseconds)),
            ("bytes", .integer(Int64(byteCount))), ("milliseconds", .integer(milliseconds)),
            ("verified", verified.map { .integer($0.milliseconds) } ?? .null),
        ])
        try WholeFile.replace(
            path: home + "/" + Self.name, with: json.serializedBytes(), isSynced: true)
    }
}

extension BackupNote {
    /// What is told of the last good backup: `{folder, set, made, bytes, keep, verified}`.
    public var json: JSONValue {
        func text(_ time: Timestamp?) -> JSONValue {
            time.map { .string(OfficeTime.text(milliseconds: $0.milliseconds)) } ?? .null
        }
        return .object([
            ("folder", .string(folder)), ("set", .string(set)), ("made", text(made)),
            ("bytes", .integer(Int64(byteCount))),
            ("keep", retention.map { .string($0.text) } ?? .null), ("verified", text(verified)),
        ])
    }
}
