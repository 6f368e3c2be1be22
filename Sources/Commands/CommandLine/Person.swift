internal import Glibc
public import Text

/// Somebody at the terminal, who can be asked.
public struct Person: Sendable {
    /// Shows a question and waits for a line; `nil` at the end of the input.
    public let answer: @Sendable (_ question: String) -> String?

    /// Makes a person, an invented one in tests.
    public init(answer: @escaping @Sendable (_ question: String) -> String?) {
        self.answer = answer
    }

    /// Who sits at the terminal; `nil` where the input or the output is none: then nobody is asked.
    public static var atTerminal: Person? {
        guard isatty(STDIN_FILENO) == 1, isatty(STDOUT_FILENO) == 1 else { return nil }
        return Person { question in
            // Where it cannot be shown, nobody answers it.
            try? OutputSink.standardError.write(question)
            return readLine()
        }
    }

    /// Whether the person says yes, in either language; all else is no.
    public func agrees(to question: String) -> Bool {
        let word = answer(question)?.lowercased().filter { !$0.isWhitespace } ?? ""
        return ["y", "yes", "c", "có", "co"].contains(word)
    }
}

extension Invocation {
    /// Tells of a wrong clock before something is written: a person is asked, once; else it is a warning.
    ///
    /// - Parameters:
    ///   - clock: what is wrong with it.
    ///   - wasAsked: whether somebody has agreed already to write under this clock.
    /// - Returns: whether a person was asked and agreed.
    /// - Throws: `CommandFailure` when the person does not agree.
    public func tell(
        ofClock clock: Message, wasAsked: Bool, _ person: Person?
    ) throws(CommandFailure) -> Bool {
        guard !wasAsked, let person else {
            let rest = Message(
                "; what is written is marked, and can be set right later: correct-times",
                vi: "; nội dung ghi được đánh dấu, sửa sau bằng: correct-times")
            try printErr(text(Message("warning: ", vi: "cảnh báo: ") + clock + rest))
            return false
        }
        let question = Message(". Write all the same? [y/N] ", vi: ". Vẫn ghi? [c/K] ")
        guard person.agrees(to: text(clock + question)) else {
            throw CommandFailure(
                .temporaryFailure, Message("nothing was written", vi: "chưa ghi gì"),
                hint: Message("set this machine's clock", vi: "chỉnh lại đồng hồ máy này"))
        }
        return true
    }
}
