import Crypto
import Dossiers
import Replication
import Testing

@testable import SQLiteStore

@Suite("A piece of work that fails leaves nothing behind in its transaction")
struct AttemptTests {
    private struct Given: Error {}

    @Test("what it knew is forgotten with what it wrote")
    func everything() throws {
        let file = try CentralFile()
        let key = try #require(SigningKey(seed: Array(repeating: 3, count: 32)))
        let office = FieldWrite("office", .text(StoreFile.office))
        let writes = [office, FieldWrite("procedure", .text("P"))]
        let person = try file.make([FieldWrite("applicant_name", .text("X"))])
        try file.write { transaction in
            let edit = try CentralEdit(ofCentral: transaction, session: StoreFile.session)
            #expect(throws: Given.self) {
                try transaction.attempt {
                    _ = try edit.make(.procedure, writes: [FieldWrite("code", .text("P"))])
                    #expect(try edit.make(.dossier, writes: writes).unknownProcedure == nil)
                    _ = try edit.erase(.id(person), reason: "1", signedBy: key)
                    #expect(transaction.erasedRecords == [person])
                    throw Given()
                }
            }
            #expect(transaction.erasedRecords.isEmpty)
            #expect(try edit.make(.dossier, writes: writes).unknownProcedure == "P")
        }
        #expect(try file.state(person)?.shownValue("applicant_name") == .text("X"))
    }

    @Test(
        "digests, chains and the feed are those of what stands, whatever went before and came after",
        arguments: [DatabaseRole.central, .counter], [(true, false), (false, true), (true, true)])
    func whole(role: DatabaseRole, made: (before: Bool, after: Bool)) throws {
        switch role {
        case .central: try whole(CentralFile(), made)
        case .counter: try whole(CounterFile(), made)
        }
    }

    private func whole(
        _ file: RoleFile<some TestedDatabase>, _ made: (before: Bool, after: Bool)
    ) throws {
        let person = try file.make([FieldWrite("applicant_name", .text("X"))])
        let office = FieldWrite("office", .text(StoreFile.office))
        try file.edit { edit in
            func make() throws { _ = try edit.make(.dossier, writes: [office]) }
            if made.before { try make() }
            #expect(throws: Given.self) {
                try edit.transaction.attempt {
                    for _ in 0..<3 { try make() }
                    let name = [FieldWrite("applicant_name", .text("Y"))]
                    _ = try edit.edit(.id(person), writes: name)
                    throw Given()
                }
            }
            if made.after { try make() }
        }
        #expect(try file.read { try $0.verify().faults } == [])
        // What follows goes on from there.
        _ = try file.make()
        #expect(try file.read { try $0.verify().faults } == [])
    }
}
