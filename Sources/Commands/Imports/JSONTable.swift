// Rows as portals give them: one object a line (NDJSON), an array of objects, or such an array within an
// object that says more: `{"error_code":0,"data":[…]}`.

internal import Dossiers
internal import Files
internal import JSON
internal import Text

/// Objects that are rows.
enum JSONTable {
    /// A document that is no NDJSON is read whole.
    private static let documentBytesMax = 256 << 20
    /// Objects of NDJSON that are looked at for their members.
    private static let looksAtMax = 500

    /// Whether a file is JSON, by the first byte that is not blank.
    static func isJSON(_ source: TableSource) throws -> Bool {
        var lines = source.lines()
        while let line = try lines.next() {
            guard let byte = line.bytes.first(where: { ![0x20, 0x09, 0x0D].contains($0) }) else {
                continue
            }
            return byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[")
        }
        return false
    }

    /// The rows of a document in one piece; `nil` for NDJSON.
    ///
    /// - Throws: `ImportError`, `FileError`.
    static func document(_ source: TableSource) throws -> [JSONValue]? {
        var lines = source.lines()
        while let line = try lines.next() {
            if line.isBlank { continue }
            // A line that is an object by itself is a row, unless it holds the rows.
            if let json = try? JSONValue(parsing: line.bytes[...]), json.objectValue != nil,
                rows(in: json) == nil
            {
                return nil
            }
            break
        }
        let json: JSONValue
        do {
            json = try JSONValue(parsing: try source.bytes(max: documentBytesMax)[...])
        } catch let error as JSONError {
            throw ImportError(
                Message("the file is no JSON: ", vi: "tệp không phải JSON: ") + error.message,
                hint: Message(
                    "an array of objects, {\"data\": [ … ]}, or one object a line is taken",
                    vi: "nhận mảng các đối tượng, {\"data\": [ … ]}, hoặc mỗi dòng một đối tượng"))
        }
        guard let rows = rows(in: json) else {
            throw ImportError(
                Message(
                    "the JSON holds no array of objects", vi: "JSON không có mảng đối tượng nào"))
        }
        return rows
    }

    /// The names of the members of the first objects, in the order in which they appear.
    static func memberNames(_ source: TableSource) throws -> [String] {
        var names: [String] = []
        var seen: Set<String> = []
        func take(_ json: JSONValue) {
            for member in json.objectValue ?? [] where seen.insert(member.name).inserted {
                names.append(member.name)
            }
        }
        if let rows = try document(source) {
            for row in rows.prefix(looksAtMax) { take(row) }
            return names
        }
        var lines = source.lines()
        var count = 0
        while count < looksAtMax, let line = try lines.next() {
            guard let json = try? JSONValue(parsing: line.bytes[...]) else { continue }
            take(json)
            count += 1
        }
        return names
    }

    /// The value of a member as a cell: text, or a number as it is written; `nil` for anything else.
    static func cell(_ json: JSONValue) -> String? {
        switch json {
        case .string(let text): text
        case .integer(let number): String(number)
        case .real(let number): Int64(exactly: number).map { String($0) }
        default: nil
        }
    }

    /// The outermost array of objects.
    private static func rows(in json: JSONValue) -> [JSONValue]? {
        var level = [json]
        for _ in 0..<4 {
            for value in level {
                if let rows = value.arrayValue, !rows.isEmpty,
                    rows.allSatisfy({ $0.objectValue != nil })
                {
                    return rows
                }
            }
            level = level.flatMap { $0.objectValue?.map(\.value) ?? [] }
        }
        return nil
    }
}

extension LineReader.Line {
    var isBlank: Bool { bytes.allSatisfy { [0x20, 0x09, 0x0D].contains($0) } }
}
