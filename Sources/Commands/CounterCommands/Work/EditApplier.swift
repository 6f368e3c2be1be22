// Many edits. Lines are read first and then written a few hundred in one transaction: nothing waits
// for input with the replica locked, and a power cut loses at most one such group, whose lines had
// not been called stored.

internal import Causality
internal import Dossiers
internal import JSON
internal import SQLiteStore
internal import Replication
internal import Text

/// A line that failed, or that deserves a warning. Holds nothing of the line's content.
struct LineProblem: Error, Hashable {
    var line: Int
    var code: String
    var message: Message

    var json: JSONValue {
        .object([
            ("line", .integer(Int64(line))), ("code", .string(code)),
            ("message", .string(message.english)),
        ])
    }
}

/// What became of a file of edits, as far as it is on disk.
struct ApplyOutcome {
    /// Problems that are kept in full, of each sort; the rest is counted. Bounds memory.
    static let problemsMax = 10_000

    /// Lines that were handled, blank ones left out.
    private(set) var lines = 0
    /// The number of the last line that was handled.
    private(set) var lastLine = 0
    private(set) var applied = 0
    private(set) var failed = 0
    private(set) var warned = 0
    /// Lines of an export that were here already.
    private(set) var known = 0
    /// Lines of an export that wait for what this device has not seen.
    private(set) var waiting = 0
    /// Lines of an export of which some values could not stand.
    private(set) var narrowed = 0
    private(set) var errors: [LineProblem] = []
    private(set) var warnings: [LineProblem] = []
    /// Whether the rest was left alone because a line failed.
    var isStopped = false

    mutating func noteApplied(_ line: Int, unknownProcedure: Bool) {
        handle(line)
        applied += 1
        guard unknownProcedure else { return }
        warned += 1
        if warnings.count < Self.problemsMax {
            warnings.append(
                LineProblem(
                    line: line, code: "unknown_procedure",
                    message: Message(
                        "the procedure was taken; the catalog does not know it (yet)",
                        vi: "đã nhận thủ tục; danh mục (chưa) có thủ tục này")))
        }
    }

    mutating func noteFailed(_ problem: LineProblem) {
        handle(problem.line)
        failed += 1
        if errors.count < Self.problemsMax { errors.append(problem) }
    }

    mutating func noteKnown(_ line: Int) {
        handle(line)
        known += 1
    }

    mutating func noteWaiting(_ line: Int) {
        handle(line)
        waiting += 1
    }

    /// Notes values that could not stand, while the others of the line were written.
    mutating func noteNarrowed(_ line: Int, _ faults: [CarriedFault]) {
        noteApplied(line, unknownProcedure: false)
        narrowed += 1
        for fault in faults where errors.count < Self.problemsMax {
            let name = fault.write.name.rawValue
            errors.append(
                LineProblem(
                    line: line, code: fault.error.code,
                    message: Message("\(name) was left out: ", vi: "bỏ qua \(name): ")
                        + fault.error.message))
        }
    }

    private mutating func handle(_ line: Int) {
        lines += 1
        lastLine = line
    }

    /// `known`, `waiting` and `narrowed` are there for the lines of an export.
    var json: JSONValue {
        let members: [(String, JSONValue)] = [
            ("lines", .integer(Int64(lines))), ("applied", .integer(Int64(applied))),
            ("failed", .integer(Int64(failed))), ("errors", .array(errors.map(\.json))),
            ("warnings", .array(warnings.map(\.json))),
        ]
        guard known + waiting + narrowed > 0 else { return .object(members) }
        return .object(
            members + [
                ("known", .integer(Int64(known))), ("waiting", .integer(Int64(waiting))),
                ("narrowed", .integer(Int64(narrowed))),
            ])
    }
}

/// Writes edits to a replica, some hundred in one transaction, each whole or not at all.
struct EditApplier {
    private(set) var outcome = ApplyOutcome()
    private let database: CounterDatabase
    private let clock: any WallClock
    private let stopsOnError: Bool

    init(_ database: CounterDatabase, clock: any WallClock, stopsOnError: Bool) {
        self.database = database
        self.clock = clock
        self.stopsOnError = stopsOnError
    }

    /// Writes all lines; `outcome` says at any time what is on disk.
    ///
    /// - Throws: `StoreError` when the replica fails, `CommandFailure` when the file does.
    mutating func run(_ source: EditSource, progress: (ApplyOutcome) -> Void) throws {
        while !outcome.isStopped {
            let (group, isEnd, failure) = source.nextGroup()
            try write(group)
            progress(outcome)
            if let failure { throw failure }
            if isEnd { return }
        }
    }

    private mutating func write(_ group: [EditSource.Line]) throws {
        guard !group.isEmpty else { return }
        outcome = try database.write(now: clock.now()) { transaction in
            let edit = try CounterEdit(transaction)
            do {
                // One savepoint for all: one for each line is a tenth of the work.
                return try transaction.attempt {
                    try write(group, edit, transaction, isOneByOne: false)
                }
            } catch LineFailure.line {
                return try write(group, edit, transaction, isOneByOne: true)
            }
        }
    }

    /// Writes the lines of a group.
    ///
    /// - Parameter isOneByOne: whether a line that fails is undone alone.
    /// - Throws: `LineFailure.line` for a line that fails otherwise; what the store throws.
    private func write(
        _ group: [EditSource.Line], _ edit: CounterEdit, _ transaction: CounterWriteTransaction,
        isOneByOne: Bool
    ) throws -> ApplyOutcome {
        var news = outcome
        for line in group {
            do throws(LineFailure) {
                try Self.write(line, edit, transaction, isOneByOne: isOneByOne, &news)
                if stopsOnError, news.narrowed > outcome.narrowed {
                    news.isStopped = true
                    break
                }
            } catch {
                switch error {
                case .line(let problem) where isOneByOne: news.noteFailed(problem)
                case .line: throw error
                case .store(let error): throw error
                }
                news.isStopped = stopsOnError
                if stopsOnError { break }
            }
        }
        return news
    }

    private enum LineFailure: Error {
        case line(LineProblem)
        case store(any Error)
    }

    private static func write(
        _ line: EditSource.Line, _ edit: CounterEdit, _ transaction: CounterWriteTransaction,
        isOneByOne: Bool, _ news: inout ApplyOutcome
    ) throws(LineFailure) {
        func attempt<R>(_ body: () throws -> R) throws -> R {
            try isOneByOne ? transaction.attempt(body) : body()
        }
        do {
            switch line.content {
            case .failure(let problem): throw problem
            case .success(.edit(let content)):
                let isUnknown = try attempt {
                    try content.apply(with: edit, in: transaction).unknownProcedure != nil
                }
                news.noteApplied(line.number, unknownProcedure: isUnknown)
            case .success(.carried(let carried)):
                switch try attempt({ try edit.take(carried) }) {
                case .issued(let faults) where faults.isEmpty:
                    news.noteApplied(line.number, unknownProcedure: false)
                case .issued(let faults): news.noteNarrowed(line.number, faults)
                case .waits: news.noteWaiting(line.number)
                case .known: news.noteKnown(line.number)
                }
            }
        } catch let problem as LineProblem {
            throw .line(problem)
        } catch let error as StoreError where error.isOfOneEdit {
            throw .line(LineProblem(line: line.number, code: error.code, message: error.message))
        } catch let error as DossierError {
            // As the rules throw it; an attempt makes it the store's.
            throw .line(LineProblem(line: line.number, code: error.code, message: error.message))
        } catch is CatalogError {
            throw .line(
                LineProblem(line: line.number, code: CatalogRule.code, message: CatalogRule.words))
        } catch {
            throw .store(error)
        }
    }
}

extension EditLine {
    /// Makes the edit.
    func apply(with edit: CounterEdit, in transaction: CounterWriteTransaction) throws -> EditResult
    {
        switch action {
        case .new(let kind, let id, let writes, let additions):
            try CatalogRule.check(kind)
            return try edit.make(
                kind, id: id, writes: writes, additions: additions, at: at, by: by)
        case .set(let reference, let writes, let additions):
            return try CatalogRule.explaining(reference, transaction) {
                try edit.edit(reference, writes: writes, additions: additions, at: at, by: by)
            }
        case .note(let reference, let text):
            let note = FieldWrite(RecordSchema.notesField, .text(text))
            return try CatalogRule.explaining(reference, transaction) {
                try edit.edit(reference, writes: [], additions: [note], at: at, by: by)
            }
        }
    }
}
