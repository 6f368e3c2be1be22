internal import Replication
internal import SQLite

/// The same rows in a plain SQLite table: what all figures are measured against.
struct PlainTable {
    private let connection: Connection
    private let columns: [FieldName]

    init(path: String, columns: [FieldName]) throws {
        connection = try Connection(path: path, access: .create)
        try connection.configureForDurability()
        self.columns = columns
        let list = columns.map(\.rawValue).joined(separator: ", ")
        try connection.execute("CREATE TABLE plain(key INTEGER PRIMARY KEY, \(list))")
    }

    /// Inserts rows in transactions of `batch`.
    func insert(_ rows: [[FieldWrite]], batch: Int) throws {
        let places = (1...columns.count).map { "?\($0)" }.joined(separator: ", ")
        let list = columns.map(\.rawValue).joined(separator: ", ")
        let statement = try connection.statement(
            "INSERT INTO plain(\(list)) VALUES (\(places))")
        for start in stride(from: 0, to: rows.count, by: batch) {
            try connection.transaction {
                for row in rows[start..<min(start + batch, rows.count)] {
                    for place in 1...columns.count { try statement.bindNull(place) }
                    for write in row {
                        guard let place = columns.firstIndex(of: write.name) else { continue }
                        switch write.value {
                        case .text(let text): try statement.bind(place + 1, text)
                        case .integer(let number): try statement.bind(place + 1, number)
                        default: try statement.bindNull(place + 1)
                        }
                    }
                    try statement.run()
                }
            }
        }
    }

    /// Sets the status of rows 1…count, in transactions of `batch`.
    func update(count: Int, batch: Int) throws {
        let statement = try connection.statement("UPDATE plain SET status = ?2 WHERE key = ?1")
        for start in stride(from: 0, to: count, by: batch) {
            try connection.transaction {
                for key in start..<min(start + batch, count) {
                    try statement.bind(1, key + 1)
                    try statement.bind(2, "processing")
                    try statement.run()
                }
            }
        }
    }

    func close() {
        connection.close()
    }
}
