import Causality
import Foundation
import Testing

@Suite("Protocol/vectors/causality.json: vectors")
struct CausalityVectorTests {
    private struct File: Decodable {
        struct Comparison: Decodable {
            var name: String
            var left: [String: String]
            var right: [String: String]
            var order: String
        }
        struct Merge: Decodable {
            var name: String
            var left: [String: String]
            var right: [String: String]
            var merged: [String: String]
        }
        struct Family: Decodable {
            struct Order: Decodable {
                var left: String
                var order: String
                var right: String
            }
            var name: String
            var vectors: [String: [String: String]]
            var orders: [Order]
        }
        var comparisons: [Comparison]
        var merges: [Merge]
        var families: [Family]
    }

    private static func file() throws -> File {
        let tests = URL(filePath: #filePath).deletingLastPathComponent()
        let root = tests.deletingLastPathComponent().deletingLastPathComponent()
        let path = root.appending(path: "Protocol/vectors/causality.json")
        return try JSONDecoder().decode(File.self, from: Data(contentsOf: path))
    }

    private func vector(_ entries: [String: String]) throws -> VersionVector {
        var vector = VersionVector()
        for (replica, seq) in entries {
            vector.insert(Dot(ReplicaID(try number(replica)), try number(seq)))
        }
        return vector
    }

    private func number(_ text: String) throws -> UInt64 {
        try #require(UInt64(text), "\(text) is no unsigned number")
    }

    @Test("Every comparison comes out as stated, and mirrored with the sides swapped")
    func comparisons() throws {
        let comparisons = try Self.file().comparisons
        #expect(comparisons.count == 19)
        for row in comparisons {
            let (left, right) = (try vector(row.left), try vector(row.right))
            #expect("\(left.compare(to: right))" == row.order, "\(row.name)")
            let mirrored = ["before": "after", "after": "before"][row.order] ?? row.order
            #expect("\(right.compare(to: left))" == mirrored, "\(row.name)")
        }
    }

    @Test("Every merge comes out as stated, from either side")
    func merges() throws {
        let merges = try Self.file().merges
        #expect(merges.count == 11)
        for row in merges {
            let (left, right) = (try vector(row.left), try vector(row.right))
            let merged = try vector(row.merged)
            #expect(left.merged(with: right) == merged, "\(row.name)")
            #expect(right.merged(with: left) == merged, "\(row.name)")
        }
    }

    @Test("The members of every family stand to each other as stated")
    func families() throws {
        let families = try Self.file().families
        #expect(families.map(\.orders.count) == [5, 11, 2, 3])
        for family in families {
            for row in family.orders {
                let left = try vector(#require(family.vectors[row.left]))
                let right = try vector(#require(family.vectors[row.right]))
                #expect("\(left.compare(to: right))" == row.order, "\(family.name): \(row)")
            }
        }
    }
}
