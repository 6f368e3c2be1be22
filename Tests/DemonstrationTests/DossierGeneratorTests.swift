import Demonstration
import Dossiers
import Replication
import Testing

@Suite("The generator of dossiers")
struct DossierGeneratorTests {
    @Test("every dossier has 14 columns, 400 to 500 bytes of text, and passes the rules")
    func realisticAndLegal() throws {
        var generator = DossierGenerator(seed: 1)
        var codes: Set<String> = []
        for _ in 0..<2_000 {
            let fields = generator.dossier()
            try DossierRules.checkNew(
                .dossier, writes: fields.writes, additions: fields.additions)
            #expect(fields.writes.count + fields.additions.count == 14)
            #expect(DossierGenerator.textBytes.contains(fields.textBytes))
            let code = try #require(fields.writes.first { $0.name == "code" }?.value.text)
            #expect(DossierCode(parsing: code) != nil)
            codes.insert(code)
        }
        #expect(codes.count == 2_000)
    }

    @Test("the same seed gives the same dossiers, another seed others")
    func determinedByTheSeed() {
        var (first, second) = (DossierGenerator(seed: 5), DossierGenerator(seed: 5))
        var other = DossierGenerator(seed: 6)
        let made = (0..<50).map { _ in first.dossier() }
        #expect(made == (0..<50).map { _ in second.dossier() })
        #expect(made != (0..<50).map { _ in other.dossier() })
    }

    @Test("desks and offices have codes of their own")
    func codesOfDesks() {
        var generator = DossierGenerator(seed: 1)
        let fields = generator.dossier(office: DistrictOffice.all[3], desk: 2)
        #expect(
            fields.writes.contains(
                FieldWrite("code", .text("000.17.04.H56-201216-20001"))))
        #expect(fields.writes.contains(FieldWrite("office", .text("000.17.04.H56"))))
    }
}
