import Foundation
import JSON
import Testing

/// A file of new dossiers for `counter apply`, each under an id of its own.
struct EditFile {
    let ids: [String]
    /// Characters of each dossier's note.
    var noteLength = 10

    init(_ numbers: Range<Int>) {
        ids = numbers.map { number in
            let digits = String(number, radix: 16)
            return "0d3f6ac1-5b01-4de2-aadb-" + String(repeating: "0", count: 12 - digits.count)
                + digits
        }
    }

    /// The lines from the one with this index on.
    func lines(from index: Int = 0) -> String {
        let note = String(repeating: "n", count: noteLength)
        return ids[index...].map {
            #"{"new":"dossier","id":"\#($0)","fields":{"officer":"A","notes":"\#(note)"}}"# + "\n"
        }.joined()
    }
}

extension Desk {
    /// All records of the replica, one JSON document a line, in the order of their text.
    func records() throws -> [String] {
        try self("records", "--ndjson").output.split(separator: "\n").map(String.init).sorted()
    }

    /// How many lines of a file are in the replica. They have to be its first ones, and each whole.
    func storedLineCount(
        of file: EditFile, sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> Int {
        var stored = Set<String>()
        for line in try records() {
            let record = try JSONValue(parsing: line)
            guard record["kind"] == "dossier", let id = record["id"]?.stringValue else { continue }
            #expect(record["fields"]?["officer"] == "A", sourceLocation: sourceLocation)
            stored.insert(id)
        }
        let count = file.ids.prefix { stored.contains($0) }.count
        #expect(
            file.ids[count...].allSatisfy { !stored.contains($0) }, "a hole after line \(count)",
            sourceLocation: sourceLocation)
        return count
    }

    /// Changes that central has by this counter's own account.
    func acceptedCount(of written: Int) throws -> Int {
        let pending = try self("status", "--json").json.at("pending").integerValue
        return written - Int(try #require(pending))
    }
}

extension Office {
    /// All records of central, as `Desk.records` gives those of a counter.
    func records() throws -> [String] {
        try central("records", "--ndjson").output.split(separator: "\n").map(String.init).sorted()
    }

    /// How many changes of its only device central has on disk.
    func acceptedCount() throws -> Int {
        let devices = try central("devices", "--json").json
        return Int(try #require(devices[0]?["acceptedThrough"]?.integerValue))
    }

    /// Expects that a counter holds what central does, byte for byte as people read it.
    func expectSame(
        as desk: Desk, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        #expect(try desk.records() == records(), sourceLocation: sourceLocation)
        #expect(try desk.digest() == digest(), sourceLocation: sourceLocation)
    }
}

/// Waits until a condition holds, a few milliseconds at a time.
func waitUntil(_ words: Comment, _ condition: () throws -> Bool) throws {
    let deadline = ContinuousClock.now + .seconds(600)
    while try !condition() {
        try #require(ContinuousClock.now < deadline, words)
        usleep(2000)
    }
}
