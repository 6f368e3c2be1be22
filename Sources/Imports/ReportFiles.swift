internal import CommandLineTool
internal import Foundation
internal import Language

/// The files that an import leaves: what became of each line, and the lines that were not taken.
/// Both are readable by their owner only; the second holds citizens' data.
final class ReportFiles {
    private let report: FileHandle?
    private let errors: FileHandle?

    /// - Throws: `CommandFailure` when a file is there already or cannot be made.
    init(_ invocation: Invocation, heading: [UInt8]?) throws {
        report = try Self.open(invocation.value("--report"))
        errors = try Self.open(invocation.value("--errors"))
        try report?.write(contentsOf: Data("line,outcome,code,message\r\n".utf8))
        if let heading { try errors?.write(contentsOf: Data(heading + [0x0A])) }
    }

    /// Notes a row that is on disk.
    func note(
        _ row: Result<ImportRow, RowFault>, _ outcome: RowOutcome, _ fault: RowFault?
    ) throws {
        let line =
            switch row {
            case .success(let row): row.line
            case .failure(let fault): fault.line
            }
        if let report {
            let message = (fault?.message.english ?? "").replacing("\"", with: "\"\"")
            let text = "\(line),\(outcome.rawValue),\(fault?.code ?? ""),\"\(message)\"\r\n"
            try report.write(contentsOf: Data(text.utf8))
        }
        if let errors, let fault {
            try errors.write(contentsOf: Data(fault.bytes + [0x0A]))
        }
    }

    func close() throws {
        for file in [report, errors] {
            try file?.synchronize()
            try file?.close()
        }
    }

    private static func open(_ path: String?) throws -> FileHandle? {
        guard let path else { return nil }
        let descriptor = Foundation.open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw CommandFailure(
                .cantCreate,
                Message("\(path) cannot be made", vi: "không tạo được \(path)"),
                hint: Message(
                    "name a file that is not there yet", vi: "hãy đặt tên tệp chưa có"))
        }
        return FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    }
}
