internal import CommandLine
internal import Dossiers
internal import SQLiteStore
internal import Replication
internal import Text

/// An edit of the catalog, which a counter reads and does not write.
struct CatalogError: Error {}

/// A counter reads the catalog and does not write it.
enum CatalogRule {
    static let code = "catalog"
    static let words = Message(
        "offices, procedures and holidays are kept by the central office",
        vi: "danh mục cơ quan, thủ tục và ngày nghỉ do cơ quan trung tâm giữ")

    static var failure: CommandFailure {
        CommandFailure(
            .dataError, words,
            hint: Message(
                "ask the central office; the next sync brings it here",
                vi: "hãy hỏi cơ quan trung tâm; lần đồng bộ tới sẽ đưa về đây"))
    }

    /// Refuses to make an entry of the catalog.
    static func check(_ kind: RecordKind) throws(CatalogError) {
        if kind.isCatalog { throw CatalogError() }
    }

    /// Runs an edit of a record; says so when it failed because the record is of the catalog.
    static func explaining<R>(
        _ reference: RecordReference, _ transaction: CounterWriteTransaction, _ body: () throws -> R
    ) throws -> R {
        do {
            return try body()
        } catch StoreError.outOfScope {
            try check(try transaction.find(reference).state.kind)
            throw StoreError.outOfScope
        }
    }
}
