import Foundation
import Glibc
import SQLite
import Testing

/// A folder of one test, removed with it.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        var template = Array((NSTemporaryDirectory() + "/sqlite-XXXXXX").utf8CString)
        path = try template.withUnsafeMutableBufferPointer { buffer in
            let start = try #require(buffer.baseAddress.flatMap { mkdtemp($0) })
            return String(cString: start)
        }
    }

    deinit {
        // Cleanup: a folder left behind in the temporary folder harms nobody.
        try? FileManager.default.removeItem(atPath: path)
    }

    func file(_ name: String) -> String { "\(path)/\(name)" }

    func mode(of name: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: file(name))
        return try #require(attributes[.posixPermissions] as? Int)
    }
}

extension Connection {
    static func inMemory() throws -> Connection {
        try Connection(path: ":memory:", access: .create)
    }

    /// The integers of a query's first column.
    func integers(_ sql: String) throws -> [Int64] {
        let query = try statement(sql)
        var result: [Int64] = []
        while try query.step() { result.append(query.int64(0)) }
        return result
    }

    func insert(_ value: Int, into table: String = "t") throws {
        let insert = try statement("INSERT INTO \(table) VALUES (?)")
        try insert.bind(1, value)
        try insert.run()
    }
}

/// The `SQLiteError` that `body` throws; records an issue when it throws none.
func sqliteError(
    sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
) throws -> SQLiteError {
    try #require(
        #expect(throws: SQLiteError.self, sourceLocation: sourceLocation) { try body() },
        sourceLocation: sourceLocation)
}
