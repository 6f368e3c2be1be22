import Files
import Foundation
import Testing

@Suite("Reading lines of JSON")
struct LineReaderTests {
    /// A source that hands out `text` in pieces of `chunkBytes`.
    private func reader(
        _ text: String, chunkBytes: Int = 3, lineBytesMax: Int = 100
    ) -> LineReader {
        var rest = Array(text.utf8)[...]
        return LineReader(lineBytesMax: lineBytesMax) {
            defer { rest = rest.dropFirst(chunkBytes) }
            return Array(rest.prefix(chunkBytes))
        }
    }

    private func lines(_ reader: LineReader) throws -> [String] {
        var reader = reader
        var result: [String] = []
        while true {
            do {
                guard let line = try reader.next() else { return result }
                result.append("\(line.number):\(String(decoding: line.bytes, as: UTF8.self))")
            } catch FileError.lineTooLong(let line, _) {
                result.append("\(line) too long")
            }
        }
    }

    @Test("Lines come with their numbers, whatever the chunks", arguments: 1...12)
    func chunks(chunkBytes: Int) throws {
        let text = "\u{FEFF}{\"a\":1}\r\n\n \t\r\n[2]\n3"
        let expected = ["1:{\"a\":1}", "4:[2]", "5:3"]
        #expect(try lines(reader(text, chunkBytes: chunkBytes)) == expected)
    }

    @Test("An empty source and one of blank lines have no lines", arguments: ["", "\n", "\r\n \n"])
    func noLines(text: String) throws {
        #expect(try lines(reader(text)).isEmpty)
    }

    @Test("A byte order mark is dropped at the start only")
    func byteOrderMarkInside() throws {
        #expect(try lines(reader("1\n\u{FEFF}2\n")) == ["1:1", "2:\u{FEFF}2"])
    }

    @Test("A line that is too long is named, and reading goes on", arguments: [1, 4, 1000])
    func tooLong(chunkBytes: Int) throws {
        let long = String(repeating: "x", count: 300)
        let text = "1\n\(long)\n12345678\n123456789\r\n5\n\(long)"
        let reader = reader(text, chunkBytes: chunkBytes, lineBytesMax: 8)
        let expected = ["1:1", "2 too long", "3:12345678", "4 too long", "5:5", "6 too long"]
        #expect(try lines(reader) == expected)
    }

    @Test("Neither a byte order mark nor a CR counts for the length")
    func lengthWithoutMarks() throws {
        let reader = reader("\u{FEFF}12345678\r\n12345678\r\n", lineBytesMax: 8)
        #expect(try lines(reader) == ["1:12345678", "2:12345678"])
    }

    @Test("A chunk source's own error comes through")
    func sourceError() {
        var reader = LineReader { throw FileError.cannotRead(code: EIO) }
        #expect(throws: FileError.cannotRead(code: EIO)) { try reader.next() }
    }

    @Test("A file is read by path and by descriptor")
    func files() throws {
        let path = FileManager.default.temporaryDirectory
            .appendingPathComponent("ndjson-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }  // cleanup only
        let text = (1...20_000).map { "{\"n\":\($0)}\n" }.joined()
        try text.write(toFile: path, atomically: false, encoding: .utf8)

        let descriptor = open(path, O_RDONLY)
        defer { close(descriptor) }
        for reader in [try LineReader(path: path), LineReader(descriptor: descriptor)] {
            let read = try lines(reader)
            #expect(read.count == 20_000)
            #expect(read.last == "20000:{\"n\":20000}")
        }
    }

    @Test("A file that is missing or no file is reported with errno")
    func badFiles() {
        #expect(throws: FileError.cannotOpen(code: ENOENT)) {
            try LineReader(path: "/nonexistent/file")
        }
        #expect(throws: FileError.cannotRead(code: EISDIR)) {
            var reader = try LineReader(path: "/")
            _ = try reader.next()
        }
    }
}
