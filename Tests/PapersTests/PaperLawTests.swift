import Dossiers
import JSON
import Replication
import SeededRandom
import Testing
import Time

@testable import Papers

@Suite("Laws of papers")
struct PaperLawTests {
    private static let fields: [FieldName] = [
        "code", "applicant_name", "applicant_phone", "applicant_address", "applicant_email",
        "agent_name", "agent_phone", "procedure", "office", "officer", "result_wish",
        "result_address", "receipt_number", "book", "serial", "returned_to", "fee_way", "channel",
    ]
    private static let pieces = [
        "Lê", "Nguye\u{302}\u{303}n", " ", "\n", "\u{202E}", "\u{7}", "\u{200D}", "中", "🙂", "|",
        "\t",
        "\u{A0}", "\u{2028}", "\u{FEFF}", "\u{E000}", "\"", "\\", "<b>", "%s", "\u{301}", "-", "‑",
        "0",
    ]

    @Test("whatever stands in a dossier, what it gives is a document that the paper maker takes")
    func anything() throws {
        var made = 0
        for seed in 1...300 as ClosedRange<UInt64> {
            var random = SeededGenerator(seed: seed)
            func text() -> String {
                (0..<random.number(in: 1...12)).map { _ in random.element(of: Self.pieces) }
                    .joined()
            }
            var more: [FieldName: FieldValue] = [:]
            for field in Self.fields where random.happens(perMille: 400) {
                more[field] = .text(text())
            }
            var life = Life.received(more)
            for (status, event) in [
                ("supplement_required", nil), ("withdrawn", "withdrawn"),
            ] as [(String, String?)] {
                var additions: [FieldName: FieldValue] = [
                    "notes": .text(text()), "papers": .text(text()),
                    "steps": .text("from=\(text())\nto=\(text())"),
                ]
                if let event {
                    additions["events"] = .text("\(event) - processing \(status)")
                } else {
                    additions["pauses"] = .text(status)
                }
                life.take(
                    "2026-12-01T10:00", by: text(), ["status": .text(status)],
                    adding: additions)
            }
            var papers: [Paper] = []
            for kind in PaperKind.allCases where kind != .register {
                do throws(PaperProblem) {
                    papers.append(try PaperMaker(life.source()).make(kind).paper)
                } catch {}
            }
            var register = PaperRegister(
                from: .init(daysSinceEpoch: 20_000), to: .init(daysSinceEpoch: 21_000),
                catalog: PaperCatalog(Life.catalog), book: life.source().book)
            register.add(life.state)
            papers.append(
                try register.paper(ofOffice: text(), desk: life.source().desk, now: 0))
            made += papers.count
            let document = PaperDocument(title: "t", made: 0, papers: papers)
            let written = Array(document.json.serialized().utf8)
            #expect(throws: Never.self, "seed \(seed)") {
                try PaperDocument(JSONValue(parsing: written[...]))
            }
        }
        #expect(made > 1_000)
    }
}
