import Dossiers
import Foundation
import Replication
import Testing

@Suite("Protocol/ says what the code does")
struct ProtocolDocumentTests {
    private func document(_ name: String) throws -> String {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        return try String(
            contentsOf: root.appendingPathComponent("Protocol/\(name)"), encoding: .utf8)
    }

    @Test("merge-rules.md holds the table of status pairs that the workflow gives")
    func statusPairs() throws {
        let isThere = try document("merge-rules.md").contains(DossierStatus.pairTableMarkdown)
        #expect(isThere, "the table should be:\n\(DossierStatus.pairTableMarkdown)")
    }

    @Test("errors.md has the code of every fault of an edit")
    func faultCodes() throws {
        let document = try document("errors.md")
        let source = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().path
        var count = 0
        for path in [
            "Office/Dossiers/DossierError.swift", "Store/Store/Values/StoreError+Class.swift",
        ] {
            let text = try String(contentsOfFile: "\(source)/Sources/\(path)", encoding: .utf8)
            for match in text.matches(of: /case \.[^:]+: "([a-z_]+)"/) {
                count += 1
                #expect(document.contains("`\(match.output.1)`"), "\(match.output.1)")
            }
        }
        #expect(count > 30)
    }

    @Test(
        "erasure.md lists the fields that an erasure leaves",
        arguments: [(RecordKind.dossier, "dossier"), (.contact, "contact")])
    func keptFields(kind: RecordKind, name: String) throws {
        let document = try document("erasure.md")
        let item = try #require(document.firstMatch(of: try Regex("- of a \(name): `([^`]+)`")))
        let listed = item.output[1].substring?.split(whereSeparator: \.isWhitespace).map(
            String.init)
        #expect(listed == RecordSchema.fieldsKeptByErasure(of: kind).map(\.rawValue))
        // What stays names nobody; what goes is all else.
        for field in RecordSchema.definitions(of: kind) where field.name != RecordSchema.erasedField
        {
            #expect(field.isPersonal != (listed?.contains(field.name.rawValue) ?? false))
        }
    }
}

extension ProtocolDocumentTests {
    @Test("merge-rules.md says of each pair of acts made apart which of them counts")
    func eventPairs() throws {
        let table = EventPairs.markdown
        let isThere = try document("merge-rules.md").contains(table)
        #expect(isThere, "the table should be:\n\(table)")
    }
}
