/// Why a database may not be opened with this program's schema.
public enum MigrationError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The file is a database of something else: its application id is not ours, or it has
    /// tables and no application id.
    case notThisKindOfDatabase(found: Int32)
    /// A later release has migrated the file.
    case newerVersion(found: Int, known: Int)
    /// The file lacks migrations that a read-only connection cannot apply.
    case outOfDate(found: Int, known: Int)
    /// The migration applied at `position`, from 0, is not the one this program knows.
    case nameMismatch(position: Int, found: String, expected: String)
    /// A migration would leave rows of `table` that refer to nothing.
    case brokenReferences(migration: String, table: String)

    /// One line for an operator.
    public var description: String {
        switch self {
        case .notThisKindOfDatabase(let found):
            "the file is another kind of database (application id \(found))"
        case .newerVersion(let found, let known):
            "the file has schema version \(found), this program knows \(known): install the newer"
        case .outOfDate(let found, let known):
            "the file has schema version \(found), this program needs \(known): open it for writing"
        case .nameMismatch(let position, let found, let expected):
            "migration \(position) of the file is “\(found)”, not “\(expected)”"
        case .brokenReferences(let migration, let table):
            "migration “\(migration)” leaves broken references in table \(table)"
        }
    }
}
