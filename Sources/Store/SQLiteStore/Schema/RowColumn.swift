// Tables of which each row is one value: a column is written out once, with its name, how it is written and
// how it is read, and the statements follow from the list.

internal import Causality
internal import Crypto
internal import SQLite
internal import Store

/// A column of a table whose rows are values of one type.
struct RowColumn<Value>: Sendable {
    let name: String
    /// Writes it to a place of a statement.
    let bind: @Sendable (Value, Statement, Int) throws -> Void
    /// Reads it from a column of a row.
    let read: @Sendable (inout Value, Statement, Int) throws -> Void

    init(
        _ name: String, bind: @escaping @Sendable (Value, Statement, Int) throws -> Void,
        read: @escaping @Sendable (inout Value, Statement, Int) throws -> Void
    ) {
        self.name = name
        self.bind = bind
        self.read = read
    }
}

extension RowColumn {
    /// What one column has a place for, `nil` for a column that is empty.
    typealias Path<Content> = WritableKeyPath<Value, Content> & Sendable

    static func text(_ name: String, _ path: Path<String>) -> RowColumn {
        RowColumn(name) {
            try $1.bind($2, $0[keyPath: path])
        } read: {
            $0[keyPath: path] = $1.text($2)
        }
    }

    static func text(_ name: String, _ path: Path<String?>) -> RowColumn {
        RowColumn(name) {
            try $1.bind($2, $0[keyPath: path])
        } read: {
            $0[keyPath: path] = $1.textOrNil($2)
        }
    }

    static func bytes(_ name: String, _ path: Path<[UInt8]>) -> RowColumn {
        RowColumn(name) {
            try $1.bind($2, $0[keyPath: path])
        } read: {
            $0[keyPath: path] = $1.bytes($2)
        }
    }

    static func bytes(_ name: String, _ path: Path<[UInt8]?>) -> RowColumn {
        RowColumn(name) {
            try $1.bind($2, $0[keyPath: path])
        } read: {
            $0[keyPath: path] = $1.bytesOrNil($2)
        }
    }

    static func number(_ name: String, _ path: Path<Int64>) -> RowColumn {
        RowColumn(name) {
            try $1.bind($2, $0[keyPath: path])
        } read: {
            $0[keyPath: path] = $1.int64($2)
        }
    }

    static func number(_ name: String, _ path: Path<Int64?>) -> RowColumn {
        RowColumn(name) {
            try $1.bind($2, $0[keyPath: path])
        } read: {
            $0[keyPath: path] = $1.int64OrNil($2)
        }
    }

    static func count(_ name: String, _ path: Path<UInt64>) -> RowColumn {
        RowColumn(name) {
            try $1.bind($2, Int64(clamping: $0[keyPath: path]))
        } read: {
            $0[keyPath: path] = UInt64(clamping: $1.int64($2))
        }
    }

    static func count(_ name: String, _ path: Path<UInt64?>) -> RowColumn {
        RowColumn(name) {
            try $1.bind($2, $0[keyPath: path].map { Int64(clamping: $0) })
        } read: {
            $0[keyPath: path] = $1.int64OrNil($2).map { UInt64(clamping: $0) }
        }
    }

    static func flag(_ name: String, _ path: Path<Bool>) -> RowColumn {
        RowColumn(name) {
            try $1.bind($2, $0[keyPath: path] ? 1 : 0)
        } read: {
            $0[keyPath: path] = $1.int64($2) != 0
        }
    }

    static func time(_ name: String, _ path: Path<Timestamp>) -> RowColumn {
        RowColumn(name) {
            try $1.bind($2, $0[keyPath: path].milliseconds)
        } read: {
            $0[keyPath: path] = Timestamp(milliseconds: $1.int64($2))
        }
    }

    static func time(_ name: String, _ path: Path<Timestamp?>) -> RowColumn {
        RowColumn(name) {
            try $1.bind($2, $0[keyPath: path]?.milliseconds)
        } read: {
            $0[keyPath: path] = $1.int64OrNil($2).map(Timestamp.init(milliseconds:))
        }
    }

    static func replica(_ name: String, _ path: Path<ReplicaID>) -> RowColumn {
        RowColumn(name) {
            try $1.bind($2, Int64(bitPattern: $0[keyPath: path].rawValue))
        } read: {
            $0[keyPath: path] = ReplicaID(UInt64(bitPattern: $1.int64($2)))
        }
    }

    static func replica(_ name: String, _ path: Path<ReplicaID?>) -> RowColumn {
        RowColumn(name) {
            try $1.bind($2, $0[keyPath: path].map { Int64(bitPattern: $0.rawValue) })
        } read: {
            $0[keyPath: path] = $1.int64OrNil($2).map { ReplicaID(UInt64(bitPattern: $0)) }
        }
    }

    /// - Parameter table: what is named as damaged when the bytes are no hash.
    static func hash(_ name: String, _ path: Path<Hash256>, of table: String) -> RowColumn {
        RowColumn(name) {
            try $1.bind($2, $0[keyPath: path].bytes)
        } read: {
            guard let hash = Hash256(bytes: $1.bytes($2)) else {
                throw StoreError.damaged(table: table, key: $1.int64(0))
            }
            $0[keyPath: path] = hash
        }
    }

    static func hash(_ name: String, _ path: Path<Hash256?>) -> RowColumn {
        RowColumn(name) {
            try $1.bind($2, $0[keyPath: path]?.bytes)
        } read: {
            $0[keyPath: path] = $1.bytesOrNil($2).flatMap { Hash256(bytes: $0) }
        }
    }
}

/// What the number of a row becomes that has none yet: the next one.
///
/// - Parameter place: of the number in the statement; `NULL` for none.
func numberOrNext(of table: String, at place: Int) -> String {
    "coalesce(?\(place), (SELECT coalesce(max(number), 0) + 1 FROM \(table)))"
}

extension Array {
    /// The names of the columns, in order.
    func names<Value>() -> String where Element == RowColumn<Value> {
        map(\.name).joined(separator: ", ")
    }

    /// The places of the columns from one on, in order.
    func places<Value>(from first: Int = 1) -> String where Element == RowColumn<Value> {
        (first..<first + count).map { "?\($0)" }.joined(separator: ", ")
    }

    /// The columns as `name = ?n`, in order, for an UPDATE.
    func settings<Value>() -> String where Element == RowColumn<Value> {
        enumerated().map { "\($1.name) = ?\($0 + 1)" }.joined(separator: ", ")
    }

    /// Writes a value to the places of a statement from one on.
    func bind<Value>(
        _ value: Value, to statement: Statement, from first: Int = 1
    ) throws where Element == RowColumn<Value> {
        for (index, column) in enumerated() {
            try column.bind(value, statement, first + index)
        }
    }

    /// Reads a value from a row, from a column on, in the place of another.
    func read<Value>(
        into value: inout Value, from statement: Statement, at first: Int = 0
    ) throws where Element == RowColumn<Value> {
        for (index, column) in enumerated() { try column.read(&value, statement, first + index) }
    }
}
