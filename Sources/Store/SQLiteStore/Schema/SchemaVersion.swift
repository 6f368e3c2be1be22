extension DatabaseRole {
    /// How many migrations this program knows: `user_version` of a file that is up to date. A file with
    /// more of them is a newer program's.
    public var schemaVersion: Int { migrations.count }
}
