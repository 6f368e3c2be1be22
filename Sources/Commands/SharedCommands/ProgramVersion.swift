public import SQLiteStore
internal import Wire

/// The version of both programs, in its one place: packages take it from here too.
public enum ProgramVersion {
    /// Major, minor, patch: a program reads what one of the same major wrote.
    public static let number = "1.0.0"

    /// What `--version` prints after the program's name: `1.0.0 (protocol 2.0, schema 19)`.
    public static func text(of role: DatabaseRole) -> String {
        "\(number) (protocol \(WireLimits.version).\(WireLimits.revision), schema \(role.schemaVersion))"
    }
}
