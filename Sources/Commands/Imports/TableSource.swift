internal import Files
internal import Glibc
internal import Text

/// A file of which the beginning is looked at some times before it is read to its end: a table's heading
/// has to be found first. What Excel writes as “Unicode text”, UTF-16, comes out as UTF-8.
final class TableSource {
    private static let chunkBytes = 1 << 16

    private let readNext: () throws -> [UInt8]
    /// Chunks that were read while the beginning is looked at.
    private var kept: [[UInt8]] = []
    private var isKeeping = true
    private var transcoder: UTF16Transcoder?
    private var hasBegun = false
    /// Whether the file says by a mark at its beginning that it is Unicode; spreadsheets look for it.
    private(set) var hasMark = false

    /// Opens a file, or standard input for `-`.
    ///
    /// - Throws: `FileError.cannotOpen`.
    init(path: String) throws(FileError) {
        if path == "-" {
            readNext = { try OpenFile.readNext(from: STDIN_FILENO, upTo: Self.chunkBytes) }
        } else {
            let file = try OpenFile(reading: path)
            readNext = { try file.readNext(upTo: Self.chunkBytes) }
        }
    }

    /// Lines from the beginning, blank ones included.
    func lines() -> LineReader {
        var next = 0
        return LineReader(skipsBlankLines: false) { [self] in
            defer { next += 1 }
            return try chunk(next)
        }
    }

    /// Lines from the beginning for the last time: what was read is kept no longer.
    func lastLines() -> LineReader {
        isKeeping = false
        return lines()
    }

    /// All bytes; what is longer than any table in one piece is refused.
    func bytes(max bytesMax: Int) throws -> [UInt8] {
        var bytes: [UInt8] = []
        var place = 0
        while true {
            let chunk = try chunk(place)
            if chunk.isEmpty { break }
            bytes += chunk
            place += 1
            guard bytes.count <= bytesMax else { throw FileError.tooLarge(bytesMax: bytesMax) }
        }
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
        return bytes
    }

    private func chunk(_ place: Int) throws -> [UInt8] {
        if place < kept.count {
            defer { if !isKeeping { kept[place] = [] } }
            return kept[place]
        }
        let chunk = try decoded(readNext())
        if isKeeping { kept.append(chunk) }
        return chunk
    }

    private func decoded(_ bytes: [UInt8]) throws -> [UInt8] {
        if !hasBegun {
            hasBegun = true
            transcoder = UTF16Transcoder(startOf: bytes)
            hasMark = transcoder != nil || bytes.starts(with: [0xEF, 0xBB, 0xBF])
            if transcoder == nil, bytes.contains(0) {
                throw ImportError(
                    Message("the file is no UTF-8 text", vi: "tệp không phải văn bản UTF-8"),
                    hint: Message("save it as CSV UTF-8", vi: "hãy lưu dạng CSV UTF-8"))
            }
        }
        guard let decoded = transcoder?.take(bytes) else { return bytes }
        // Nothing is the end of a file: a chunk of half a character is read on.
        return decoded.isEmpty && !bytes.isEmpty ? try self.decoded(readNext()) : decoded
    }
}

/// UTF-16 as UTF-8, a piece at a time. What is no character becomes U+FFFD.
struct UTF16Transcoder {
    private let isBigEndian: Bool
    private var isAtStart = true
    private var left: [UInt8] = []
    private var surrogate: UInt16?

    /// `nil` for a file that does not begin like UTF-16: with its mark, or with letters of ASCII in two
    /// bytes each.
    init?(startOf bytes: [UInt8]) {
        guard bytes.count >= 2 else { return nil }
        switch (bytes[0], bytes[1]) {
        case (0xFF, 0xFE): isBigEndian = false
        case (0xFE, 0xFF): isBigEndian = true
        case (0, 1...) where bytes.count >= 4 && bytes[2] == 0 && bytes[3] != 0: isBigEndian = true
        case (1..., 0) where bytes.count >= 4 && bytes[3] == 0 && bytes[2] != 0: isBigEndian = false
        default: return nil
        }
    }

    mutating func take(_ bytes: [UInt8]) -> [UInt8] {
        let all = left + bytes
        left = all.count.isMultiple(of: 2) || bytes.isEmpty ? [] : [all[all.count - 1]]
        var text = String.UnicodeScalarView()
        for index in stride(from: 0, to: all.count - 1, by: 2) {
            let (first, second) = (UInt16(all[index]), UInt16(all[index + 1]))
            append(isBigEndian ? first << 8 | second : second << 8 | first, to: &text)
        }
        if bytes.isEmpty, surrogate != nil {
            surrogate = nil
            text.append("\u{FFFD}")
        }
        return Array(String(text).utf8)
    }

    private mutating func append(_ unit: UInt16, to text: inout String.UnicodeScalarView) {
        defer { isAtStart = false }
        if isAtStart, unit == 0xFEFF { return }
        if let high = surrogate {
            surrogate = nil
            if UTF16.isTrailSurrogate(unit) {
                let value = 0x10000 + (UInt32(high - 0xD800) << 10 | UInt32(unit - 0xDC00))
                text.append(Unicode.Scalar(value) ?? "\u{FFFD}")
                return
            }
            text.append("\u{FFFD}")
        }
        if UTF16.isLeadSurrogate(unit) {
            surrogate = unit
        } else {
            text.append(Unicode.Scalar(unit) ?? "\u{FFFD}")
        }
    }
}
