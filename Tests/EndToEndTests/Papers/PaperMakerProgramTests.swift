// The program that draws: documents in, files out.

import Foundation
import JSON
import Papers
import TestSupport
import Testing

@Suite("The paper maker", .ownThreads)
struct PaperMakerProgramTests {
    private static let code = "000.17.01.H56-261130-10001"
    private static let link = "https://tracuu.example.vn/ho-so?ma=\(code)&k=7KQM3X"

    private static func paper(rows: Int, address: String = "Thanh Hóa") -> Paper {
        Paper(
            reference: "Số: 7/TNHS",
            blocks: [
                .heading(
                    left: [PaperLine("MỘT CỬA", [.bold, .ruled], .center)],
                    right: [PaperLine("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", [.bold], .center)]),
                .symbols(code128: code, qr: link),
                .line(PaperLine("GIẤY TIẾP NHẬN", [.title], .center)),
                .field(label: "Họ tên", value: "Nguyễn Thị Thúy Hường"),
                .field(label: "Đã tách dấu", value: "Nguye\u{302}\u{303}n Thị Hu\u{31B}\u{300}ng"),
                .field(label: "Địa chỉ", value: address),
                .table(
                    PaperTable(
                        [.init("TT", 10, .center), .init("Giấy tờ", 90)],
                        rows: (0..<rows).map { ["\($0 + 1)", "giấy tờ số \($0 + 1)"] })),
                .line(PaperLine("Ghi chú cuối.", [.italic, .small])),
                .signatures([PaperSignature("NGƯỜI NỘP"), PaperSignature("NGƯỜI NHẬN")]),
            ])
    }

    private func run(
        _ document: String, _ directory: TemporaryDirectory, to name: String
    ) throws -> (code: Int32, errors: String, file: Rendered) {
        let input = try directory.newFile("document", document).path
        let path = "\(directory.path)/\(name).pdf"
        let ending = try Program.run(
            "/bin/sh",
            ["-c", #""$0" <"$1" >"$2""#, Program.path("dossiersync-papers"), input, path],
            in: directory)
        return (ending.code, ending.errors, Rendered(path: path))
    }

    private func run(
        _ papers: [Paper], _ directory: TemporaryDirectory, to name: String = "paper"
    ) throws -> Rendered {
        let document = PaperDocument(title: "7", made: 1_796_000_000_000, papers: papers)
        let (code, errors, file) = try run(document.json.serialized(), directory, to: name)
        try #require(code == 0, "\(errors)")
        return file
    }

    @Test(
        "Vietnamese is drawn in Tinos alone, and can be searched, composed or not; both symbols are read"
    )
    func page() throws {
        let directory = try TemporaryDirectory()
        let file = try run([Self.paper(rows: 3)], directory)
        #expect(try file.faces() == ["Tinos"])
        let words = try file.words().precomposedStringWithCanonicalMapping
        #expect(words.contains("Họ tên: Nguyễn Thị Thúy Hường"))
        #expect(words.contains("Đã tách dấu: Nguyễn Thị Hừng"))
        #expect(words.contains("giấy tờ số 3"))
        #expect(try file.codes() == [Self.code, Self.link])
        #expect(try file.pages().count == 1)
    }

    @Test("the same document gives the same bytes, with the time that it says")
    func reproducible() throws {
        let directory = try TemporaryDirectory()
        let files = try ["a", "b"].map { try run([Self.paper(rows: 40)], directory, to: $0) }
        let bytes = try files.map { try Data(contentsOf: URL(fileURLWithPath: $0.path)) }
        #expect(bytes[0] == bytes[1])
        let script = "TZ=UTC pdfinfo -isodates '\(files[0].path)' | grep CreationDate"
        let shown = String(decoding: try Shell.output(of: script), as: UTF8.self)
        #expect(shown.contains("2026-11-30T00:53:20"), "\(shown)")
    }

    @Test(
        "long papers break as a typist would: headings come again, no signature stands alone",
        arguments: [18, 19, 20, 21, 22, 23, 24, 25, 26, 40, 70])
    func breaks(rows: Int) throws {
        let directory = try TemporaryDirectory()
        let address = String(repeating: "số 12 ngõ 34 đường Lê Lợi, ", count: 12)
        let file = try run([Self.paper(rows: rows, address: address)], directory)
        let pages = try file.pages().map(\.precomposedStringWithCanonicalMapping)
        #expect(rows < 40 || pages.count > 1)
        let last = try #require(pages.last)
        #expect(last.contains("NGƯỜI NỘP") && last.contains("NGƯỜI NHẬN"))
        #expect(last.contains("Ghi chú cuối."))
        for (place, page) in pages.enumerated().dropFirst() {
            #expect(page.contains("Số: 7/TNHS – trang \(place + 1)/\(pages.count)"))
            // Where rows stand, the heading does.
            #expect(page.contains("Giấy tờ") == page.contains("giấy tờ số"))
        }
        let all = pages.joined(separator: "\n")
        for row in 1...rows { #expect(all.contains("giấy tờ số \(row)\n"), "\(row)") }
    }

    @Test("a row that no page holds is parted, and nothing of it is lost")
    func longRow() throws {
        let directory = try TemporaryDirectory()
        var paper = Self.paper(rows: 0)
        let long = (1...2_000).map { "chữ\($0)" }.joined(separator: " ")
        paper.blocks = [.table(PaperTable([.init("A", 1), .init("B", 3)], rows: [["1", long]]))]
        let file = try run([paper], directory)
        let words = Set(try file.words().split(separator: " ").map(String.init))
        for number in 1...2_000 where !words.contains("chữ\(number)") {
            Issue.record("chữ\(number) is lost")
        }
        #expect(try file.pages().count > 1)
    }

    @Test("several papers of one document begin on pages of their own, and count their own pages")
    func several() throws {
        let directory = try TemporaryDirectory()
        var register = Self.paper(rows: 3)
        register.orientation = .landscape
        let file = try run([Self.paper(rows: 60), register, Self.paper(rows: 1)], directory)
        let pages = try file.pages()
        #expect(pages.count == 4 && pages[1].contains("trang 2/2"))
        let script = "pdfinfo -l 9 '\(file.path)' | grep 'size:'"
        let sizes = String(decoding: try Shell.output(of: script), as: UTF8.self)
        #expect(sizes.contains("841.89 x 595.28") && sizes.contains("595.28 x 841.89"))
    }

    @Test("letters that the face lacks are named, and nothing is drawn")
    func letters() throws {
        let directory = try TemporaryDirectory()
        var paper = Self.paper(rows: 1)
        paper.blocks.append(.field(label: "Họ tên", value: "中文 Nguyễn 🙂"))
        let document = PaperDocument(title: "7", made: 0, papers: [paper]).json.serialized()
        let (code, errors, file) = try run(document, directory, to: "letters")
        #expect(code == 65)
        #expect(
            try PaperFault(JSONValue(parsing: errors))
                == PaperFault(.letters, letters: [0x4E2D, 0x6587, 0x1F642]))
        #expect(try Data(contentsOf: URL(fileURLWithPath: file.path)).isEmpty)
    }

    @Test(
        "what is no document is refused by its place, and nothing is drawn",
        arguments: [
            ("", "json"), ("{", "json"), ("[]", "document"), (#"{"document":9}"#, "document"),
        ])
    func refused(text: String, place: String) throws {
        let directory = try TemporaryDirectory()
        let (code, errors, file) = try run(text, directory, to: "none")
        #expect(code == 65)
        #expect(
            try PaperFault(JSONValue(parsing: errors)) == PaperFault(.document, place: place))
        #expect(try Data(contentsOf: URL(fileURLWithPath: file.path)).isEmpty)
    }

    @Test("a full disk at the output is said")
    func fullDisk() throws {
        let directory = try TemporaryDirectory()
        let document = PaperDocument(title: "7", made: 0, papers: [Self.paper(rows: 1)])
        let input = try directory.newFile("document", document.json.serialized()).path
        let ending = try Program.run(
            "/bin/sh",
            ["-c", #""$0" <"$1" >/dev/full"#, Program.path("dossiersync-papers"), input],
            in: directory)
        #expect(ending.code == 74)
        #expect(try PaperFault(JSONValue(parsing: ending.errors)) == PaperFault(.output))
    }

    @Test("without its face it draws nothing in another one")
    func face() throws {
        let directory = try TemporaryDirectory()
        // Of the same package, which has faces of other kinds.
        let other = directory.path + "/fonts"
        try FileManager.default.createDirectory(atPath: other, withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(
            atPath: other + "/Arimo-Regular.ttf",
            withDestinationPath: "/usr/share/fonts/truetype/croscore/Arimo-Regular.ttf")
        let fonts = try directory.newFile(
            "fonts.conf",
            """
            <?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
            <fontconfig><dir>\(other)</dir><cachedir>\(directory.path)</cachedir></fontconfig>
            """
        ).path
        let document = PaperDocument(title: "7", made: 0, papers: [Self.paper(rows: 1)])
        let ending = try Program.run(
            "dossiersync-papers", [], in: directory, environment: ["FONTCONFIG_FILE": fonts],
            input: document.json.serialized())
        #expect(ending.code == 78)
        let line = ending.errors.split(separator: "\n").last.map(String.init) ?? ""
        #expect(try PaperFault(JSONValue(parsing: line)) == PaperFault(.face))
        #expect(ending.output.isEmpty)
    }

    @Test(
        "neither central nor counter knows cairo, pango or zint", arguments: ["central", "counter"])
    func libraries(program: String) throws {
        func needed(_ name: String) throws -> String {
            let script = "LD_BIND_NOW=1 ldd '\(Program.path(name))'"
            return String(decoding: try Shell.output(of: script), as: UTF8.self)
        }
        let found = try needed(program)
        for library in ["libcairo", "libpango", "libzint", "libX11", "libglib"] {
            #expect(!found.contains(library))
        }
        #expect(found.contains("libsqlite3"))
        #expect(try needed("dossiersync-papers").contains("libpangocairo"))
    }
}
