internal import CommandLine
internal import Imports
internal import Text

/// The files that an import leaves: what became of each line, and the lines that were not taken.
/// Both are readable by their owner only; the second holds citizens' data.
final class ReportFiles {
    private let report: OutputFile?
    private let errors: OutputFile?

    /// - Throws: `CommandFailure` when a file is there already or cannot be made.
    ///
    /// - Parameters:
    ///   - heading: the lines of the table's heading; none for JSON.
    ///   - hasMark: whether the table begins with a byte order mark: what is to be mended keeps it.
    init(_ invocation: Invocation, heading: [[UInt8]], hasMark: Bool) throws {
        report = try invocation.value("--report").map { try OutputFile(creating: $0) }
        errors = try invocation.value("--errors").map { try OutputFile(creating: $0) }
        // Spreadsheets take a table without the mark for one in the system's own letters.
        try report?.write(line: (CSVText.mark + "line,outcome,code,message\r").utf8)
        var mark = Array((hasMark ? CSVText.mark : "").utf8)
        for line in heading {
            try errors?.write(line: mark + line)
            mark = []
        }
    }

    /// Notes a row that is on disk.
    ///
    /// - Throws: `CommandFailure`.
    func note(
        _ row: Result<ImportRow, RowFault>, _ outcome: RowOutcome, _ fault: RowFault?
    ) throws {
        let line =
            switch row {
            case .success(let row): row.line
            case .failure(let fault): fault.line
            }
        let cells = [
            String(line), outcome.rawValue, fault?.code ?? "", fault?.message.english ?? "",
        ]
        try report?.write(line: (CSVText.line(cells) + "\r").utf8)
        if let fault { try errors?.write(line: fault.bytes) }
    }

    /// Brings both to the disk; without this they are removed.
    ///
    /// - Throws: `CommandFailure`.
    func finish() throws {
        try report?.finish()
        try errors?.finish()
    }
}
