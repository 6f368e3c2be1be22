internal import Causality
internal import Dossiers
internal import Files
internal import JSON
internal import Replication

/// A JSON text that is parsed, written and parsed again is the same value, in either layout.
func checkJSON(_ input: [UInt8]) {
    guard let value = accepted({ try JSONValue(parsing: input) }) else { return }
    let bytes = value.serializedBytes()
    let again = required("our own JSON is parsed") { try JSONValue(parsing: bytes) }
    expect(again == value, "written JSON says the same")
    expect(again.serializedBytes() == bytes, "JSON has one text")
    let pretty = required("our own indented JSON is parsed") {
        try JSONValue(parsing: value.serializedBytes(pretty: true))
    }
    expect(pretty == value, "indented JSON says the same")
    let deeper = accepted { try JSONValue(parsing: input, within: JSONBudget(depthMax: 512)) }
    expect(deeper == value, "a higher limit of nesting changes nothing")
}

/// A line of a file, or that it was too long.
private enum ReadLine: Equatable {
    case line(LineReader.Line)
    case tooLong
}

/// Lines are the same however the file comes in pieces, and every edit makes a change that a peer
/// accepts.
func checkEdits(_ input: [UInt8]) {
    for (lineBytesMax, piece) in [(24, 1), (4096, 7)] {
        let whole = lines(of: input, piece: max(1, input.count), lineBytesMax)
        expect(
            lines(of: input, piece: piece, lineBytesMax) == whole,
            "pieces of \(piece) bytes make the same lines")
        var number = 0
        for case .line(let line) in whole {
            expect(line.number > number, "lines are numbered upwards")
            expect(line.bytes.count <= lineBytesMax, "no line is longer than allowed")
            expect(!line.bytes.contains(0x0A), "a line holds no line feed")
            number = line.number
            if lineBytesMax > 24 { checkEdit(line.bytes) }
        }
    }
}

private func lines(of input: [UInt8], piece: Int, _ lineBytesMax: Int) -> [ReadLine] {
    var rest = input[...]
    var reader = LineReader(lineBytesMax: lineBytesMax) {
        defer { rest = rest.dropFirst(piece) }
        return Array(rest.prefix(piece))
    }
    var found: [ReadLine] = []
    while true {
        do {
            guard let line = try reader.next() else { return found }
            found.append(.line(line))
        } catch {
            found.append(.tooLong)
        }
    }
}

private func checkEdit(_ line: [UInt8]) {
    guard let edit = accepted({ try EditLine(parsing: line) }) else { return }
    let change =
        switch edit.action {
        case .new(let kind, _, let writes, let additions):
            made(kind, writes, additions, edit)
        case .set(_, let writes, let additions):
            made(.dossier, writes, additions, edit)
        case .note(_, let text):
            made(.dossier, [], [FieldWrite("notes", .text(text))], edit)
        }
    let bytes = change.canonicalBytes
    let again = required("the change of an edit is decoded") { try Change(canonicalBytes: bytes) }
    expect(again == change, "the change of an edit says the same")
    expect(again.canonicalBytes == bytes, "the change of an edit has one encoding")
}

private func made(
    _ kind: RecordKind, _ writes: [FieldWrite], _ additions: [FieldWrite], _ edit: EditLine
) -> Change {
    Change(
        dot: Dot(ReplicaID(1), 1), clock: HybridTimestamp(rawValue: 1), kind: kind, record: nil,
        context: VersionVector(), writes: writes, additions: additions, at: edit.at, by: edit.by)
}
