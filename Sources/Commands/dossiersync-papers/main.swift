// `dossiersync-papers`: one document as JSON on standard input, a PDF on standard output. A program of its own, since
// cairo brings the libraries of X11 with it, and neither `central` nor `counter` is to know of these.

internal import CommandLine
internal import Foundation
internal import JSON
internal import Papers
internal import Text

enum PaperProgram {
    static let command = Command(
        "make",
        summary: Message(
            "draw papers: a document in JSON on standard input, a PDF on standard output",
            vi: "tạo giấy tờ: nhận tài liệu JSON ở đầu vào chuẩn, ghi PDF ra đầu ra chuẩn"),
        discussion: Message(
            """
            counter paper calls it. Documents are described in Protocol/papers.md. What is wrong stands on
            standard error as one line of JSON, and then nothing is written.
            """,
            vi: """
                Lệnh counter paper gọi chương trình này. Tài liệu được mô tả ở Protocol/papers.md. Khi có lỗi,
                một dòng JSON ghi ra đầu ra lỗi, và không ghi gì khác.
                """),
        hidden: true
    ) { _ in
        do throws(PaperFault) {
            try write(try pdf(of: try document()))
            return .ok
        } catch {
            FileHandle.standardError.write(Data((error.json.serialized() + "\n").utf8))
            return exitCode(error.reason)
        }
    }

    private static func exitCode(_ reason: PaperFault.Reason) -> ExitCode {
        switch reason {
        case .document, .letters, .symbol: .dataError
        case .face: .configuration
        case .drawing: .software
        case .output: .ioError
        }
    }

    private static func document() throws(PaperFault) -> PaperDocument {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(STDIN_FILENO, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0, bytes.count + count <= PaperLimits.documentBytesMax else {
                throw PaperFault(.document, place: "size")
            }
            if count == 0 { break }
            bytes += chunk.prefix(count)
        }
        let json: JSONValue
        do {
            json = try JSONValue(parsing: bytes[...])
        } catch {
            throw PaperFault(.document, place: "json")
        }
        do throws(PaperDocumentError) {
            return try PaperDocument(json)
        } catch {
            throw PaperFault(.document, place: error.place)
        }
    }

    /// Sets it twice: the first run counts the pages and looks for letters that the face lacks.
    private static func pdf(of document: PaperDocument) throws(PaperFault) -> [UInt8] {
        let typesetter = try Typesetter()
        var counts: [Int]?
        var bytes: [UInt8] = []
        for _ in 0..<2 {
            let pages = try PageWriter(
                title: document.title, made: time(document.made), typesetter, knownCounts: counts)
            for paper in document.papers {
                try PaperSetter(typesetter: typesetter, pages: pages).set(paper)
            }
            try pages.finish()
            try typesetter.finishCheck()
            (counts, bytes) = (pages.pageCounts, pages.bytes)
        }
        return bytes
    }

    /// As cairo takes it.
    private static func time(_ milliseconds: Int64) -> String {
        var seconds = time_t(milliseconds / 1000)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        var text = [CChar](repeating: 0, count: 32)
        let count = strftime(&text, text.count, "%Y-%m-%dT%H:%M:%SZ", &parts)
        return String(decoding: text.prefix(count).map(UInt8.init), as: UTF8.self)
    }

    private static func write(_ bytes: [UInt8]) throws(PaperFault) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Foundation.write(STDOUT_FILENO, $0.baseAddress, $0.count)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw PaperFault(.output) }
            rest = rest.dropFirst(count)
        }
    }
}

let tool = Tool(
    name: "dossiersync-papers", version: String(PaperDocument.version),
    summary: PaperProgram.command.summary, commands: [PaperProgram.command])
if let refusal = tool.refusalToStart() { exit(refusal.rawValue) }
let status = await tool.main(arguments: Array(CommandLine.arguments.dropFirst()))
exit(status.rawValue)
