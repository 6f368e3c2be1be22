import Dossiers
import Foundation
import Replication
import SeededRandom
import Testing

@Suite("What an index lets through")
struct SearchSieveTests {
    /// Words, numbers and signs that meet each other in texts and in searches.
    private static let pieces = [
        "Nguyễn", "nguyen", "ng", "Hoà", "HÒA", "Đức", "d", "0912", "345", "678", "84", "+84",
        "091",
        "0912345678", "+84912345678", "84912345678", "001085000001", "000.17.01.H56-210531-0001",
        "H56", "h5", "17", "1", "12/5", "a1b2", "123abc", "EA123456789VN", "supercalifragilistic",
        "supercalifragil", "中文", "a中", "a", "각", "\u{1100}\u{1161}\u{11A8}", "ß", "ﬁn", "İx",
        "e\u{301}x", "\u{212A}elvin", "Ⅷ", "１２３", "٣٤٥", "ø", "a\u{20DD}b", "x\u{483}y",
        "ng\u{0323}",
        "\u{0301}a", "%", "“", "”", "'", "-", "_", "1\u{FE0F}\u{20E3}", "½", "ǆ", "a\u{200D}b",
    ]
    private static let blanks = [" ", " ", " ", "", ".", "-", "/", "\u{A0}", ", "]
    private static let names: [FieldName] = [
        "code", "applicant_name", "applicant_phone", "notes", "papers", "status", "x.custom",
    ]

    private static func text(_ random: inout SeededGenerator) -> String {
        (0..<Int.random(in: 1...4, using: &random)).map { _ in
            (pieces.randomElement(using: &random) ?? "")
                + (blanks.randomElement(using: &random) ?? "")
        }.joined()
    }

    @Test("all that a search finds, whatever is written and sought")
    func superset() {
        var found = 0
        for seed in UInt64(1)...400 {
            var random = SeededGenerator(seed: seed)
            let records = (0..<12).map { _ in
                var state = makeState(.dossier)
                for replica in UInt64(1)...2 {
                    var writes: [FieldName: FieldValue] = [:]
                    for name in Self.names where Bool.random(using: &random) {
                        writes[name] = .text(Self.text(&random))
                    }
                    state.take(replica: replica, writes: writes)
                }
                return (state, SearchText.indexTerms(of: state))
            }
            for _ in 0..<12 {
                let query = Self.text(&random)
                let search = SearchText(query)
                for (state, terms) in records where search.matches(state) {
                    found += 1
                    #expect(search.sieve?.passes(terms) ?? true, "seed \(seed): \(query)")
                }
            }
        }
        #expect(found > 1_000)
    }

    @Test("hardly anything else, of names and numbers")
    func narrow() {
        var state = makeState(.dossier)
        state.take(
            replica: 1,
            writes: [
                "applicant_name": .text("Nguyễn Thị Hoà"), "applicant_phone": .text("0912345678"),
            ])
        let terms = SearchText.indexTerms(of: state)
        for query in [
            "hoan", "guyen", "nguyen lan", "0912345679", "5679", "\"ngu\"", "-", "中", "h1",
        ] {
            #expect(SearchText(query).sieve?.passes(terms) == false, "\(query)")
        }
        #expect(SearchText(" ").sieve == nil)
    }

    @Test("terms are in ASCII, and short")
    func shape() {
        for piece in Self.pieces {
            var state = makeState(.dossier)
            state.take(replica: 1, writes: ["notes": .text(piece)])
            for term in SearchText.indexTerms(of: state) {
                #expect(term.utf8.allSatisfy { (0x21..<0x7F).contains($0) }, "\(piece)")
                #expect((1...12).contains(term.utf8.count), "\(piece)")
            }
        }
    }

    @Test("only what is searched tells states apart")
    func apart() {
        var state = makeState(.dossier)
        state.take(replica: 1, writes: ["applicant_name": .text("A")])
        let before = state
        state.take(replica: 2, writes: ["status": .text("accepted")])
        #expect(!SearchText.tellsApart(before, state))
        state.take(replica: 3, writes: ["notes": .text("B")])
        #expect(SearchText.tellsApart(before, state))
        let names: [FieldName] = ["applicant_name", "code", "fee_vnd", "notes", "status", "x.a"]
        for seed in UInt64(1)...200 {
            var random = SeededGenerator(seed: seed)
            let states = (0..<2).map { _ in
                var state = makeState(.dossier)
                var writes: [FieldName: FieldValue] = [:]
                for name in names where Bool.random(using: &random) {
                    writes[name] = .integer(Int64.random(in: 0..<3, using: &random))
                }
                state.take(replica: 1, writes: writes)
                return state
            }
            let isApart = ["applicant_name", "code", "notes"].contains { (name: FieldName) in
                states[0][name] != states[1][name]
            }
            #expect(SearchText.tellsApart(states[0], states[1]) == isApart, "seed \(seed)")
        }
    }
}

extension SearchSieve {
    /// Whether a record with these terms passes.
    fileprivate func passes(_ terms: Set<String>) -> Bool {
        switch self {
        case .term(let term): terms.contains(term)
        case .beginning(let start): terms.contains { $0.utf8.starts(with: start.utf8) }
        case .span(let span): terms.contains { span.contains($0) }
        case .all(let parts): parts.allSatisfy { $0.passes(terms) }
        case .any(let parts): parts.contains { $0.passes(terms) }
        }
    }
}
