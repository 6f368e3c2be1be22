import Foundation
import Testing

/// The vectors of `Protocol/vectors`, which the code can make again.
enum VectorFile {
    private static var root: URL {
        let tests = URL(filePath: #filePath).deletingLastPathComponent()
        return tests.deletingLastPathComponent().deletingLastPathComponent()
    }

    /// The path of a file in `Protocol/vectors`.
    static func path(_ name: String) -> URL {
        root.appending(path: "Protocol/vectors/\(name)")
    }

    /// The folder with data that is no part of the project: `DOSSIER_SHARED`, or `shared` beside
    /// the checkout.
    static var shared: URL {
        if let path = ProcessInfo.processInfo.environment["DOSSIER_SHARED"] {
            return URL(filePath: path)
        }
        return root.deletingLastPathComponent().appending(path: "shared")
    }

    static func read<Content: Decodable>(_ name: String) throws -> Content {
        try JSONDecoder().decode(Content.self, from: Data(contentsOf: path(name)))
    }

    /// With `DOSSIER_WRITE_VECTORS` set, writes the file anew; the test fails all the same.
    static func rewriteIfAsked(_ name: String, _ content: some Encodable) throws {
        guard ProcessInfo.processInfo.environment["DOSSIER_WRITE_VECTORS"] != nil else { return }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try (encoder.encode(content) + Data("\n".utf8)).write(to: path(name))
        Issue.record("\(name) was written anew: read the difference, and run without the variable")
    }
}
