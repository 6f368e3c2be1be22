import Foundation
import Testing
import fuzz

/// The fuzzer's seeds, and the inputs that once broke a format, keep the laws in every build, not
/// only in the one that libFuzzer runs.
@Suite("The fuzzer's corpus")
struct CorpusTests {
    private static let corpus = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("FuzzCorpus")

    private static func inputs(of format: FuzzFormat) throws -> [[UInt8]] {
        let folder = corpus.appendingPathComponent(format.rawValue)
        return try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
            .map { [UInt8](try Data(contentsOf: folder.appendingPathComponent($0))) }
    }

    @Test("every format has inputs, and each, whole or cut short, keeps the laws or is refused")
    func replay() throws {
        for format in FuzzFormat.allCases {
            let inputs = try Self.inputs(of: format)
            #expect(inputs.count >= 4, "\(format)")
            for input in inputs {
                format.check(input)
                for count in stride(from: 0, to: input.count, by: 37) {
                    format.check(Array(input.prefix(count)))
                }
            }
        }
    }

    @Test("every folder of the corpus is a format's")
    func folders() throws {
        let folders = try FileManager.default.contentsOfDirectory(atPath: Self.corpus.path)
            .filter { !$0.contains(".") }
        #expect(Set(folders) == Set(FuzzFormat.allCases.map(\.rawValue)))
    }
}
