import Foundation
import Testing

@testable import Columns

@Suite("The known words of form 1 never change")
struct KnownWordsTests {
    @Test("code and columns.md have the same words in the same places")
    func words() throws {
        let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Protocol/columns.md")
        let text = try String(contentsOf: path, encoding: .utf8)
        let list = try #require(text.firstMatch(of: /by number from 0: `([^`]+)`/))
        let words = list.output.1.split(whereSeparator: \.isWhitespace).map(String.init)
        #expect(KnownWords.all == words)
        // A list that is changed in both places is still another form.
        #expect(words.count == 47 && words[20] == "received_at" && words[46] == "outgoing_call")
    }
}
