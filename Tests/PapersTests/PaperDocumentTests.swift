import JSON
import Testing

@testable import Papers

@Suite("Documents of papers")
struct PaperDocumentTests {
    private let document = PaperDocument(
        title: "t", made: 1_796_000_000_000,
        papers: [
            Paper(
                .landscape, reference: "Số: 1", mark: "BẢN SAO",
                blocks: [
                    .heading(
                        left: [PaperLine("A", [.bold, .ruled], .center)],
                        right: [PaperLine("B", [.italic], .right)]),
                    .symbols(code128: "H56-1", qr: "https://a.vn/?ma=H56-1"),
                    .symbols(code128: nil, qr: nil),
                    .line(PaperLine("C", [.title, .small])),
                    .field(label: "D", value: "E\nF"),
                    .table(
                        PaperTable([.init("G", 3), .init("H", 4, .center)], rows: [["1", ""]])),
                    .signatures([PaperSignature("I", note: "J", name: "K")]),
                ]),
            Paper(reference: ""),
        ])

    @Test("a document comes back from its JSON as it was")
    func roundTrip() throws {
        let text = document.json.serialized()
        let json = try JSONValue(parsing: Array(text.utf8)[...])
        #expect(try PaperDocument(json) == document)
    }

    @Test(
        "what is no document is refused, by the member that is wrong",
        arguments: [
            ("\"document\":1", "\"document\":2", "document"),
            ("\"landscape\"", "\"askew\"", "orientation"), ("\"field\"", "\"film\"", "block"),
            ("\"small\"", "\"huge\"", "styles"), ("\"right\"}", "\"east\"}", "alignment"),
            ("[\"1\",\"\"]", "[\"1\"]", "rows"), ("\"width\":3", "\"width\":0", "columns"),
            ("\"C\"", "\"C\\u0007\"", "text"), ("\"C\"", "\"C\\u202e\"", "text"),
            ("\"H56-1\"", "\"H56 1\"", "code128"),
            ("\"made\":1796000000000", "\"made\":\"x\"", "made"),
        ])
    func refused(part: String, other: String, place: String) throws {
        let text = document.json.serialized()
        #expect(text.contains(part))
        let json = try JSONValue(parsing: Array(text.replacing(part, with: other).utf8)[...])
        #expect(throws: PaperDocumentError(place: place)) { try PaperDocument(json) }
    }

    @Test("a fault comes back from its JSON as it was")
    func faults() {
        for reason in PaperFault.Reason.allCases {
            let fault = PaperFault(reason, letters: [0x4E2D], place: "rows")
            #expect(PaperFault(fault.json) == fault)
        }
        #expect(PaperFault(.object([])) == nil)
    }

    @Test("text is composed, without what no page shows")
    func clean() {
        #expect(PaperText.clean("Nguye\u{302}\u{303}n\u{202E}\u{7} A\u{A0}\tB") == "Nguyễn A B")
        #expect(
            PaperText.clean("Nguye\u{302}\u{303}n").unicodeScalars.count
                == "Nguyễn".unicodeScalars.count)
        #expect(PaperText.moment(instant("2026-12-01T00:00")) == "01/12/2026")
        #expect(
            PaperText.placeAndDay("Huế", instant("2026-02-03T08:00"))
                == "Huế, ngày 03 tháng 02 năm 2026")
    }
}
