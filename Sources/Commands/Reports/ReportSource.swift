internal import Glibc
internal import SQLiteStore
internal import SQLite

/// A database file to be reported: central's, or a counter's replica.
public struct ReportSource {
    /// The `application_id` of a counter's replica and of central (`Protocol/schema.md`).
    private static let roles: [Int64: DatabaseRole] = [
        0x4453_5952: .counter, 0x4453_5943: .central,
    ]

    private let path: String

    /// Names the file.
    public init(path: String) {
        self.path = path
    }

    /// Runs `body` on one consistent view of the file.
    ///
    /// - Throws: `ReportError`.
    public func read<R>(
        _ body: (any ReportedDatabase) throws(ReportError) -> R
    ) throws(ReportError) -> R {
        do {
            let database = try open()
            defer { database.close() }
            return try database.read { try body(database) }
        } catch {
            throw ReportError(error, path: path)
        }
    }

    /// Opens the file, after a look that changes nothing: an empty file would become a store.
    private func open() throws -> any ReportedDatabase {
        guard access(path, F_OK) == 0 else { throw ReportError.missing(path: path) }
        let connection = try Connection(path: path, access: .readOnly)
        defer { connection.close() }
        guard let role = Self.roles[try connection.pragmaInteger("application_id")] else {
            throw ReportError.notADossierDatabase(path: path)
        }
        return switch role {
        case .central: try CentralDatabase(path: path)
        case .counter: try CounterDatabase(path: path)
        }
    }
}
