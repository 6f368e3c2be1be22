internal import Glibc

/// Reads a file line by line in bounded memory: edits as newline-delimited JSON, tables, secrets.
///
/// At most one chunk and one line of `lineBytesMax` bytes are held. Lines end with LF or CRLF;
/// the last one may lack its end. Blank lines are counted but not returned, and a byte order mark
/// at the very start is dropped, because Windows editors write one.
public struct LineReader {
    /// One line that is not blank.
    public struct Line: Sendable, Hashable {
        /// The line's number, beginning with 1.
        public var number: Int
        /// The line's bytes without its end.
        public var bytes: [UInt8]

        /// Makes a line.
        public init(number: Int, bytes: [UInt8]) {
            self.number = number
            self.bytes = bytes
        }
    }

    /// The longest line accepted by default, in bytes: far above any dossier, far below memory.
    public static let lineBytesMaxDefault = 1 << 20
    /// Bytes asked from a file at once.
    private static let chunkBytes = 1 << 16

    private let lineBytesMax: Int
    private let skipsBlankLines: Bool
    private let readChunk: () throws -> [UInt8]
    private var chunk: [UInt8] = []
    private var position = 0
    private var lineNumber = 0
    private var reachedEnd = false
    private var peeked: Line?

    /// Reads from a source that returns the next bytes at each call, and none at the end.
    /// - Parameters:
    ///   - lineBytesMax: The longest line accepted, in bytes without its end.
    ///   - skipsBlankLines: Whether blank lines are left out.
    public init(
        lineBytesMax: Int = lineBytesMaxDefault, skipsBlankLines: Bool = true,
        readChunk: @escaping () throws -> [UInt8]
    ) {
        self.lineBytesMax = lineBytesMax
        self.skipsBlankLines = skipsBlankLines
        self.readChunk = readChunk
    }

    /// Reads from an open file descriptor, which stays open.
    public init(
        descriptor: Int32, lineBytesMax: Int = lineBytesMaxDefault, skipsBlankLines: Bool = true
    ) {
        self.init(lineBytesMax: lineBytesMax, skipsBlankLines: skipsBlankLines) {
            try OpenFile.readNext(from: descriptor, upTo: Self.chunkBytes)
        }
    }

    /// Reads a file, or standard input if the path is `-`; the file is closed with the reader.
    /// - Throws: `FileError.cannotOpen`.
    public init(
        path: String, lineBytesMax: Int = lineBytesMaxDefault, skipsBlankLines: Bool = true
    ) throws(FileError) {
        guard path != "-" else {
            self.init(
                descriptor: STDIN_FILENO, lineBytesMax: lineBytesMax,
                skipsBlankLines: skipsBlankLines)
            return
        }
        let file = try OpenFile(reading: path)
        self.init(lineBytesMax: lineBytesMax, skipsBlankLines: skipsBlankLines) {
            try file.readNext(upTo: Self.chunkBytes)
        }
    }

    /// The next line that is not blank, or nil at the end.
    /// - Throws: `FileError.lineTooLong`, after which the next call returns the line that follows;
    ///   `FileError.cannotRead`, or what the chunk source throws.
    public mutating func next() throws -> Line? {
        if let line = peeked {
            peeked = nil
            return line
        }
        while try hasMore() {
            lineNumber += 1
            let bytes = try takeLine()
            let isBlank = bytes.allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
            if !isBlank || !skipsBlankLines { return Line(number: lineNumber, bytes: bytes) }
        }
        return nil
    }

    /// The line that `next` returns next.
    /// - Throws: As `next`.
    public mutating func peek() throws -> Line? {
        if peeked == nil { peeked = try next() }
        return peeked
    }

    /// Line feeds of a regular file, for a progress bar; `nil` for anything else, and for what cannot be
    /// read.
    public static func lineCount(path: String) -> Int? {
        guard let file = try? OpenFile(reading: path, isRegular: true) else { return nil }
        var count = 0
        while let bytes = try? file.readNext(upTo: chunkBytes) {
            guard !bytes.isEmpty else { return count }
            count += bytes.count { $0 == 0x0A }
        }
        return nil
    }

    private mutating func takeLine() throws -> [UInt8] {
        var line: [UInt8] = []
        var isTooLong = false
        var isEnded = false
        while try !isEnded && hasMore() {
            let rest = chunk[position...]
            let stop = rest.firstIndex(of: 0x0A)
            let piece = rest[..<(stop ?? rest.endIndex)]
            // Four bytes more than allowed: a byte order mark and a CR are not part of the line.
            isTooLong = isTooLong || line.count + piece.count > lineBytesMax + 4
            if !isTooLong { line.append(contentsOf: piece) }
            position = stop.map { $0 + 1 } ?? chunk.endIndex
            isEnded = stop != nil
        }
        if line.last == 0x0D { line.removeLast() }
        if lineNumber == 1, line.starts(with: [0xEF, 0xBB, 0xBF]) { line.removeFirst(3) }
        guard !isTooLong, line.count <= lineBytesMax else {
            throw FileError.lineTooLong(line: lineNumber, lineBytesMax: lineBytesMax)
        }
        return line
    }

    /// Whether a byte is left, after reading the next chunk if need be.
    private mutating func hasMore() throws -> Bool {
        while position == chunk.endIndex, !reachedEnd {
            chunk = try readChunk()
            position = 0
            reachedEnd = chunk.isEmpty
        }
        return position < chunk.endIndex
    }
}
