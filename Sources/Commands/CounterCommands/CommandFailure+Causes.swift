internal import CommandLine
internal import Dossiers
internal import SQLiteStore
internal import SQLite
internal import SharedCommands
internal import Text
internal import Wire

extension CommandFailure {
    /// Runs `body`; what store, domain and sync throw becomes a failure with an exit code.
    static func translating<R>(_ body: () throws -> R) throws -> R {
        do {
            return try body()
        } catch {
            throw translation(of: error)
        }
    }

    /// What an error means for a person and for the exit code; others stay what they are.
    static func translation(of error: any Error) -> any Error {
        switch error {
        case let error as StoreError: CommandFailure(error)
        case let error as SQLiteError: CommandFailure(StoreError.sqlite(error))
        case let error as DossierError: CommandFailure(StoreError.domain(error))
        case let error as SyncFailure: CommandFailure(error)
        case is CatalogError: CatalogRule.failure
        default: error
        }
    }

    /// A failure of the replica, or of what was asked of it.
    init(_ error: StoreError) {
        var hint = error.hint
        switch error {
        case .missing:
            hint =
                hint
                + Message(
                    ", or make a replica with: counter enrol URL --code C",
                    vi: ", hoặc tạo dữ liệu quầy bằng: counter enrol URL --code MÃ")
        case .engine(let error as SQLiteError) where error.cannotOpen && !error.isOutOfFiles:
            hint = Message(
                "check --home (or DOSSIER_HOME), and who may read and write there",
                vi: "kiểm tra --home (hoặc DOSSIER_HOME), và quyền đọc ghi")
        case .domain(.wrongType(let field, let expected)):
            hint = Message(
                "write \(expected); \(field)= clears the field",
                vi: "ghi đúng kiểu; \(field)= xóa trường")
        default: break
        }
        self.init(ExitCode(error), error.message, hint: hint)
    }
}
