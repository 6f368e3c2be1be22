// What the commands of a dossier's life share: one step is one change, which moves the status and
// writes what belongs to that status.

internal import Causality
internal import CommandLine
internal import Dossiers
internal import JSON
internal import SQLiteStore
internal import Replication
internal import Text

/// A step in a dossier's life.
struct WorkStep {
    /// The status that it leads to; `nil` when it leaves the status as it is.
    var status: DossierStatus?
    /// Fields that it writes.
    var writes: [FieldWrite] = []
    /// Entries that it adds.
    var additions: [FieldWrite] = []

    /// Adds a text to the notes, unless it is empty.
    mutating func note(_ text: String?) {
        guard let text = text.map(Folding.trimmed), !text.isEmpty else { return }
        additions.append(FieldWrite(RecordSchema.notesField, .text(text)))
    }
}

/// What became of a step.
struct StepAnswer {
    var edit: EditAnswer
    var past: DossierStatus?
    var next: DossierStatus?
    var deadline: ShownDeadline?
    /// What it was before the step.
    var pastDeadline: ShownDeadline?

    /// That the promised day moves, when it does.
    var movedDeadline: Message? {
        guard let past = pastDeadline, let deadline, deadline.deadline.due != past.deadline.due
        else {
            return nil
        }
        return Message("the promised day moves by it, from ", vi: "ngày hẹn trả đổi theo, từ ")
            + past.time + Message(" to ", vi: " sang ") + deadline.time
            + Message(": tell the applicant", vi: ": báo cho người nộp")
    }

    var json: JSONValue {
        var members = edit.json.objectValue ?? []
        members.append(
            JSONMember(name: "status", value: next.map { .string($0.rawValue) } ?? .null))
        members.append(JSONMember(name: "deadline", value: deadline?.json ?? .null))
        if movedDeadline != nil {
            members.append(JSONMember(name: "deadlineBefore", value: pastDeadline?.json ?? .null))
        }
        return .object(members)
    }

    /// Says what was done: from which status to which, and when the dossier is due.
    func print(_ invocation: Invocation, also lines: [Message] = []) throws {
        if invocation.has("--json") {
            try invocation.printJSON(json)
            return
        }
        let name = TerminalSafe.text(ShownText.name(of: edit.record))
        if let past, let next, past != next {
            try invocation.say(
                Message(verbatim: "\(name): ") + past.title + Message(verbatim: " → ") + next.title)
        } else if let next {
            try invocation.say(Message(verbatim: "\(name): ") + next.title)
        }
        for line in lines { try invocation.say(line) }
        if let deadline, next?.isEnd != true { try invocation.say(deadline.line) }
        try edit.print([], invocation)
    }
}

extension CounterContext {
    /// Makes one step with a dossier, as one change.
    ///
    /// - Parameters:
    ///   - named: the dossier; else the invocation's argument `RECORD` names it.
    ///   - step: makes the step from the dossier's state and the time at which it happens.
    func take(
        _ invocation: Invocation, _ named: RecordReference? = nil,
        _ step: (RecordState, Timestamp) throws -> WorkStep
    ) throws -> StepAnswer {
        let reference = try named ?? invocation.reference()
        let at = try invocation.time(self)
        let by = try invocation.writer(self)
        return try edit(invocation) { edit, transaction in
            let state = try transaction.find(reference).state
            guard state.kind == .dossier else {
                throw CommandFailure(
                    .dataError,
                    Message("this record is no dossier", vi: "bản ghi này không phải là hồ sơ"))
            }
            let past = state.status
            var step = try step(state, at ?? transaction.now)
            if let status = step.status {
                guard status != past else {
                    throw CommandFailure(
                        .dataError,
                        Message("the dossier is there already: ", vi: "hồ sơ đã ở trạng thái: ")
                            + status.title)
                }
                step.writes.append(FieldWrite(RecordSchema.statusField, .text(status.rawValue)))
            }
            // Another office may have other hours.
            let pastDeadline =
                step.writes.contains { $0.name == RecordSchema.officeField }
                ? ShownDeadline(state, try transaction.deadlineBook(), now: transaction.now) : nil
            let result = try edit.edit(
                reference, writes: step.writes, additions: step.additions, at: at, by: by)
            var answer = try StepAnswer(
                EditAnswer(result, transaction), past: past, transaction, now: transaction.now)
            answer.pastDeadline = pastDeadline
            return answer
        }
    }
}

extension CounterContext {
    /// Makes one step with each of the dossiers that are named, each as one change of its own: what one
    /// cannot take keeps none of the others back.
    ///
    /// - Parameter words: the dossiers; else the invocation's arguments `RECORD` name them.
    /// - Returns: the exit code of the first that failed.
    func takeEach(
        _ invocation: Invocation, _ words: [String]? = nil,
        also lines: (ShownRecord) -> [Message] = { _ in [] },
        _ step: (RecordState, Timestamp) throws -> WorkStep
    ) throws -> ExitCode {
        try each(of: try invocation.references(words), invocation) { reference in
            let answer = try take(invocation, reference, step)
            try answer.print(invocation, also: lines(answer.edit.record))
        }
    }

    /// Does something with each of some records; a single one fails as any command does.
    ///
    /// - Returns: the exit code of the first that failed.
    func each(
        of records: [(word: String, reference: RecordReference)], _ invocation: Invocation,
        _ body: (RecordReference) throws -> Void
    ) throws -> ExitCode {
        if records.count == 1 {
            try body(records[0].reference)
            return .ok
        }
        // A word that names none may be a slip in another argument: then nothing is done.
        try read(invocation) { database in
            for (word, reference) in records where try database.state(of: reference) == nil {
                throw CommandFailure(
                    .dataError,
                    Message(
                        "no record has this id or code: \(word); nothing was written",
                        vi: "không có bản ghi nào mang id hay mã này: \(word); chưa ghi gì"))
            }
        }
        var code = ExitCode.ok
        for (word, reference) in records {
            do {
                try body(reference)
            } catch let failure as CommandFailure where failure.exitCode == .dataError {
                let name = TerminalSafe.text(word)
                try invocation.printErr("\(name): \(invocation.text(failure.message))")
                if code == .ok { code = failure.exitCode }
            }
        }
        return code
    }
}

extension StepAnswer {
    init(
        _ edit: EditAnswer, past: DossierStatus?, _ transaction: CounterWriteTransaction,
        now: Timestamp
    ) throws {
        let state = try transaction.find(.id(edit.result.record)).state
        self.init(
            edit: edit, past: past, next: state.status,
            deadline: ShownDeadline(state, try transaction.deadlineBook(), now: now))
    }
}

extension RecordState {
    /// A dossier's status, as the merge shows it; `nil` for one that this version does not know.
    var status: DossierStatus? {
        shownValue(RecordSchema.statusField)?.text.flatMap(DossierStatus.init(rawValue:))
    }
}
