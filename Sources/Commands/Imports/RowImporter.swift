public import Causality
internal import Dossiers
public import SQLiteStore
internal import Replication
internal import Text

/// What became of a row.
public enum RowOutcome: String, CaseIterable, Sendable {
    /// A dossier was made.
    case made
    /// The dossier is here, with all that the row says.
    case known
    /// The dossier is here and says something else; it was left alone.
    case differs
    /// The dossier is here, and what the row says otherwise was written.
    case updated
    /// The row was not taken.
    case failed
}

/// How many rows came to what.
public struct ImportCounts: Sendable {
    /// Rows by outcome.
    public private(set) var counts: [RowOutcome: Int] = [:]

    /// Makes a count of nothing.
    public init() {}

    /// Rows with an outcome.
    public subscript(outcome: RowOutcome) -> Int { counts[outcome, default: 0] }

    /// All rows.
    public var total: Int { counts.values.reduce(0, +) }

    mutating func note(_ outcome: RowOutcome) { counts[outcome, default: 0] += 1 }
}

/// What an import of rows is to do.
public struct RowImportOptions: Sendable {
    /// Whether everything is checked and nothing written.
    public var isDryRun: Bool
    /// Whether what a row says otherwise than its dossier is written.
    public var updates: Bool
    /// Who does it.
    public var writer: String?

    /// Makes options.
    public init(isDryRun: Bool = false, updates: Bool = false, writer: String? = nil) {
        self.isDryRun = isDryRun
        self.updates = updates
        self.writer = writer
    }
}

/// Writes rows as dossiers, some hundred in one transaction, each whole or not at all. A row is known
/// again by its code, so that an import that was interrupted is begun anew and goes on where it was.
public struct RowImporter<Database: RoleDatabase> {
    /// Rows in one transaction: few enough that others do not wait long for the writer.
    private static var groupMax: Int { 500 }

    private let database: Database
    private let clock: any WallClock
    private let options: RowImportOptions
    private let door: (Database.Writing) throws -> RecordEdit<Database.Writing>
    /// Codes that a dry run would have made: they are rolled back with each group.
    private var tried: Set<String> = []
    /// What became of the rows so far.
    public private(set) var counts = ImportCounts()

    /// Makes an importer.
    ///
    /// - Parameter door: opens the way for edits: a counter's, or a session of central.
    public init(
        _ database: Database, clock: any WallClock, options: RowImportOptions,
        door: @escaping (Database.Writing) throws -> RecordEdit<Database.Writing>
    ) {
        self.database = database
        self.clock = clock
        self.options = options
        self.door = door
    }

    /// Takes all rows.
    ///
    /// - Parameters:
    ///   - note: is told what became of each row, once it is on disk.
    ///   - progress: is told after each group.
    /// - Throws: `StoreError` when the store fails, `FileError` when the file does; what was noted
    ///   before is on disk.
    public mutating func run(
        _ rows: inout ImportRows,
        note: (Result<ImportRow, RowFault>, RowOutcome, RowFault?) throws -> Void,
        progress: (ImportCounts) -> Void
    ) throws {
        while true {
            var group: [Result<ImportRow, RowFault>] = []
            while group.count < Self.groupMax, let row = try rows.next() { group.append(row) }
            if group.isEmpty { return }
            for (row, result) in zip(group, try write(group)) {
                counts.note(result.outcome)
                try note(row, result.outcome, result.fault)
            }
            progress(counts)
        }
    }

    private typealias Written = (outcome: RowOutcome, fault: RowFault?)

    private struct Undone: Error {
        var results: [Written]
    }

    private mutating func write(_ group: [Result<ImportRow, RowFault>]) throws -> [Written] {
        do {
            return try database.write(now: clock.now()) { transaction in
                let edit = try door(transaction)
                let results = try group.map { try written($0, edit, transaction) }
                if options.isDryRun { throw Undone(results: results) }
                return results
            }
        } catch let undone as Undone {
            for case (.success(let row), (.made, _)) in zip(group, undone.results) {
                tried.insert(CodeText.key(row.code))
            }
            return undone.results
        }
    }

    private func written(
        _ row: Result<ImportRow, RowFault>, _ edit: RecordEdit<Database.Writing>,
        _ transaction: Database.Writing
    ) throws -> Written {
        switch row {
        case .failure(let fault): return (.failed, fault)
        case .success(let row):
            if tried.contains(CodeText.key(row.code)) { return (.known, nil) }
            do {
                return (try transaction.attempt { try take(row, edit, transaction) }, nil)
            } catch is NoOffice {
                return (.failed, RowFault(noOfficeIn: row))
            } catch let error as StoreError where error.isOfOneEdit {
                return (
                    .failed,
                    RowFault(
                        line: row.line, bytes: row.bytes, code: error.code,
                        message: row.headings.reduce(error.message) { message, heading in
                            message.naming(heading.key, as: heading.value)
                        })
                )
            }
        }
    }

    private struct NoOffice: Error {}

    private func isOffice(_ write: FieldWrite) -> Bool {
        write.name == RecordSchema.officeField
    }

    /// Whether a dossier says what a row does: of codes, however they are written.
    private func says(_ write: FieldWrite, _ state: RecordState) -> Bool {
        let shown = state.shownValue(write.name)
        if shown == write.value { return true }
        guard let shown = shown?.text, let written = write.value.text else { return false }
        switch RecordSchema.definition(of: write.name, in: .dossier)?.type {
        case .code: return CodeText.key(shown) == CodeText.key(written)
        case _ where write.name == "procedure":
            return CodeText.procedureKeys(shown).last == CodeText.procedureKeys(written).last
        default: return false
        }
    }

    private func take(
        _ row: ImportRow, _ edit: RecordEdit<Database.Writing>,
        _ transaction: Database.Writing
    ) throws -> RowOutcome {
        let state: RecordState
        do {
            state = try transaction.find(.code(row.code)).state
        } catch StoreError.noSuchRecord {
            // Who writes for all offices says which.
            guard transaction.author?.office != nil || row.writes.contains(where: isOffice) else {
                throw NoOffice()
            }
            _ = try edit.make(
                .dossier, writes: row.writes, additions: row.additions, by: options.writer)
            return .made
        }
        let writes = row.writes.filter { !says($0, state) }
        let additions = row.additions.filter { addition in
            !state[addition.name].contains { $0.value == addition.value }
        }
        if writes.isEmpty, additions.isEmpty { return .known }
        guard options.updates else { return .differs }
        _ = try edit.edit(.id(state.id), writes: writes, additions: additions, by: options.writer)
        return .updated
    }
}

extension RowFault {
    /// At central every row says of which office it is.
    fileprivate init(noOfficeIn row: ImportRow) {
        self.init(
            line: row.line, bytes: row.bytes, code: "unknown_office",
            message: Message(
                "the row has no office: map a column to office, or give a constant",
                vi: "dòng không có cơ quan: ánh xạ một cột vào office, hoặc ghi trong constants"))
    }
}
