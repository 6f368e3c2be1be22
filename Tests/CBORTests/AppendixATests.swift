import CBOR
import Foundation
import Testing

@Suite("RFC 8949 Appendix A")
struct AppendixATests {
    struct Row: Decodable, Sendable, CustomTestStringConvertible {
        var hex: String
        var diagnostic: String
        var roundtrip: Bool
        var preferred: String?
        var preferredDiagnostic: String?
        var testDescription: String { diagnostic }
    }

    private struct File: Decodable {
        var rows: [Row]
    }

    static func rows() throws -> [Row] {
        try JSONDecoder().decode(File.self, from: vectorFile("cbor-appendix-a.json")).rows
    }

    @Test("The file holds every row of the appendix")
    func completeness() throws {
        #expect(try Self.rows().count == 81)
        #expect(try Self.rows().filter { !$0.roundtrip }.count == 17)
    }

    @Test("Rows in preferred form decode to what the appendix says, and encode to themselves")
    func preferredRows() throws {
        for row in try Self.rows() where row.roundtrip {
            let value = try CBORValue(decoding: bytes(row.hex))
            #expect(value.diagnosticNotation == row.diagnostic)
            #expect(hex(value.encoded()) == row.hex)
            #expect(skipRefusal(try bytes(row.hex)) == nil)
        }
    }

    @Test("Rows in any other form are refused; their value has the preferred form")
    func otherRows() throws {
        for row in try Self.rows() where !row.roundtrip {
            let refused = try #require(refusal(try bytes(row.hex)), "\(row.hex)")
            #expect(
                [.indefiniteLength, .notShortest, .nonCanonicalNaN].contains(refused.reason),
                "\(row.hex): \(refused)")
            #expect(skipRefusal(try bytes(row.hex)) == refused)
            let preferred = try #require(row.preferred)
            let value = try CBORValue(decoding: bytes(preferred))
            #expect(value.diagnosticNotation == row.preferredDiagnostic)
            #expect(hex(value.encoded()) == preferred)
        }
    }
}
