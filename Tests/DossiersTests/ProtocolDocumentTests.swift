import Dossiers
import Foundation
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
}
