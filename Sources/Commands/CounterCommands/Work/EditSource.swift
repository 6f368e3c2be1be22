internal import CommandLine
internal import Dossiers
internal import Files
internal import Glibc
internal import JSON
internal import SQLiteStore
internal import SharedCommands
internal import Text

/// A file of edits, read a group at a time in bounded memory.
final class EditSource {
    /// One line: an edit, or why it is none.
    struct Line {
        var number: Int
        var content: Result<Content, LineProblem>
    }

    /// What a line holds.
    enum Content {
        /// An edit that is made here.
        case edit(EditLine)
        /// A change that was made elsewhere.
        case carried(CarriedChange)
    }

    /// Lines in one group: few enough that another program waits a moment for the replica only.
    private static let groupLinesMax = 500
    /// Bytes of lines in one group: bounds memory where lines are long.
    private static let groupBytesMax = 4 << 20

    private var reader: LineReader

    /// Opens a file, or standard input for `-`.
    ///
    /// - Throws: `CommandFailure`.
    init(path: String) throws(CommandFailure) {
        do {
            reader = try LineReader(path: path)
        } catch {
            throw Self.failure(error)
        }
    }

    /// The next lines; whether the file ends after them, or cannot be read on.
    func nextGroup() -> (lines: [Line], isEnd: Bool, failure: CommandFailure?) {
        var lines: [Line] = []
        var bytes = 0
        while lines.count < Self.groupLinesMax, bytes < Self.groupBytesMax {
            do {
                guard let line = try reader.next() else { return (lines, true, nil) }
                bytes += line.bytes.count
                lines.append(Self.parse(line))
            } catch FileError.lineTooLong(let number, let max) {
                let problem = LineProblem(
                    line: number, code: "line_too_long",
                    message: Message(
                        "the line is longer than \(max) bytes", vi: "dòng dài hơn \(max) byte"))
                lines.append(Line(number: number, content: .failure(problem)))
            } catch {
                return (lines, true, Self.failure(error))
            }
        }
        return (lines, false, nil)
    }

    private static func parse(_ line: LineReader.Line) -> Line {
        do throws(LineFault) {
            if let carried = try CarriedChange(parsing: line.bytes[...]) {
                return Line(number: line.number, content: .success(.carried(carried)))
            }
        } catch {
            return Line(number: line.number, content: .failure(error.problem(in: line.number)))
        }
        do throws(DossierError) {
            let edit = try EditLine(parsing: line.bytes)
            return Line(number: line.number, content: .success(.edit(edit)))
        } catch {
            let problem = LineProblem(
                line: line.number, code: error.code, message: error.message)
            return Line(number: line.number, content: .failure(problem))
        }
    }

    private static func failure(_ error: any Error) -> CommandFailure {
        guard let error = error as? FileError else {
            return CommandFailure(
                .ioError, Message("the file cannot be read", vi: "không đọc được tệp"))
        }
        switch error {
        case .cannotRead(let code) where code != EISDIR:
            return CommandFailure(
                .ioError, error.message,
                hint: Message("check the disk it lies on", vi: "kiểm tra ổ đĩa chứa tệp"))
        default:
            return CommandFailure(
                .noInput, error.message,
                hint: Message(
                    "give the path of an NDJSON file, or - for standard input",
                    vi: "ghi đường dẫn tệp NDJSON, hoặc - là đầu vào chuẩn"))
        }
    }
}
