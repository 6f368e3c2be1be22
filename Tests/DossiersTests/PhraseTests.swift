import Foundation
import Testing

@testable import Dossiers

@Suite("Phrases of errors")
struct PhraseTests {
    @Test("every fixed phrase of an error has its Vietnamese")
    func complete() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Sources")
        let pattern = /(?:reason|expected):\s*"([^"\\]+)"(?:\s*\+\s*"([^"\\]+)")?/
        var found = 0
        for target in ["Office", "Commands/Imports", "Store"] {
            let folder = root.appendingPathComponent(target)
            for file in try FileManager.default.subpathsOfDirectory(atPath: folder.path)
            where file.hasSuffix(".swift") {
                let text = try String(
                    contentsOf: folder.appendingPathComponent(file), encoding: .utf8)
                // Faults of files, which verify names, are for those who mend them.
                guard text.contains("DossierError") else { continue }
                for match in text.matches(of: pattern) {
                    found += 1
                    let phrase = String(match.1) + (match.2.map(String.init) ?? "")
                    #expect(DossierError.phrases[phrase] != nil, "\(file): \(phrase)")
                }
            }
        }
        #expect(found > 20, "the pattern finds the phrases")
    }
}
