import Causality
import Testing

@testable import SQLiteStore

@Suite("Interning: one key for the same bytes, at any time and in any process")
struct InterningTests {
    @Test("texts that Swift takes for equal and the file does not have keys of their own")
    func equalLetters() throws {
        let file = try CounterFile()
        let (whole, parts) = ("\u{E9}", "e\u{301}")
        let keys = try file.write { transaction in
            let interning = transaction.database.interning
            return try [
                interning.key(ofOffice: whole), interning.key(ofOffice: parts),
                interning.key(ofPerson: whole), interning.key(ofPerson: parts),
            ]
        }
        #expect(keys[0] != keys[1])
        #expect(keys[2] != keys[3])
        let database = try file.open()
        defer { database.close() }
        #expect(try database.interning.knownKey(ofOffice: whole) == keys[0])
        #expect(try database.interning.knownKey(ofOffice: parts) == keys[1])
        #expect(try database.interning.person(keys[3])?.utf8.count == 3)
    }

    @Test("a key of a transaction that was rolled back is forgotten")
    func rolledBack() throws {
        struct Stop: Error {}
        let file = try CounterFile()
        let database = try file.open()
        defer { database.close() }
        #expect(throws: Stop.self) {
            try database.write(now: file.now()) { transaction in
                _ = try transaction.database.interning.key(of: ReplicaID(5))
                _ = try transaction.database.interning.key(ofPerson: "Lan")
                _ = try transaction.database.interning.key(ofOffice: "X")
                throw Stop()
            }
        }
        #expect(try database.interning.knownKey(of: ReplicaID(5)) == nil)
        #expect(try database.interning.knownKey(ofOffice: "X") == nil)
        let keys = try database.write(now: file.now()) { transaction in
            let interning = transaction.database.interning
            return (try interning.key(of: ReplicaID(6)), try interning.key(ofPerson: "Mai"))
        }
        #expect(try database.interning.replica(keys.0) == ReplicaID(6))
        #expect(try database.interning.person(keys.1) == "Mai")
    }
}
