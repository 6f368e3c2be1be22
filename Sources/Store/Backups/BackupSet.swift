// One backup: a folder named after its time, with a copy of the database, what stands beside it in the home,
// and a manifest that says what each file is to be (`Protocol/backup.md`).

public import Causality
public import Crypto
public import JSON
public import SQLiteStore
internal import Time

/// What the manifest of a set says.
public struct BackupSet: Equatable, Sendable {
    /// A file of the set.
    public struct File: Equatable, Sendable {
        /// Its name within the set.
        public var name: String
        /// Its bytes.
        public var byteCount: Int
        /// BLAKE2b-256 of them.
        public var hash: Hash256
    }

    static let manifestName = "manifest.json"
    /// The form of the manifest.
    private static let form: Int64 = 1

    /// The name of its folder: `2026-11-30T140000Z`.
    public var name: String
    /// Whose database it holds.
    public var role: DatabaseRole
    /// The version of the program that made it.
    public var version: String
    /// The schema of the database in it (`DatabaseRole.schemaVersion`).
    public var schema: Int
    /// When it was made, by the clock of the machine.
    public var made: Timestamp
    /// At central the position of the feed, at a counter the number of its own changes: it holds at least
    /// those.
    public var position: UInt64
    /// Whose set it is (`BackupPlan.series`); `nil` for a home that is nobody's yet.
    public var series: String?
    /// Its files, the database first.
    public var files: [File]

    /// All bytes of it.
    public var byteCount: Int { files.reduce(0) { $0 + $1.byteCount } }

    /// The name of a set that is made at a time.
    static func name(at time: Timestamp) -> String {
        RFC3339.string(milliseconds: time.milliseconds / 1000 * 1000, offsetMinutes: 0)
            .replacing(":", with: "")
    }

    /// Whether a folder of this name may be a set.
    static func isName(_ name: String) -> Bool {
        name.contains(#/^\d{4}-\d\d-\d\dT\d{6}Z(-\d+)?$/#)
    }

    /// What is told of it: its name, then its manifest.
    public var json: JSONValue {
        .object([JSONMember(name: "set", value: .string(name))] + (manifest.objectValue ?? []))
    }

    /// The manifest.
    var manifest: JSONValue {
        .object([
            ("form", .integer(Self.form)), ("program", .string(role.program)),
            ("version", .string(version)), ("schema", .integer(Int64(schema))),
            ("made", .string(OfficeTime.text(milliseconds: made.milliseconds))),
            ("position", .integer(Int64(clamping: position))),
            ("series", series.map(JSONValue.string) ?? .null),
            (
                "files",
                .array(
                    files.map { file in
                        .object([
                            ("name", .string(file.name)),
                            ("bytes", .integer(Int64(file.byteCount))),
                            ("blake2b256", .string(file.hash.description)),
                        ])
                    })
            ),
        ])
    }

    /// Reads a manifest; `nil` for one that this program does not understand.
    init?(name: String, manifest: JSONValue) {
        guard manifest["form"] == .integer(Self.form),
            let role = manifest["program"]?.stringValue.flatMap(DatabaseRole.init(program:)),
            let version = manifest["version"]?.stringValue,
            let schema = manifest["schema"]?.integerValue,
            let made = manifest["made"]?.stringValue.flatMap({ RFC3339.millisecondsSinceEpoch($0) }
            ),
            let position = manifest["position"]?.integerValue,
            let files = manifest["files"]?.arrayValue?.map(File.init(json:)),
            !files.contains(nil)
        else { return nil }
        self.init(
            name: name, role: role, version: version, schema: Int(clamping: schema),
            made: Timestamp(milliseconds: made.milliseconds),
            position: UInt64(clamping: position), series: manifest["series"]?.stringValue,
            files: files.compactMap(\.self))
    }

    init(
        name: String, role: DatabaseRole, version: String, schema: Int, made: Timestamp,
        position: UInt64, series: String?, files: [File] = []
    ) {
        (self.name, self.role, self.version, self.schema) = (name, role, version, schema)
        (self.made, self.position, self.series, self.files) = (made, position, series, files)
    }
}

extension BackupSet.File {
    fileprivate init?(json: JSONValue) {
        guard let name = json["name"]?.stringValue, !name.contains("/"), !name.hasPrefix("."),
            let bytes = json["bytes"]?.integerValue,
            let hash = json["blake2b256"]?.stringValue.flatMap(Hexadecimal.bytes)
                .flatMap({ Hash256(bytes: $0) })
        else { return nil }
        self.init(name: name, byteCount: Int(clamping: bytes), hash: hash)
    }
}

extension DatabaseRole {
    /// The program whose database it is.
    public var program: String {
        switch self {
        case .central: "central"
        case .counter: "counter"
        }
    }

    fileprivate init?(program: String) {
        switch program {
        case "central": self = .central
        case "counter": self = .counter
        default: return nil
        }
    }
}
