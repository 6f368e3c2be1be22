import Foundation
import JSON
import Replication
import Testing
import Wire

@Suite("Protocol/errors.md says what the code does")
struct ErrorsDocumentTests {
    private struct Row: Equatable {
        var name: String
        var status: Int
        var exit: Int
        var again: String
        var members: [String]
    }

    private func document() throws -> String {
        let root = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        return try String(contentsOf: root.appending(path: "Protocol/errors.md"), encoding: .utf8)
    }

    /// The rows of the document's one table, without its heading.
    private func rows() throws -> [Row] {
        let lines = try document().split(separator: "\n").filter { $0.hasPrefix("|") }
        try #require(lines.first == "| name | status | exit | again | members |")
        return try lines.dropFirst(2).map { line in
            let cells = line.split(separator: "|", omittingEmptySubsequences: false)
                .dropFirst().dropLast().map { $0.trimmingCharacters(in: .whitespaces) }
            try #require(cells.count == 5, "\(line)")
            return Row(
                name: cells[0], status: try #require(Int(cells[1])),
                exit: try #require(Int(cells[2])), again: cells[3],
                members: cells[4].split(separator: ",").map {
                    $0.trimmingCharacters(in: .whitespaces)
                })
        }
    }

    private func exitCode(_ failure: SyncFailure) -> Int {
        switch failure.failureClass {
        case .unavailable: 69
        case .temporary: 75
        case .protocolError: 76
        case .noPermission: 77
        }
    }

    @Test("the table has every problem that central answers with, once, and no other")
    func names() throws {
        let names = try rows().map(\.name)
        #expect(Set(names).count == names.count)
        #expect(Set(names) == Set(FailureWord.allCases.compactMap(\.sample.problemName)))
    }

    @Test("each row has the status, exit code, retry and members of its problem")
    func rowsAgree() throws {
        let rows = try rows()
        for failure in FailureWord.allCases.map(\.sample) {
            guard let name = failure.problemName else { continue }
            let members = Problem.document(of: failure).objectValue?.map(\.name) ?? []
            let expected = Row(
                name: name, status: failure.httpStatus, exit: exitCode(failure),
                again: failure.isRetryable ? "yes" : "no", members: Array(members.dropFirst(4)))
            #expect(rows.first { $0.name == name } == expected)
        }
    }

    @Test("what happens without an answer of central has the document's exit codes")
    func withoutAnswer() throws {
        let text = try document().split(separator: "\n").joined(separator: " ")
        let sentence = """
            unreachable (exit 69, again), interrupted (75, again), something else answered \
            (76, again
            """
        #expect(text.contains(sentence))
        #expect(text.contains("untrusted (69, again"))
        let words = [FailureWord.unreachable, .interrupted, .notCentral, .untrusted]
        let failures = words.map(\.sample)
        #expect(failures.map(exitCode) == [69, 75, 76, 69])
        #expect(failures.map(\.isRetryable) == [true, true, true, true])
    }

    @Test("the document names every refusal code, once, and no other")
    func refusalCodes() throws {
        let text = try document()
        let section = try #require(text.components(separatedBy: "## Refusals").last)
            .components(separatedBy: "##")[0]
        let sentence = try #require(section.components(separatedBy: ".").first)
        // Between backquotes: every second piece.
        let names = sentence.split(separator: "`", omittingEmptySubsequences: false)
            .enumerated().filter { $0.offset % 2 == 1 }.map { String($0.element) }
        let codes = RefusalWord.allCases.map(\.code).filter { $0 != .other }
        #expect(names.count == Set(names).count)
        #expect(Set(names) == Set(codes.map(\.rawValue)))
        #expect(section.contains("A reader takes any other code as `other`."))
        for code in codes { #expect(RefusalWord(code).code == code) }
    }
}
