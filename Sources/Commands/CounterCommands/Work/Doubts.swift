// What is probably a slip, and may be meant all the same: a person at a terminal is asked once, before
// anything is written and any code is given; everything else writes, and says so.

internal import Causality
internal import CommandLine
internal import Dossiers
internal import JSON
internal import RecordArguments
internal import SQLiteStore
internal import Replication
internal import Text
internal import Time

extension CounterContext {
    /// Asks about doubts, or tells of them.
    ///
    /// - Throws: `CommandFailure` when the person does not agree.
    func heed(_ doubts: [Message], _ invocation: Invocation) throws {
        guard !doubts.isEmpty else { return }
        let words = Message.joined(doubts, separator: "; ")
        guard let person else {
            try invocation.warn(words)
            return
        }
        let question = words + Message(". Write all the same? [y/N] ", vi: ". Vẫn ghi? [c/K] ")
        guard person.agrees(to: TerminalSafe.text(invocation.text(question), keepingLines: true))
        else {
            throw CommandFailure(
                .temporaryFailure, Message("nothing was written", vi: "chưa ghi gì"))
        }
    }

    /// A time that a person gave and that lies a year or more off.
    func doubt(of at: Timestamp?) -> [Message] {
        let year: UInt64 = 365 * 86_400_000
        let now = clock.now()
        guard let at, at.less(now).magnitude >= year else { return [] }
        return [
            Message("--at is a year or more off: ", vi: "--at lệch từ một năm trở lên: ")
                + FieldWords.moment(milliseconds: at.milliseconds)
        ]
    }

    /// What is doubtful of a new dossier.
    func doubts(of fields: FieldArguments, _ invocation: Invocation) throws -> [Message] {
        func text(_ name: FieldName) -> String? {
            fields.writes.first { $0.name == name }?.value.text
        }
        guard let procedure = text("procedure") else { return [] }
        return try read(invocation) { database in
            var doubts: [Message] = []
            // Where nobody is asked, the answer to the edit says it.
            if person != nil, try !database.knowsProcedure(procedure) {
                doubts.append(
                    Message(
                        "the catalog does not know the procedure (yet)",
                        vi: "danh mục (chưa) có thủ tục này"))
            }
            let twins = try database.openDossiers(
                of: text("applicant_id"), named: text("applicant_name"), procedure: procedure)
            if let twin = twins.first {
                let name = TerminalSafe.text(
                    twin.shownValue("code")?.text ?? twin.id.description)
                doubts.append(
                    Message(
                        "the same person and procedure are open here already: \(name)",
                        vi: "người này đã có hồ sơ đang mở cùng thủ tục ở đây: \(name)"))
            }
            return doubts
        }
    }
}
